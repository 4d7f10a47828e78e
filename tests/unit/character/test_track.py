"""Mouth shapes over time: mixed between neighbours, at rest in pauses."""

from __future__ import annotations

from app.character.track import MouthTrack


def track(*shapes):
    out = MouthTrack()
    out.add(shapes)
    return out


def test_between_two_neighbours_the_shapes_are_mixed():
    t = track((1.0, {"aa": 1.0}), (1.1, {"oh": 1.0}))
    assert t.at(1.0) == {"aa": 1.0, "oh": 0.0}
    assert round(t.at(1.05)["aa"], 6) == 0.5
    assert t.at(1.1) == {"oh": 1.0}


def test_before_the_first_in_a_pause_and_after_the_last_the_mouth_rests():
    t = track((1.0, {"aa": 1.0}), (3.0, {"oh": 1.0}))
    assert t.at(0.5) == {}
    assert t.at(1.1) == {"aa": 1.0}
    assert t.at(2.0) == {}
    assert t.at(3.2) == {}
    assert t.end_s == 3.0


def test_late_shapes_find_their_place():
    t = track((1.0, {"aa": 1.0}), (1.2, {"ou": 1.0}))
    t.add([(1.1, {"PP": 1.0})])
    assert t.at(1.1)["PP"] == 1.0
    assert MouthTrack().at(0) == {} and MouthTrack().end_s == 0
