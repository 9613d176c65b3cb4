"""Errors of the ground that services stand on."""


class Unavailable(Exception):
    """Infrastructure (store, log, keyring) is away. Nothing is wrong with the request: try again later."""
