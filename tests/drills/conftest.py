"""Plays drills as tests; after them the table with what was promised and what it took."""

from __future__ import annotations

import os

import pytest_asyncio

from tests.drills.networks import Network, ServerThere
from tests.drills.scene import DrillScene
from tests.drills.services import SERVICES
from tests.rigs.livekit_server import start_server

ALL_DRILLS = "KIOSK_DRILLS"  # set by `make drills`: the slow ones too


@pytest_asyncio.fixture
async def scene(request, display, tmp_path):
    """A scene with the drill's service, on a media server of its own; in a network of its own where it needs one."""
    drill, name = request.param
    net = Network(tmp_path) if "network" in drill.needs else None
    server = start_server() if net is None else ServerThere(net, tcp="TCP" in drill.needs)
    service = SERVICES[name]()
    if net is not None:
        server.start()
    await service.start(server)
    if net is not None:
        service.emulator.url = await net.relay(service.emulator.url)
    # No sound server and no home of anybody: what is heard is not the point here.
    quiet = {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path), "PULSE_SERVER": "unix:/nowhere"}
    quiet["TMPDIR"] = str(tmp_path)
    made = DrillScene(service, server, {**display, **quiet}, net)
    yield made
    await made.close()
    await service.close()
    server.close()
    if net is not None:
        await net.close()


def pytest_runtest_logreport(report):
    if report.when == "teardown":
        took = dict(report.user_properties).get("took")
        if took is not None and os.environ.get(ALL_DRILLS):
            print(f"\n    {report.nodeid.partition('[')[2].rstrip(']')}: {', '.join(took) or 'as promised'}")


def pytest_terminal_summary(terminalreporter):
    rows = []
    for outcome in ("passed", "failed", "error", "skipped"):
        for report in terminalreporter.stats.get(outcome, []):
            name = report.nodeid.partition("[")[2].rstrip("]")
            if "/drills/" not in report.nodeid or not name or (outcome == "passed" and report.when != "call"):
                continue
            took = dict(report.user_properties).get("took") or []
            why = f"{report.longrepr[2]}" if outcome == "skipped" and isinstance(report.longrepr, tuple) else ""
            rows.append((outcome, name, report.duration, took, why))
    if not rows or not os.environ.get(ALL_DRILLS):
        return
    terminalreporter.section("drills")
    for outcome, name, seconds, took, why in rows:
        told = ", ".join(took) or why
        terminalreporter.write_line(f"{outcome:7} {name:48} {seconds:5.0f} s  {told}")
    terminalreporter.write_line(f"{len(rows)} drills, {sum(row[0] != 'passed' for row in rows)} not passed")
