from datetime import UTC, date, datetime


def tells(clock, begins):
    # ruleid: clocks
    datetime.now()
    # ruleid: clocks
    datetime.now(UTC)
    # ruleid: clocks
    datetime.utcnow()
    # ruleid: clocks
    date.today()
    # ok: clocks
    clock.now()
    # ok: clocks
    begins.replace(hour=9)
