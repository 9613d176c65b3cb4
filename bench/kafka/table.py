"""Figures over runs, the versions that were measured, and the table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.figures import over_runs, percentile
from bench.kafka.contest import Run
from bench.kafka.environments import HERE

_ROOT = HERE.parents[1]
_COLUMNS = ("events/s", "CPU µs/event", "p50 ms", "p95 ms", "p99 ms", "p99 of all", "again/s")
_NAMED = re.compile(r"^(kafka-python|aiokafka|confluent-kafka|faststream|quixstreams|msgspec|marshmallow)==(.+)$", re.M)


def summary(runs: Sequence[Run]) -> dict[str, Any]:
    """The figures of one contender, or why it has none."""
    if failed := [run.failed for run in runs if run.failed]:
        return {"failed": failed[0], "failed_runs": len(failed), "runs": len(runs)}
    found: dict[str, Any] = {"runs": len(runs)}
    for name in ("drain", "redelivery"):
        measured = [each for run in runs if (each := getattr(run, name))]
        if measured:
            found[name] = {
                "events_per_second": over_runs(each["events"] / each["wall"] for each in measured),
                "cpu_us_per_event": over_runs(1e6 * each["cpu"] / each["events"] for each in measured),
            }
    by_run = [[1000 * each for each in run.latencies or ()] for run in runs]
    together = [each for run in by_run for each in run]
    found["open_loop"] = {f"p{which}_ms": _latency(which, by_run, together) for which in (50, 95, 99)}
    found["open_loop"]["measured"] = len(together)
    return found


def _latency(which: int, by_run: Sequence[Sequence[float]], together: Sequence[float]) -> dict[str, float]:
    return {**over_runs(percentile(run, which) for run in by_run), "all_runs": percentile(together, which)}


def versions() -> dict[str, str]:
    """Of the clients and frameworks, by environment, and of Kafka."""
    files = {path.stem: path for path in sorted((HERE / "requirements").glob("*.txt"))}
    files["movewell"] = _ROOT / "constraints.txt"
    found = {
        name: ", ".join(" ".join(each) for each in _NAMED.findall(path.read_text())) for name, path in files.items()
    }
    pom = (_ROOT / "deploy" / "local" / "kafka" / "pom.xml").read_text()
    kafka = re.search(r"<artifactId>kafka_2\.13</artifactId>\s*<version>([^<]+)</version>", pom)
    return found | {"apache-kafka": kafka.group(1) if kafka else _by_jar()}


def _by_jar() -> str:
    jars = [path.stem for path in Path(_ROOT / "build" / "kafka").glob("kafka_2.13-*.jar")]
    return jars[0].rpartition("-")[2] if jars else "unknown"


def print_table(result: dict[str, Any], console: Console) -> None:
    """All rows, then the aims."""
    options, machine = result["options"], result["machine"]
    table = Table(title=f"Medians of {options['runs']} interleaved runs (least – most), {options['records']} records")
    table.add_column("Contender", min_width=24)
    for each in _COLUMNS:
        table.add_column(each, justify="right")
    for name, figures in result["figures"].items():
        table.add_row(result["labels"][name], *_row(figures))
    console.print(table)
    for name, figures in result["figures"].items():
        if "failed" in figures:
            runs = f"{figures['failed_runs']} of {figures['runs']} runs"
            console.print(f"{result['labels'][name]} failed in {runs}: {figures['failed']}")
    for line in aims(result["figures"]):
        console.print(line)
    busy = f"{machine['load_before'][0]:.1f} before and {machine['load_after'][0]:.1f} after"
    apart = "broker and contender on a core each" if machine["apart"] else "all on the same cores"
    console.print(f"{machine['cores']} cores, {apart}, load {busy}; {machine['seconds']} s in all.")


def _row(figures: dict[str, Any]) -> list[str]:
    if "failed" in figures:
        return ["failed"] + [""] * (len(_COLUMNS) - 1)
    drain, loop = figures["drain"], figures["open_loop"]
    cells = [_cell(drain["events_per_second"], 0), _cell(drain["cpu_us_per_event"], 0)]
    cells += [_cell(loop[f"p{which}_ms"], 1) for which in (50, 95, 99)]
    cells.append(f"{loop['p99_ms']['all_runs']:.1f}")
    again = figures.get("redelivery")
    return [*cells, _cell(again["events_per_second"], 0) if again else ""]


def _cell(figure: dict[str, float], digits: int) -> str:
    return f"{figure['median']:.{digits}f} ({figure['min']:.{digits}f} – {figure['max']:.{digits}f})"


def aims(figures: dict[str, dict[str, Any]]) -> list[str]:
    """What Movewell aims at, and what it reached."""
    ours = figures.get("movewell", {"failed": ""})
    if "failed" in ours:
        return []
    cpu, rate = (ours["drain"][each]["median"] for each in ("cpu_us_per_event", "events_per_second"))
    lines = []
    for name, figure, aim in (
        ("raw", "cpu_us_per_event", "CPU to the raw loop with marshmallow (aim ≤ 1.25)"),
        ("raw_compiled", "cpu_us_per_event", "CPU to the raw loop with msgspec (aim ≤ 1.25)"),
        ("faststream_aiokafka", "events_per_second", "events/s to FastStream, aiokafka (aim ≥ 2)"),
        ("faststream_confluent", "events_per_second", "events/s to FastStream, confluent (aim ≥ 2)"),
    ):
        other = figures.get(name, {"failed": ""})
        if "failed" not in other:
            mine = cpu if figure == "cpu_us_per_event" else rate
            lines.append(f"Movewell's {aim}: {mine / other['drain'][figure]['median']:.2f}")
    lines.append(f"Movewell's p99 in open loop (aim ≤ 150 ms): {ours['open_loop']['p99_ms']['median']:.1f}")
    if "redelivery" in ours:
        lines.append(f"Redelivered (aim ≥ 3000/s): {ours['redelivery']['events_per_second']['median']:.0f}/s")
    return lines
