"""The embedded platform on one machine: settings, processes, the gateway, the walk."""
