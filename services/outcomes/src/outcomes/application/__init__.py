"""The use cases of outcomes, one a file."""
