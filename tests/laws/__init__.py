"""The nine laws of the design, the mechanisms that keep them, and the proof that a test misses each mechanism."""
