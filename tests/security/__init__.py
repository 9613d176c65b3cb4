"""Who can reach what: every route, by every role, with records of theirs and of others."""
