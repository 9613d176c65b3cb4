"""Write what strangers see of the wire, and refuse what would break them."""
