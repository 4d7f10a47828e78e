"""Every drill of the table, played against the real program: `pytest -m drill tests/drills`."""

from __future__ import annotations

import os

import pytest

from tests.drills.conftest import ALL_DRILLS
from tests.drills.services import SERVICES
from tests.drills.table import ALL, DRILLS
from tests.end.conftest import Failed

# The scripted agents run in this process, and their library complains about rooms that were closed under it.
pytestmark = [pytest.mark.drill, pytest.mark.expect_log("livekit|media library"), pytest.mark.live, pytest.mark.display]


def _plays():
    for drill in DRILLS:
        if not os.environ.get(ALL_DRILLS) and not drill.fast:
            continue
        named = drill.services.split() if drill.services != ALL else ["livekit"]
        names = list(SERVICES) if drill.services == ALL and os.environ.get(ALL_DRILLS) else named
        theme = drill.play.__module__.rpartition(".")[2]
        for name in names:
            yield pytest.param((drill, name), id=f"{theme}-{drill.name}-{name}", marks=pytest.mark.timeout(300))


@pytest.mark.parametrize("scene", list(_plays()), indirect=True)
@pytest.mark.asyncio
async def test_drill(scene, request) -> None:
    drill, _ = request.node.callspec.params["scene"]
    try:
        await drill.play(scene)
    finally:
        request.node.user_properties.append(("took", [str(took) for took in scene.took]))  # for the table
    late = ", ".join(str(took) for took in scene.took if took.is_late)
    if late and os.environ.get(ALL_DRILLS):  # where `make test` plays some, other tests keep the machine busy
        raise Failed(late)


def test_the_table_is_whole() -> None:
    names = [drill.name for drill in DRILLS]
    assert len(names) == len(set(names))
    assert all(drill.happening and drill.promise for drill in DRILLS)
