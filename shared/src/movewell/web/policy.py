"""Who may do what, and whose record is touched: one visible table per service, and nothing outside of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask import Flask, g

from movewell.kernel import DomainError

ROLES = frozenset({"system", "clinician", "instructor", "coordinator", "manager", "patient"})
SCOPES = frozenset({"referral:read", "referral:write"})
"""What a system may be allowed to do. Staff's roles say it all; a system has only what its scopes name."""
_DERIVED = {"HEAD", "OPTIONS"}


class PolicyIncomplete(Exception):
    """A route without a rule, or a rule without a route: the service does not start."""


class SignInNeeded(DomainError):
    """Nobody is known to ask."""

    code = "sign-in-needed"


class StaffSignInNeeded(SignInNeeded):
    """Nobody is known to ask for what is for staff: a browser is led to the sign-in page."""


class NotAllowed(DomainError):
    """Who asks has no role that may do this."""

    code = "not-allowed"


@dataclass(frozen=True)
class Principal:
    """Who asks, for whom. A patient's `subject` is what the link was for, and `purpose` says which link.

    `csrf` is set where a cookie speaks for them: the token that their forms must hold. `scopes` are a system's.
    """

    subject: str
    roles: frozenset[str]
    tenant: str
    purpose: str | None = None
    name: str = ""
    csrf: str | None = None
    scopes: frozenset[str] = frozenset()

    @property
    def signature(self) -> str:
        """Who did it, as a record keeps it: the name with the account, or the account alone where no name is known."""
        return f"{self.name} ({self.subject})" if self.name else self.subject


SUBJECT, SEEN = "(the subject)", "(what is seen)"
"""Which record a route touches: the one that a patient's link is for, or those that the view says it shows."""


@dataclass(frozen=True)
class Rule:
    """Roles that may call a route; None for anyone at all.

    `record` says whose record is touched: SUBJECT, SEEN or the name of a variable of the route, and `why`, in the
    words of the audit, what for. Every call is then written down before it is answered. A system also needs `scope`.
    """

    roles: frozenset[str] | None
    record: str | None = None
    why: str = ""
    scope: str | None = None

    def allows(self, asking: Principal) -> bool:
        if self.roles is None:
            return True
        mine = asking.roles & self.roles
        return bool(mine - {"system"}) or (bool(mine) and self.scope in asking.scopes)


def allow(*roles: str, record: str | None = None, why: str = "", scope: str | None = None) -> Rule:
    """Any of these roles. Where systems are among them, `scope` is what theirs must name."""
    unknown = set(roles) - ROLES
    if unknown or not roles:
        raise ValueError(f"unknown roles: {sorted(unknown)}")
    if bool(record) != bool(why):
        raise ValueError("say both whose record is touched and what for")
    if ("system" in roles) != (scope in SCOPES):
        raise ValueError("say which scope a system needs, and only for systems")
    return Rule(frozenset(roles), record, why, scope)


def anyone() -> Rule:
    """No sign-in is needed."""
    return Rule(None)


class Policy:
    """Method and route → rule."""

    def __init__(self, rules: Mapping[tuple[str, str], Rule]) -> None:
        self.rules = dict(rules)

    def check_complete(self, app: Flask, known: Iterable[tuple[str, str]], *, audited: bool = True) -> None:
        """Raises PolicyIncomplete. `known` are the platform's own routes (health, metrics, assets)."""
        routes = {
            (method, rule.rule) for rule in app.url_map.iter_rules() for method in (rule.methods or set()) - _DERIVED
        } - set(known)
        if missing := routes - set(self.rules):
            raise PolicyIncomplete(f"no rule for {sorted(missing)}")
        if idle := set(self.rules) - routes:
            raise PolicyIncomplete(f"no route for {sorted(idle)}")
        for (method, route), rule in self.rules.items():
            if rule.record is not None and not audited:
                raise PolicyIncomplete(f"{method} {route} touches a record, and nothing writes down who did")
            if rule.record not in (None, SUBJECT, SEEN) and f"{rule.record}>" not in route:
                raise PolicyIncomplete(f"{method} {route} has no variable {rule.record}")

    def with_rules(self, rules: Mapping[tuple[str, str], Rule]) -> Policy:
        """This table and the rows of routes that every service has."""
        return Policy({**self.rules, **rules})

    def rule(self, method: str, route: str) -> Rule:
        return self.rules[("GET" if method == "HEAD" else method, route)]

    def enforce(self, method: str, route: str, who: Callable[[], Sequence[Principal]]) -> Rule:
        """Put who asks into `g`. Raises StaffSignInNeeded, SignInNeeded, NotAllowed.

        A browser may hold the cookies of a patient's link and of somebody who works here: who is allowed asks.
        """
        rule, asking = self.rule(method, route), who()
        may = [each for each in asking if rule.allows(each)]
        g.principal = next(iter(may or asking), None)
        if rule.roles is None or may:
            return rule
        if asking:
            raise NotAllowed("Your role, or your system's scope, does not allow this.")
        if rule.roles == {"patient"}:
            raise SignInNeeded("Sign in to do this.")
        raise StaffSignInNeeded("Sign in to do this.")


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
