"""Movewell outcomes service."""
