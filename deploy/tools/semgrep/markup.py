from flask import render_template, render_template_string
from markupsafe import Markup


def shows(name):
    # ruleid: markup
    Markup(name)
    # ruleid: markup
    Markup(f"<b>{name}</b>")
    # ruleid: markup
    render_template_string(name)
    # ok: markup
    Markup("<br>")
    # ok: markup
    render_template("offer.jinja", name=name)
