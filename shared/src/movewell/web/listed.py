"""What the site's directory lists of the service that a request is for: that of whoever asks."""

from __future__ import annotations

from flask import Flask, current_app, g

from movewell.directory import Directory, Listed

_NAME = "movewell-directory"


def add_directory(app: Flask, directory: Directory) -> None:
    """Keep the directory for the application's views. Templates, and the macros they import, ask `listed()`."""
    app.extensions[_NAME] = directory
    app.jinja_env.globals["listed"] = listed


def listed() -> Listed:
    """Of the asking person's service; nothing where nobody is signed in."""
    asking = g.get("principal")
    return listed_of(asking.tenant if asking is not None else None)


def listed_of(tenant: str | None) -> Listed:
    """Of this service."""
    directory: Directory = current_app.extensions[_NAME]
    return directory.of(tenant)
