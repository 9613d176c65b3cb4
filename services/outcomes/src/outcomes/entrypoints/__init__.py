"""The doors of outcomes."""
