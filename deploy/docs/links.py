"""Links of the documents: found outside of code, and led to where the site has what they name."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Callable, Iterator

_CODE = re.compile(r"^( *)(`{3,}|~{3,}).*?^\1\2 *$|(`+)(?!`).+?(?<!`)\3(?!`)", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(\]\()([^)\s#]+)(#[^)\s]*)?(\))")


def targets(text: str, place: str) -> Iterator[str]:
    """The paths within the repository that a document at `place` links to."""
    for link in _LINK.finditer(_CODE.sub("", text)):
        if not _is_elsewhere(link[2]):
            yield _path(link[2], place)


def led(text: str, place: str, page: str, address: Callable[[str], str]) -> str:
    """The text with each link changed to what `address` says of its path, as seen from the site's `page`."""

    def lead(link: re.Match[str]) -> str:
        if _is_elsewhere(link[2]):
            return link[0]
        to = os.path.relpath(address(_path(link[2], place)), posixpath.dirname(page) or ".")
        return f"{link[1]}{to}{link[3] or ''}{link[4]}"

    made, at = [], 0
    for code in _CODE.finditer(text):
        made += [_LINK.sub(lead, text[at : code.start()]), code[0]]
        at = code.end()
    return "".join([*made, _LINK.sub(lead, text[at:])])


def _path(link: str, place: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(place), link))


def _is_elsewhere(link: str) -> bool:
    return re.match(r"[a-z]+:", link) is not None
