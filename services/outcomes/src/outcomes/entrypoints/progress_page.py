"""My progress: what has happened, what comes next, sessions, and how the scores moved, told to the patient."""

from __future__ import annotations

from flask import Blueprint, render_template
from movewell.contracts.types import Measure
from movewell.projections import current_generation, rows_of
from movewell.store.burned_links import burn
from movewell.store.port import Document
from movewell.store.unit import Unit, Units
from movewell.web.links import LinkReader
from movewell.web.patients import PatientSessions, link_routes
from movewell.web.policy import principal

from outcomes.application.case_of import questionnaires_of
from outcomes.domain.case import Case
from outcomes.domain.progress import move, progress
from outcomes.domain.questionnaire import Questionnaire, QuestionnaireStatus
from outcomes.entrypoints.score_charts import PLAIN, patients_chart
from outcomes.projections.course_rows import COURSES


def add_progress_page(blueprint: Blueprint, units: Units, reader: LinkReader, patients: PatientSessions) -> None:
    """Add the page to the service's blueprint. The link's subject is the referral."""
    link_routes(
        blueprint,
        thing="progress",
        purpose="progress",
        reader=reader,
        sessions=patients,
        burn=lambda link: burn(units, link.tenant, link.jti),
        clock=units.clock,
    )

    @blueprint.get("/progress")
    def my_progress() -> str:
        who, rows = principal(), rows_of(COURSES.collection, current_generation(units.store)).name

        def read(unit: Unit) -> tuple[Document, Case | None, list[Questionnaire]]:
            course = unit.tx.get(rows, who.subject) or {}
            return course, unit.find_one(Case, who.subject), questionnaires_of(unit, who.subject)

        course, case, asked = units.read(who.tenant, read)
        return render_template(
            "progress.jinja",
            progress=progress(course, units.clock.now()),
            measures=_measures(case),
            is_asked=any(each.status is QuestionnaireStatus.OPEN for each in asked),
        )


def _measures(case: Case | None) -> list[dict[str, object]]:
    """For each measure with a score: its plain name, its chart, and how the latest score stands to the first."""
    found = []
    for measure in Measure if case is not None else ():
        scores = sorted((each for each in case.scores if each.measure is measure), key=lambda each: each.scored_at)
        if scores:
            pair = case.pair(measure)
            found.append(
                {
                    "name": PLAIN[measure],
                    "chart": patients_chart(measure, scores, name=f"chart-{measure.value}"),
                    "move": move(measure, pair).value,
                    "points": abs(pair.rise or 0),
                    "is_lower": (pair.rise or 0) < 0,
                }
            )
    return found
