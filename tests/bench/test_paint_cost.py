"""What a shown picture of 720p30 costs on a machine without a graphics card, beside the naive way."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.bench, pytest.mark.display, pytest.mark.timeout(600)]

ROUNDS, FRAMES = 3, 120
SCALED, EQUAL = ("1080", "1920"), ("720", "1280")
PATHS = [("none", SCALED), ("naive", SCALED), ("raster", SCALED), ("naive", EQUAL), ("raster", EQUAL)]


def run(display, name, size, frames=FRAMES):
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.paint_paths", name, *size, str(frames)], env=display,
        cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])


def test_cost_of_a_shown_picture(display, table):
    found = {path: [] for path in PATHS}
    for _ in range(ROUNDS):
        for path in PATHS:  # side by side: whatever else the machine does meets all of them
            found[path].append(run(display, *path))
    cost = {path: statistics.median(r["cpu_ms"] for r in results) for path, results in found.items()}
    bare, naive = cost[PATHS[0]], cost[PATHS[1]]
    print(f"\n720x1280 at 30 fps, processor ms of the process per shown picture ({ROUNDS} rounds of {FRAMES} frames)")
    print("path    window     ms [min max]          less delivery   ratio to naive, scaled   fps")
    for path, results in found.items():
        each = [r["cpu_ms"] for r in results]
        own = cost[path] - bare
        fps = statistics.median(r["fps"] for r in results)
        print(
            f"{path[0]:7} {'x'.join(path[1]):9} {cost[path]:5.2f} [{min(each):.2f} {max(each):.2f}]"
            f"{own:18.2f}{own / (naive - bare):19.2f}{fps:19.1f}"
        )
    for window, size, goal in (("smoothly scaled", SCALED, 0.7), ("not scaled", EQUAL, 0.2)):
        own = cost["raster", size] - bare
        table.ratio(f"paint path of a 720p picture, {window}", own, naive - bare, "ms", goal)


def test_cost_of_the_gpu_path_on_a_software_rasteriser(display):
    """Why the choice at start matters: the same pictures, when OpenGL runs on the processor."""
    gpu, raster = (run(display, name, SCALED, 45) for name in ("gpu", "raster"))
    print(f"\nllvmpipe: {gpu['cpu_ms']:.0f} ms at {gpu['fps']:.0f} fps; raster: {raster['cpu_ms']:.1f} ms")
