"""What operations need, written once above the ports: it works on every store and every event log alike."""
