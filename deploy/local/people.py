"""The synthetic patients of the walk, and what each of them goes through."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Patient:
    """`first` and `last` are (PHQ-9, GAD-7) totals; scores move evenly from one to the other."""

    name: str
    family: str
    door: str
    nhs_number: str
    story: str
    format: str = "one_to_one"
    first: tuple[int, int] = (0, 0)
    last: tuple[int, int] = (0, 0)
    risk_at: int = 0
    misses: tuple[int, ...] = ()

    @property
    def email(self) -> str:
        return f"{self.name.lower()}@patients.example"


PATIENTS = (
    Patient("Ashby", "Testperson", "bars", "9990000018", "recovers", first=(18, 15), last=(6, 5)),
    Patient("Briar", "Testperson", "json", "9990000026", "improves", "group", (16, 14), (9, 9), 2, (3,)),
    Patient("Cedar", "Testperson", "json", "9990000034", "steady", "group", (12, 9), (11, 8)),
    Patient("Dale", "Testperson", "bars", "9990000042", "lapses"),
    Patient("Elm", "Testperson", "bars", "9990000050", "cancelled", first=(14, 10), last=(12, 9)),
    Patient("Fern", "Testperson", "json", "9990000069", "signposted"),
    Patient("Gale", "Testperson", "json", "9990000077", "not_cleared"),
    Patient("Hazel", "Testperson", "json", "9990000085", "erased", "group", (13, 11), (13, 11)),
)


def answers(phq9: int, gad7: int, item9: int = 0) -> dict[str, str]:
    """A form's answers that come to these totals."""
    made = {"phq9_9": str(item9)}
    for measure, total, items in (("phq9", phq9 - item9, 8), ("gad7", gad7, 7)):
        for number in range(1, items + 1):
            made[f"{measure}_{number}"] = str(min(3, total))
            total -= min(3, total)
    return made


def scores(patient: Patient, ordinal: int, sessions: int) -> tuple[int, int]:
    """The totals before a session, moving evenly from first to last."""
    done = (ordinal - 1) / max(1, sessions - 1)
    (phq9, gad7), (last_phq9, last_gad7) = patient.first, patient.last
    return round(phq9 + (last_phq9 - phq9) * done), round(gad7 + (last_gad7 - gad7) * done)
