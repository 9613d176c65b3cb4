"""The use cases of scheduling, one a file."""
