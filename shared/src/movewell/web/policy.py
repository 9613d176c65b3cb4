"""Who may do what: one visible table per service, and nothing outside of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from flask import Flask, g

from movewell.kernel import DomainError

ROLES = frozenset({"system", "clinician", "instructor", "coordinator", "manager", "patient"})
_DERIVED = {"HEAD", "OPTIONS"}


class PolicyIncomplete(Exception):
    """A route without a rule, or a rule without a route: the service does not start."""


class SignInNeeded(DomainError):
    """Nobody is known to ask."""

    code = "sign-in-needed"


class NotAllowed(DomainError):
    """Who asks has no role that may do this."""

    code = "not-allowed"


@dataclass(frozen=True)
class Principal:
    """Who asks, for whom. A patient's `subject` is what the link was for, and `purpose` says which link."""

    subject: str
    roles: frozenset[str]
    tenant: str
    purpose: str | None = None


@dataclass(frozen=True)
class Rule:
    """Roles that may call a route; None for anyone at all."""

    roles: frozenset[str] | None


def allow(*roles: str) -> Rule:
    """Any of these roles."""
    unknown = set(roles) - ROLES
    if unknown or not roles:
        raise ValueError(f"unknown roles: {sorted(unknown)}")
    return Rule(frozenset(roles))


def anyone() -> Rule:
    """No sign-in is needed."""
    return Rule(None)


class Policy:
    """Method and route → rule."""

    def __init__(self, rules: Mapping[tuple[str, str], Rule]) -> None:
        self.rules = dict(rules)

    def check_complete(self, app: Flask, known: Iterable[tuple[str, str]]) -> None:
        """Raises PolicyIncomplete. `known` are the platform's own routes (health, metrics, assets)."""
        routes = {
            (method, rule.rule) for rule in app.url_map.iter_rules() for method in (rule.methods or set()) - _DERIVED
        } - set(known)
        if missing := routes - set(self.rules):
            raise PolicyIncomplete(f"no rule for {sorted(missing)}")
        if idle := set(self.rules) - routes:
            raise PolicyIncomplete(f"no route for {sorted(idle)}")

    def enforce(self, method: str, route: str, who: Callable[[], Principal | None]) -> None:
        """Put who asks into `g`. Raises SignInNeeded, NotAllowed."""
        rule = self.rules[("GET" if method == "HEAD" else method, route)]
        g.principal = asking = who()
        if rule.roles is None:
            return
        if asking is None:
            raise SignInNeeded("Sign in to do this.")
        if not asking.roles & rule.roles:
            raise NotAllowed("Your role does not allow this.")


def principal() -> Principal:
    """Who asks, on a route that needs somebody. Raises SignInNeeded."""
    asking: Principal | None = g.get("principal")
    if asking is None:
        raise SignInNeeded("Sign in to do this.")
    return asking


def anonymous_or_principal() -> Principal | None:
    """Who asks, on a route that anyone may call."""
    asking: Principal | None = g.get("principal")
    return asking
