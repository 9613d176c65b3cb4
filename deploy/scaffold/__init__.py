"""A new service from templates."""
