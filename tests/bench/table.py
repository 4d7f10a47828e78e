"""One table for everything that the benchmarks measure, printed at the end of the run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

HEAD = ("figure", "ours", "baseline", "ratio", "goal", "met")


@dataclass(frozen=True)
class BenchRow:
    """One figure. met None: there is no goal."""

    figure: str
    ours: str
    baseline: str = "-"
    ratio: str = "-"
    goal: str = "-"
    met: bool | None = None

    def cells(self) -> tuple[str, ...]:
        met = {True: "yes", False: "NO", None: "-"}[self.met]
        return self.figure, self.ours, self.baseline, self.ratio, self.goal, met


class BenchTable:
    """Collects rows; `lines` is Markdown that can also be read as it is."""

    def __init__(self) -> None:
        self.rows: list[BenchRow] = []

    def ratio(self, figure: str, ours: float, baseline: float, unit: str, goal: float | None = None) -> None:
        """Add a figure that is held against another one measured beside it."""
        found = ours / baseline
        self.rows.append(
            BenchRow(
                figure,
                f"{ours:.3g} {unit}",
                f"{baseline:.3g} {unit}",
                f"{found:.2f}",
                "-" if goal is None else f"<= {goal:g} x",
                None if goal is None else found <= goal,
            )
        )

    def limit(self, figure: str, ours: float, most: float, unit: str, baseline: float | None = None) -> None:
        """Add a figure with a bound of its own. baseline: what was measured beside it and the bound is made of."""
        beside = "-" if baseline is None else f"{baseline:.3g} {unit}"
        self.rows.append(BenchRow(figure, f"{ours:.3g} {unit}", beside, "-", f"<= {most:.3g} {unit}", ours <= most))

    def note(self, figure: str, ours: str) -> None:
        """Add a figure without a goal."""
        self.rows.append(BenchRow(figure, ours))

    def lines(self) -> list[str]:
        """Return the table."""
        cells = [HEAD, *(row.cells() for row in self.rows)]
        wide = [max(len(row[at]) for row in cells) for at in range(len(HEAD))]
        drawn = [
            "| " + " | ".join(text.ljust(width) for text, width in zip(row, wide, strict=True)) + " |" for row in cells
        ]
        return [drawn[0], "|" + "|".join("-" * (width + 2) for width in wide) + "|", *drawn[1:]]


def in_turns(rounds: int, ways: Mapping[str, Callable[[], Any]]) -> dict[str, list[Any]]:
    """Measure each way once a round, one after the other: whatever else the machine does meets all of them."""
    found: dict[str, list[Any]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, measure in ways.items():
            found[name].append(measure())
    return found


def percentile(values: list[float], share: float) -> float:
    """Return the value that `share` (0 to 1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
