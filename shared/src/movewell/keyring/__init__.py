"""The keyring: a data key per person; destroying it erases the person. See `movewell.keyring.port`."""
