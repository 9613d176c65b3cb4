"""A key per person; without it nothing about the person can be read: see `movewell.keyring.port`."""
