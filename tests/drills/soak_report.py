"""What a long run of visits leaves behind: samples after each, what grew, a table, and a picture."""

from __future__ import annotations

import os
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

WARM_SHARE, WARM_LEAST = 0.2, 20  # of a process's visits: everything is used for the first time
TOLD = 8  # troubles in the picture's title
ENDS = 10  # samples whose median stands for the beginning and for the end
# A visit, or so many times what the bare library leaves behind, whichever is more: what the benchmark measured of that,
# and 0.1 MB.
ALLOWED_MB, ALLOWED_TIMES = 0.49, 1.25
# Threads and sockets of the library come and go by one or two; everything else is ours and must be as it was.
ALLOWED = {"threads": 2, "descriptors": 2, "tasks": 1, "children": 0, "temp_files": 0, "parent_descriptors": 0}
LEAST = 30  # visits of one process from which growth of what is counted can be told
# And of memory: the allocator takes by the megabyte.
LEAST_FOR_MEMORY, LEAST_RUN_FOR_MEMORY = 150, 300


@dataclass(frozen=True)
class Sample:
    """After one visit, in attract. process: which kiosk it was. state_kb: size of the state directory.

    Memory in MB. own_mb: what no other process shares and no file backs, whatever else runs on the machine.
    """

    process: int
    own_mb: float
    rss_mb: float
    threads: int
    descriptors: int
    tasks: int
    children: int
    temp_files: int
    state_kb: float
    parent_mb: float
    parent_descriptors: int


def memory_of(pid: int) -> tuple[float, float]:
    """Return own and resident memory in MB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    found = {line.split()[0]: int(line.split()[1]) / 1024 for line in lines[1:]}
    return found["Anonymous:"], found["Rss:"]


def take(process: int, parent: int, tasks: float, temporary: Path, state: Path) -> Sample:
    """Look at the kiosk from outside."""
    status = dict(line.split(":", 1) for line in Path(f"/proc/{process}/status").read_text().splitlines())
    stats = [_stat(entry) for entry in Path("/proc").iterdir() if entry.name.isdecimal()]
    children = [stat for stat in stats if stat[1:2] == [str(process)] and stat[0] != "Z"]
    own, rss = memory_of(process)
    return Sample(
        process=process,
        own_mb=own,
        rss_mb=rss,
        threads=int(status["Threads"]),
        descriptors=len(os.listdir(f"/proc/{process}/fd")),
        tasks=int(tasks),
        children=len(children),
        temp_files=sum(1 for path in temporary.rglob("*") if path.is_file()),
        state_kb=sum(path.stat().st_size for path in state.rglob("*") if path.is_file()) / 1024,
        parent_mb=memory_of(parent)[0],
        parent_descriptors=len(os.listdir(f"/proc/{parent}/fd")),
    )


def _stat(entry: Path) -> list[str]:
    try:
        return (entry / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def kinds(pid: int) -> Counter[str]:
    """Return what a process's descriptors are, to tell what grew."""
    found: Counter[str] = Counter()
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        try:
            found[os.readlink(entry).partition(":[")[0]] += 1
        except OSError:
            continue
    return found


def slope(values: Sequence[float]) -> float:
    """Return the growth of each step, by least squares."""
    return float(np.polyfit(range(len(values)), values, 1)[0]) if len(values) > 1 else 0.0


def warm(values: Sequence[float]) -> Sequence[float]:
    """Return the values without those of the beginning."""
    return values[max(int(len(values) * WARM_SHARE), min(WARM_LEAST, len(values) // 2)) :]


@dataclass(frozen=True)
class SoakRow:
    """One figure of one process. allowed None: told only."""

    figure: str
    first: float
    last: float
    growth: float
    allowed: float | None
    unit: str

    @property
    def grew(self) -> bool:
        return self.allowed is not None and self.growth > self.allowed

    def __str__(self) -> str:
        allowed = "-" if self.allowed is None else f"<= {self.allowed:.3g}"
        growth = f"{self.growth:+.3f} {self.unit}".strip()
        met = "-" if self.allowed is None else "NO" if self.grew else "yes"
        return f"| {self.figure:30} | {self.first:9.1f} | {self.last:9.1f} | {growth:17} | {allowed:9} | {met:3} |"


def by_process(samples: Sequence[Sample]) -> list[list[Sample]]:
    """Return the samples of each kiosk process, in order."""
    found: dict[int, list[Sample]] = {}
    for sample in samples:
        found.setdefault(sample.process, []).append(sample)
    return list(found.values())


def judge(samples: Sequence[Sample], bare_mb: Sequence[float]) -> list[SoakRow]:
    """Hold every process's visits against what may grow. bare_mb: the bare library's memory, visit by visit."""
    rows = []
    bare = slope(warm(bare_mb)) if bare_mb else 0.0
    allowed_mb = max(ALLOWED_MB, ALLOWED_TIMES * bare)
    for number, each in enumerate(by_process(samples), 1):
        counts = len(each) >= LEAST
        weighs = len(samples) >= LEAST_RUN_FOR_MEMORY and len(each) >= LEAST_FOR_MEMORY
        for kind in ("own_mb", "rss_mb", "state_kb", "parent_mb"):
            values = warm([getattr(sample, kind) for sample in each])
            allowed = allowed_mb if kind == "own_mb" and weighs else None
            unit = f"{kind[-2:].upper()} a visit"
            rows.append(SoakRow(f"{number}. {kind}", values[0], values[-1], slope(values), allowed, unit))
        for kind, allowed in ALLOWED.items():
            values = warm([getattr(sample, kind) for sample in each])
            first, last = statistics.median(values[:ENDS]), statistics.median(values[-ENDS:])
            rows.append(SoakRow(f"{number}. {kind}", first, last, last - first, allowed if counts else None, ""))
    if bare_mb:
        rows.append(SoakRow("bare library, own_mb", bare_mb[0], bare_mb[-1], bare, None, "MB a visit"))
    return rows


def table(rows: Sequence[SoakRow]) -> str:
    """Return the rows as Markdown."""
    head = f"| {'figure, by kiosk process':30} | {'warm':9} | {'end':9} | {'growth':17} | {'goal':9} | met |"
    return "\n".join([head, "|" + "|".join("-" * len(part) for part in head.split("|")[1:-1]) + "|", *map(str, rows)])


def draw(samples: Sequence[Sample], bare_mb: Sequence[float], file: Path, title: str, troubles: Sequence[str]) -> None:
    """Draw memory, threads and descriptors over visits; the title says how many there were, and each trouble."""
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    file.parent.mkdir(parents=True, exist_ok=True)
    figure, (memory, counts, files) = pyplot.subplots(3, 1, figsize=(11, 12), sharex=True, constrained_layout=True)
    visits = np.arange(1, len(samples) + 1)

    def line(axes, kind, label, **how):
        axes.plot(visits, [getattr(sample, kind) for sample in samples], label=label, linewidth=1, **how)

    line(memory, "rss_mb", "kiosk, resident")
    line(memory, "own_mb", "kiosk, own")
    line(memory, "parent_mb", "parent, own")
    memory.plot(np.arange(1, len(bare_mb) + 1), bare_mb, label="bare library, own", linewidth=1, color="grey")
    done = 0
    for each in by_process(samples):
        values = warm([sample.own_mb for sample in each])
        begin = done + len(each) - len(values)
        fit = np.poly1d(np.polyfit(range(len(values)), values, 1)) if len(values) > 1 else np.poly1d(values)
        across = np.arange(len(values))
        memory.plot(begin + across + 1, fit(across), "k--", linewidth=1, label=f"{slope(values):+.3f} MB a visit")
        done += len(each)
        for axes in (memory, counts, files):
            if done < len(samples):
                axes.axvline(done + 0.5, color="red", linestyle=":", label=None if done > len(each) else "restart")
    line(counts, "threads", "threads")
    line(counts, "descriptors", "descriptors")
    line(counts, "tasks", "tasks")
    line(counts, "parent_descriptors", "parent, descriptors")
    line(counts, "children", "children")
    line(files, "state_kb", "state directory, kB")
    line(files, "temp_files", "temporary files")
    memory.set_ylabel("MB")
    files.set_xlabel("visits")
    for axes in (memory, counts, files):
        axes.set_ylim(bottom=0)
        axes.grid(alpha=0.3)
        axes.legend(fontsize=8, loc="best")
    told = [f"{trouble:.110}".replace("\n", " ") for trouble in troubles[:TOLD]]
    if len(troubles) > TOLD:
        told.append(f"and {len(troubles) - TOLD} more")
    verdict = f"{len(troubles)} TROUBLES" if troubles else "as promised"
    figure.suptitle("\n".join([f"After each visit, in attract: {title}, {verdict}", *told]), fontsize=11,
                    color="red" if troubles else "black")  # fmt: skip
    figure.savefig(file, dpi=90)
