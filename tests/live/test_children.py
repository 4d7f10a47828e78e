"""What may end the whole process, judged by the exit codes of children that run side by side."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("children")]


def test_a_join_that_succeeds_too_late_is_left_again_and_nobody_dies(children):
    children.survived("late-joins")


def test_blocked_media_is_named_within_the_visits_own_deadline(children):
    children.survived("blocked-media")


def test_where_relays_alone_are_wanted_nothing_goes_directly(children):
    children.survived("relays-alone")


def test_fifty_ways_out_with_an_open_stream_end_well(children):
    assert children.exits() == [0] * 50
