"""Rows that outcomes folds from other services' events."""
