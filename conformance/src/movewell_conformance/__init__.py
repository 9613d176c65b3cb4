"""Checks from outside whether a URL keeps Movewell's public contract. Knows nothing of its code."""
