"""What may end the whole process: judged by the exit codes of child processes, which run side by side."""

from __future__ import annotations

import pytest

from tests.live.conftest import start_child

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("children")]


def test_a_join_that_succeeds_too_late_is_left_again_and_nobody_dies(children):
    children.survived("late-joins")


def test_blocked_media_is_named_within_the_visits_own_deadline(children):
    children.survived("blocked-media")


def test_where_relays_alone_are_wanted_nothing_goes_directly(children):
    children.survived("relays-alone")


@pytest.mark.parametrize("times", [8, pytest.param(50, marks=pytest.mark.long)])
def test_every_way_out_with_an_open_stream_ends_well(times):
    for _ in range(times):
        child = start_child("tests.live.leaver")
        words, _ = child.communicate(timeout=60)
        assert child.returncode == 0, words
