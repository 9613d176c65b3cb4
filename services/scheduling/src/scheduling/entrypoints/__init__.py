"""The doors of scheduling."""
