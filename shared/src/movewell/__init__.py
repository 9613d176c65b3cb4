"""Movewell: the plumbing and the words that its services share."""
