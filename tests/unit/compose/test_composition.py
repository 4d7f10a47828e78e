"""The composition: parts that belong together are connected."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from app.character.paint import Painter
from app.character.renderer import CharacterRenderer
from app.compose.composition import Composition
from app.compose.options import RunOptions
from app.picture import Picture
from app.settings.load import load
from app.state import StateDirectory
from app.vendors.registry import vendors
from app.vitals import Vitals


@pytest.mark.asyncio
async def test_less_motion_reaches_the_figure_of_the_conversation(tmp_path):
    loaded = load(tmp_path / "kiosk.toml", environ={}, vendors=vendors())
    composition = Composition(
        options=RunOptions(load=lambda: loaded, state_dir=tmp_path, die=lambda code: None),
        loaded=loaded,
        presentation=SimpleNamespace(),
        state=StateDirectory(tmp_path),
        vitals=Vitals(),
        run="run",
        safe_mode=False,
    )
    figure = CharacterRenderer(Painter(), 1)
    try:
        make_room, _ = composition._rooms(vendors()["demo"], figure, None)
        room = make_room(picture=Picture(), speaker=None, microphone=None, choose=lambda participants: None)
        figure.calm(True)
        assert room._renderer.manner.calm
    finally:
        await composition.take_down()
