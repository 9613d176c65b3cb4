"""The use cases of notifications, one a file."""
