"""What scheduling reads from outside."""
