"""Names as they are looked for: written in whatever way, found in one."""

from __future__ import annotations

import unicodedata


def searchable_name(written: str) -> str | None:
    """Letters and digits only, without accents and case: `O’Brién-Smith` and `obrien smith` are one.

    None where nothing is left to look for.
    """
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", written).casefold())
    return "".join(each for each in plain if each.isalnum()) or None
