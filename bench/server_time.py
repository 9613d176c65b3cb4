"""How long an application takes for requests in this process, without network and gunicorn. Kinds take turns."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.figures import over_runs, percentile

Request = Callable[[], Any]


def served(requests: dict[str, Request], each: int, runs: int) -> dict[str, dict[str, Any]]:
    """Of each kind of request p50, p95 and the longest in milliseconds, and p50 of the CPU it takes, over the runs."""
    for ask in requests.values():
        ask()  # templates are compiled once
    taken = [_run(requests, each) for _ in range(runs)]
    return {
        name: {
            "p50": over_runs(percentile([wall for wall, _ in run[name]], 50) for run in taken),
            "p95": over_runs(percentile([wall for wall, _ in run[name]], 95) for run in taken),
            "max": over_runs(max(wall for wall, _ in run[name]) for run in taken),
            "cpu p50": over_runs(percentile([cpu for _, cpu in run[name]], 50) for run in taken),
        }
        for name in requests
    }


def _run(requests: dict[str, Request], each: int) -> dict[str, list[tuple[float, float]]]:
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in requests}
    for _ in range(each):
        for name, ask in requests.items():
            began, cpu = time.perf_counter(), time.process_time()
            answer = ask()
            taken[name].append((1000 * (time.perf_counter() - began), 1000 * (time.process_time() - cpu)))
            if answer.status_code != 200:
                raise RuntimeError(f"{name} was answered {answer.status_code}")
    return taken


def show(at: str, result: dict[str, Any], console: Console) -> None:
    """Print the table."""
    table = Table(title=f"Server time at {at}, ms: median of the runs (least – most)")
    for column in ("Request", "p50", "p95", "longest", "CPU p50"):
        table.add_column(column)
    for name, figures in result["requests"].items():
        shown = [f"{each['median']:.0f} ({each['min']:.0f} – {each['max']:.0f})" for each in figures.values()]
        table.add_row(name, *shown)
    console.print(table)
    load = result["machine"]
    console.print(
        f"{load['cores']} cores, load {load['load_before'][0]:.1f} before, {load['load_after'][0]:.1f} after."
    )
