"""The contenders. Each runs as a process of its own, in an environment of its own, and knows nothing of the others."""
