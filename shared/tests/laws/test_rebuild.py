"""Law 7: a view is rebuilt beside the live one, swapped when it is whole, and misses nothing said meanwhile."""

from __future__ import annotations

from movewell.projections import current_generation

from .stage import VIEWS, Stage, lapsed, uid


def rows(stage: Stage) -> dict[str, int]:
    """What a page would show."""
    generation = current_generation(stage.hearing.store)
    return {row["id"]: row["lapses"] for row in stage.hearing.store.scan(f"{VIEWS[0].collection.name}@{generation}")}


def test_until_the_new_rows_are_whole_the_old_ones_are_shown() -> None:
    stage = Stage()
    stage.publish(*(lapsed(n % 5, n) for n in range(20)))
    live = stage.hearing.projections()
    while live.step(0):
        pass
    before, shown = rows(stage), []
    stage.hearing.rebuild(lambda done, total: shown.append(rows(stage)))
    assert before == {uid(n): 4 for n in range(5)}
    assert len(shown) > 1
    assert all(each == before for each in shown)


def test_what_is_said_during_a_rebuild_is_in_the_new_rows() -> None:
    """The old consumer takes it and moves the group's offset, so that nobody else would."""
    stage, said = Stage(), []
    stage.publish(lapsed(1, 10))
    live = stage.hearing.projections()
    live.step(0)

    def meanwhile(done: int, total: int) -> None:
        if not said:
            said.append(lapsed(1, 11))
            stage.publish(*said)
            live.step(0)

    stage.hearing.rebuild(meanwhile)
    live.close()
    stage.hearing.projections().step(0)
    assert rows(stage) == {uid(1): 2}
