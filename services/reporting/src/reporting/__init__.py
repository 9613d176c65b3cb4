"""Movewell reporting service."""
