"""Movewell notifications service."""
