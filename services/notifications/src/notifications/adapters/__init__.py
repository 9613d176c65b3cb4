"""What carries messages out."""
