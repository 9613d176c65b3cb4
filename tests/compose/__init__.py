"""What the compose file, its images and its gateway promise, read from the files themselves; no engine is needed."""
