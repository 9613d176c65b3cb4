"""A server that speaks MongoDB's wire protocol, on this machine, for tests."""
