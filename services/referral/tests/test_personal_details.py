"""The readers of personal details that both doors share."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from referral.adapters.nhs_numbers import read_nhs_number
from referral.domain.incoming import (
    Unreadable,
    read_birth_date,
    read_email,
    read_line,
    read_ods_code,
    read_phone,
    read_postcode,
    read_text,
)

TODAY = date(2026, 11, 24)


def by_today(written):
    return read_birth_date(written, TODAY)


READ = [
    (read_nhs_number, "9990000018", "9990000018"),
    (read_nhs_number, " 999-000-0018 ", "9990000018"),
    (by_today, "2026-11-24", date(2026, 11, 24)),
    (by_today, "1900-01-01", date(1900, 1, 1)),
    (by_today, "1984-02-29", date(1984, 2, 29)),
    (read_postcode, "sw1a1aa", "SW1A 1AA"),
    (read_postcode, " M1  1AE ", "M1 1AE"),
    (read_postcode, "ZZ99 3CZ", "ZZ99 3CZ"),
    (read_postcode, "GIR 0AA", "GIR 0AA"),
    (read_phone, "+44 (0113) 496 0000", "+44 (0113) 496 0000"),
    (read_phone, "0113 496 0000 ", "0113 496 0000"),
    (read_email, "o'neil+nhs@mail.patients.example", "o'neil+nhs@mail.patients.example"),
    (read_line, " Ó Súilleabháin-Nguyễn ", "Ó Súilleabháin-Nguyễn"),
    (read_text, "One.\r\n\tTwo.\n", "One.\r\n\tTwo."),
    (read_ods_code, "rr8", "RR8"),
]
NOT_READ = [
    *(
        (read_nhs_number, text)
        for text in ["", "999", "9990000019", "0000000000", "99900000180", "९९९००००१८०", "٩٩٩٠٠٠٠٠١٨"]
    ),
    *(
        (by_today, text)
        for text in ["", "2026-11-25", "1899-12-31", "1984-02-30", "19840309", "1984-W10-5", "٢٠٢٠-٠١-٠١"]
    ),
    *((read_postcode, text) for text in ["", "LS10", "12345", "A" * 10**5, "SW1A 1A١"]),
    *((read_phone, text) for text in ["", "12345", "1" * 16, "call", "+44+1134960000", "٠١١٣٤٩٦٠٠٠٠"]),
    *(
        (read_email, text)
        for text in [
            "",
            "a",
            "a@b",
            "a@b@c.example",
            "a b@c.example",
            "a@b.example\nBcc: x",
            "@c.example",
            "a@" + "b." * 200 + "c",
            "\ud800@b.example",
        ]
    ),
    *((read_line, text) for text in ["", " ", "a\nb", "a\x00b", "x" * 101, "\ud800", "a\u2028b"]),
    *((read_text, text) for text in ["", "\n", "a\x00", "x" * 20_001, "\ud800"]),
    *((read_ods_code, text) for text in ["", "A8", "A-81001", "A" * 11, "٣٣٣٣"]),
]


@pytest.mark.parametrize(("read", "written", "as_"), READ)
def test_a_detail_is_read_into_its_one_form(read, written, as_):
    assert read(written) == as_


@pytest.mark.parametrize(("read", "written"), NOT_READ, ids=range(len(NOT_READ)))
def test_a_detail_in_another_form_is_unreadable(read, written):
    with pytest.raises(Unreadable):
        read(written)


@given(st.integers(0, 999_999_999), st.integers(0, 9))
def test_one_check_digit_at_most_makes_an_nhs_number(nine, digit):
    weighted = sum(int(each) * weight for each, weight in zip(f"{nine:09}", range(10, 1, -1), strict=True))
    expected = (11 - weighted % 11) % 11
    try:
        read_nhs_number(f"{nine:09}{digit}")
    except Unreadable:
        return
    assert digit == expected


@pytest.mark.parametrize("read", [read_postcode, read_phone, read_email, read_line, read_text, read_ods_code])
@given(written=st.text())
def test_reading_twice_reads_the_same(read, written):
    try:
        once = read(written)
    except Unreadable:
        return
    assert read(once) == once
