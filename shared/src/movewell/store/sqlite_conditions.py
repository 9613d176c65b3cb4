"""What a query asks for as SQL: a condition and its values. None is NULL, and sorts before every value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from movewell.store.port import Between, HasAll, In
from movewell.store.sqlite_tables import column_of

Condition = tuple[str, list[Any]]


def condition_on(collection: str, field: str, wanted: Any) -> Condition:
    """The field is `wanted`: a value, In, Between or HasAll."""
    column = f'"{column_of(field)}"'
    if isinstance(wanted, In):
        given = [value for value in wanted.values if value is not None]
        one = f"{column} IN ({','.join('?' * len(given))})"
        return (f"({one} OR {column} IS NULL)" if None in wanted.values else one), given
    if isinstance(wanted, HasAll):
        one = f'id IN (SELECT id FROM "{collection}__{field}" WHERE value = ?)'  # noqa: S608
        return " AND ".join([one] * len(wanted.values)), list(wanted.values)
    if isinstance(wanted, Between):
        bounds = ((">=", wanted.at_least), ("<", wanted.below), ("<=", wanted.at_most))
        ends = [(sign, value) for sign, value in bounds if value is not None]
        return " AND ".join(f"{column} {sign} ?" for sign, _ in ends), [value for _, value in ends]
    if wanted is None:
        return f"{column} IS NULL", []
    return f"{column} = ?", [wanted]


def condition_beyond(columns: Sequence[str], after: Sequence[Any], descending: bool) -> Condition:
    """The row comes after the one whose `columns` hold the values of `after`."""
    if not descending and None not in after:
        listed = ", ".join(f'"{each}"' for each in columns)
        return f"({listed}) > ({', '.join('?' * len(columns))})", list(after)
    ways, values = [], []
    for place, (column, value) in enumerate(zip(columns, after, strict=True)):
        same = [f'"{each}" IS ?' for each in columns[:place]]
        beyond, given = _beyond(column, value, descending)
        ways.append(" AND ".join([*same, beyond]))
        values += [*after[:place], *given]
    return f"({' OR '.join(ways)})", values


def _beyond(column: str, value: Any, descending: bool) -> Condition:
    if descending:
        return ("0", []) if value is None else (f'("{column}" < ? OR "{column}" IS NULL)', [value])
    return (f'"{column}" IS NOT NULL', []) if value is None else (f'"{column}" > ?', [value])
