from hypothesis import given, settings
from reporting.figures.attendance import attendance_of

from .cohort import bookings


def booked(**numbers):
    return [{"code": code[1:]} for code, number in numbers.items() for _ in range(number)]


def test_attendance_leaves_provider_cancellations_out_of_its_rate():
    attendance = attendance_of(booked(_5=70, _6=8, _3=7, _7=2, _2=9, _4=4) + [{"code": None}, {}], published=False)
    assert attendance.bookings == 102
    assert (attendance.attended.numerator, attendance.attended.denominator) == (78, 96)
    assert attendance.attended.percent == "81.3"  # 78 / 96 = 81.25%
    assert (attendance.did_not_attend.numerator, attendance.did_not_attend.percent) == (9, "9.4")
    assert (attendance.cancelled_by_patient.numerator, attendance.cancelled_by_patient.percent) == (9, "9.4")
    assert (attendance.cancelled_by_provider, attendance.not_recorded) == (4, 2)


def test_published_attendance_withholds_a_small_part_and_the_one_that_would_give_it_away():
    attendance = attendance_of(booked(_5=82, _3=4, _2=7, _4=12), published=True)
    assert (attendance.attended.numerator, attendance.attended.percent) == (80, "84")  # of the rounded numbers
    assert attendance.did_not_attend.numerator is attendance.did_not_attend.percent is None
    assert attendance.cancelled_by_patient.numerator is None  # else who did not attend would be 4 at least
    assert (attendance.attended.denominator, attendance.bookings, attendance.not_recorded) == (95, 105, None)
    assert attendance.cancelled_by_provider == 10


@given(bookings)
@settings(deadline=None)
def test_every_booking_is_counted_once(rows):
    figures = attendance_of(rows, published=False)
    shares = (figures.attended, figures.did_not_attend, figures.cancelled_by_patient)
    assert sum(share.numerator for share in shares) == figures.attended.denominator
    assert figures.attended.denominator + figures.cancelled_by_provider + figures.not_recorded == len(rows)
