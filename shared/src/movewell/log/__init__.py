"""The event log: see `movewell.log.port`."""
