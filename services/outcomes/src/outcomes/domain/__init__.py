"""The clinical rules of the outcomes service: scores, change, rates, risk. Pure functions."""
