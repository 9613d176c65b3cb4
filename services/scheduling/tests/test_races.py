"""Many at once: a session is never over-filled, and no seat is left behind."""

from __future__ import annotations

import threading
from pathlib import Path

from movewell.contracts.types import Actor, SessionFormat
from movewell.kernel import DomainError
from movewell.store.sqlite import SqliteStore
from movewell.store.unit import Unit
from scheduling.application.answer_offer import accept_offer

from .scene import Site


def test_sixteen_clients_on_a_hot_series_take_its_seats_and_no_more(tmp_path: Path) -> None:
    site = Site(SqliteStore(str(tmp_path / "scheduling.sqlite")))
    site.series("hot", capacity=5, weeks=8)
    clients = [threading.Thread(target=site.accepted, args=(n, SessionFormat.GROUP)) for n in range(16)]
    for each in clients:
        each.start()
    for each in clients:
        each.join()
    statuses = [site.programme(n).status.value for n in range(16)]
    assert (statuses.count("offered"), statuses.count("waiting")) == (5, 11)
    assert {len(each.seats) for each in site.sessions()} == {5}


def test_the_race_of_cancel_and_accept_leaves_no_seat_behind(tmp_path: Path) -> None:
    site = Site(SqliteStore(str(tmp_path / "scheduling.sqlite")))
    site.series("race", capacity=8, weeks=8)
    for n in range(8):
        site.accepted(n, SessionFormat.GROUP)

    def accept(unit: Unit, n: int) -> None:
        accept_offer(unit, offers[n], Actor.PATIENT)

    offers = [site.offer_of(n) for n in range(8)]

    def try_accept(n: int) -> None:
        try:
            site.do(lambda unit: accept(unit, n))
        except DomainError:
            refused.append(n)

    refused: list[int] = []
    racers = [threading.Thread(target=site.withdrawn, args=(n,)) for n in range(8)]
    racers += [threading.Thread(target=try_accept, args=(n,)) for n in range(8)]
    for each in racers:
        each.start()
    for each in racers:
        each.join()
    assert not any(each.seats for each in site.sessions())
    for n in range(8):
        assert (n in refused) == (site.bookings(n) == [])
        assert {each.status.value for each in site.bookings(n)} <= {"cancelled"}
