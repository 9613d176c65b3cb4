"""The stack of containers: its secrets, MongoDB's users, and the check of all of it."""
