"""Movewell scheduling service."""
