"""NHS numbers: ten digits whose last is a check digit by modulus 11 (NHS Data Model and Dictionary)."""

from __future__ import annotations

import nhs_number

from referral.domain.incoming import Unreadable


def read_nhs_number(written: str) -> str:
    """The ten digits of a well-formed NHS number, spaces and hyphens dropped.

    Narrower than the library, which also takes digits of other scripts and numbers of ten equal digits:
    those pass modulus 11 and are what people type to get past a form.
    """
    digits = nhs_number.standardise_format(written) if written.isascii() else ""
    if not digits:
        raise Unreadable("is not written as an NHS number (ten digits)")
    if len(set(digits)) == 1 or not nhs_number.is_valid(digits):
        raise Unreadable("is not a valid NHS number (its check digit, by modulus 11, is wrong)")
    return digits
