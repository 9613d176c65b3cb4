"""The doors of reporting."""
