"""What an instructor is told of a cleared patient: a code of the screening rules → words. Standard library only.

The codes travel in `ClearanceGranted.precautions`. The words say what the rule says, and when to stop (ACSM,
GETP 10th edition: stop with chest pain, dizziness or unusual breathlessness). No clinical lead has verified them yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_STOP = "Stop the patient at chest pain, dizziness or unusual breathlessness."

PRECAUTIONS: Mapping[str, str] = MappingProxyType(
    {
        "acsm-1": "Not used to exercise. Begin at a light or moderate intensity and build up slowly.",
        "acsm-2": "Not used to exercise, with known heart, metabolic or kidney disease. "
        f"A doctor has cleared them, up to moderate intensity. {_STOP}",
        "acsm-3": "Not used to exercise, with symptoms that a doctor has looked at. "
        f"Cleared up to moderate intensity. {_STOP}",
        "acsm-5": f"Active, with known heart, metabolic or kidney disease. {_STOP}",
        "acsm-6": f"Active, with symptoms that a doctor has looked at. Cleared up to moderate intensity. {_STOP}",
        "recent_medication_start": "Has recently started lithium, a beta-blocker or an antipsychotic. "
        "Judge effort by how hard it feels to the patient, not by heart rate.",
        "pregnancy": "Pregnant. A doctor has cleared them, up to moderate intensity.",
        "seizures": "Has had seizures. Keep the patient where somebody can see them.",
        "falls": "Has had falls. Keep support within reach.",
    }
)
UNKNOWN = "There is a precaution that cannot be shown here. Ask the clinician before the session."


def precaution_words(codes: str | None) -> list[str]:
    """The words for codes with spaces between them, as an event carries them, each once; none for none.

    For a code that this release does not know: to ask the clinician.
    """
    return list(dict.fromkeys(PRECAUTIONS.get(code, UNKNOWN) for code in (codes or "").split()))
