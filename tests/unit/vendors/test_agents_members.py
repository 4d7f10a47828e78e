"""Who is the avatar among the members of a room (docs/vendors/livekit.md 4.1)."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rooms.base import Choice, Participant
from app.vendors.agents_members import Members

STATE = "lk.agent.state"
BEHALF = "lk.publish_on_behalf"

ONLY = Choice("agent", "agent")
BOTH = Choice("worker", "worker")
CROWD = pytest.mark.expect_log("several agents are in the room")
CLAIM = pytest.mark.expect_log("claims to be the avatar")


def agent(identity: str = "agent", tracks: str = "", state: str = "listening") -> Participant:
    """`tracks`: letters of video, voice (a microphone) and sound (of unknown source): "vms"."""
    return member(identity, tracks, is_agent=True, **({STATE: state} if state else {}))


def worker(identity: str = "worker", tracks: str = "vm", of: str = "agent", is_agent: bool = True) -> Participant:
    return member(identity, tracks, is_agent=is_agent, **{BEHALF: of})


def member(identity: str, tracks: str = "", is_agent: bool = False, **attributes: str) -> Participant:
    return Participant(identity, is_agent, attributes, *(letter in tracks for letter in "vms"))


def choices(members: Members, *rooms: Sequence[Participant]) -> list[Choice]:
    return [members.look(room).choice for room in rooms]


@pytest.mark.parametrize(
    ("participants", "choice"),
    [
        ([], Choice()),
        ([agent()], Choice()),
        ([agent(tracks="vm")], ONLY),
        ([agent(), worker()], BOTH),
        ([worker(), agent(tracks="m")], BOTH),  # the worker's voice before the agent's
        ([worker(), agent(tracks="vm")], Choice("agent", "worker")),
        ([worker(tracks="v"), agent(tracks="m")], Choice("worker", "agent")),
        ([agent(), worker(of="somebody-else")], Choice()),
        ([member("guest", "vm"), agent(tracks="vm")], ONLY),
        # Another sound is never the voice where there is one, whoever plays it.
        ([agent(tracks="s"), worker()], BOTH),
        ([agent(tracks="ms"), worker(tracks="v")], Choice("worker", "agent")),
        ([agent(tracks="m"), worker(tracks="vs")], Choice("worker", "agent")),
        # Where there is none, the one sound is.
        ([agent(tracks="vs")], ONLY),
        ([agent(tracks="s"), worker(tracks="vs")], BOTH),
        ([agent(tracks="s"), worker(tracks="v")], Choice("worker", "agent")),
        # Rooms of a service's own: nobody is of kind AGENT, or the agent itself is hidden.
        ([member("host"), member("figure", "vm")], Choice("figure", "figure")),
        ([member("figure", "v"), member("voice", "m")], Choice("figure", "voice")),
        ([member("figure", "v"), member("noise", "s"), member("voice", "m")], Choice("figure", "voice")),
        ([member("figure", "vs"), member("other", "m")], Choice("figure", "figure")),
        ([worker(of="hidden")], BOTH),
        ([member("guest", "vm"), worker(of="hidden")], BOTH),
    ],
)
def test_whose_tracks_are_taken(participants: list[Participant], choice: Choice) -> None:
    assert Members().look(participants).choice == choice


def test_the_sound_that_was_taken_for_the_voice_gives_way_to_the_voice_and_never_comes_back() -> None:
    noise, both = [agent(tracks="vs")], [agent(tracks="vms")]
    assert choices(Members(), noise, both, noise) == [ONLY, ONLY, Choice("agent", None)]
    alone, with_worker, left = [agent(tracks="s")], [agent(tracks="s"), worker()], [agent(tracks="s")]
    assert choices(Members(), alone, with_worker, left) == [Choice(None, "agent"), BOTH, Choice()]


def test_a_stranger_with_a_voice_does_not_silence_an_agent_without_one() -> None:
    assert choices(Members(), [member("guest", "m")], [member("guest", "m"), agent(tracks="vs")])[-1] == ONLY


# ---------------------------------------------------------------- who may be the avatar


@CLAIM
def test_an_ordinary_participant_is_no_worker_by_its_own_word() -> None:
    stranger = worker("stranger", is_agent=False)
    assert choices(Members(), [agent(), stranger], [agent(), stranger, worker()]) == [Choice(), BOTH]


def test_a_stranger_does_not_take_the_place_of_an_avatar_that_left() -> None:
    stranger = worker("stranger", is_agent=False)
    assert choices(Members(), [agent(tracks="vm")], [stranger], [member("guest", "vm")]) == [ONLY, Choice(), Choice()]


def test_a_worker_whose_agent_left_is_over() -> None:
    assert choices(Members(), [agent(), worker()], [worker()]) == [BOTH, Choice()]


def test_an_ordinary_participant_is_shown_only_while_no_agent_is_there() -> None:
    guest = member("guest", "vm")
    assert choices(Members(), [guest], [guest, agent(tracks="vm")]) == [Choice("guest", "guest"), ONLY]


def test_in_a_hosted_room_nobody_else_is_heard_while_the_avatars_voice_is_published_anew() -> None:
    members, stranger = Members(), Participant("stranger", has_audio=True)
    assert members.look([Participant("host", has_video=True, has_audio=True), stranger]).choice == Choice(
        "host", "host"
    )
    for host in (Participant("host", has_video=True), Participant("host", has_video=True, has_sound=True)):
        assert members.look([host, stranger]).choice == Choice("host", None)


def test_a_participant_that_is_shown_stays_it() -> None:
    figure, other = member("figure", "vm"), member("other", "vm")
    shown = choices(Members(), [figure], [other, figure], [other, member("figure", "m")])
    assert shown == [Choice("figure", "figure"), Choice("figure", "figure"), Choice(None, "figure")]


@pytest.mark.parametrize("is_agent", [False, True])
def test_a_worker_may_be_named_in_the_settings(is_agent: bool) -> None:
    named = member("figure", "vm", is_agent=is_agent)
    members = [[agent(), named], [worker(), named, agent()], [named]]
    assert choices(Members(worker_identity="figure"), *members) == [Choice("figure", "figure")] * 2 + [Choice()]
    claims = worker("figure", is_agent=False)
    assert choices(Members(worker_identity="figure"), [claims, agent()]) == [Choice("figure", "figure")]
    # Where a service hosts the room, it is the avatar alone.
    assert choices(Members(worker_identity="figure"), [member("guest", "vm"), named]) == [Choice("figure", "figure")]


def test_a_known_identity_is_preferred() -> None:
    assert choices(Members("heygen"), [agent(tracks="vm"), member("heygen", "vm")]) == [Choice("heygen", "heygen")]
    assert choices(Members("heygen"), [agent(tracks="vm")]) == [ONLY]


# ---------------------------------------------------------------- several agents


@CROWD
def test_the_agent_stays_the_same_when_another_one_joins() -> None:
    first, other = agent(tracks="vm"), agent("other", tracks="vm")
    assert choices(Members(), [first], [other, first], [other], [other, first]) == [
        ONLY,
        ONLY,
        Choice("other", "other"),
        ONLY,  # after a repair of our connection the members come back one by one
    ]


@CROWD
def test_an_agent_that_does_nothing_does_not_stand_in_the_way() -> None:
    recorder = agent("recorder", state="")
    assert choices(Members(), [recorder], [recorder, agent(tracks="vm")]) == [Choice(), ONLY]
    assert choices(Members(), [recorder, agent("silent", state="")]) == [Choice()]


@CROWD
def test_picture_voice_and_words_are_of_the_same_agent() -> None:
    members = Members()
    room = [agent(), agent("other", tracks="vm"), worker(), worker("other-worker", of="other")]
    avatar = members.look(room)
    assert avatar.choice == BOTH and avatar.names == {"agent", "worker"}
    assert [members.knows(name) for name in ("agent", "worker", "other", "other-worker")] == [True, True, False, False]


@CROWD
def test_several_agents_are_told_once(caplog: pytest.LogCaptureFixture) -> None:
    members = Members()
    for _ in range(3):
        members.look([agent(), agent("other")])
    assert caplog.text.count("several agents") == 1


def test_of_two_workers_the_newer_one_counts() -> None:
    old, new = worker("old"), worker("new")
    assert choices(Members(), [agent(), old], [agent(), old, new]) == [Choice("old", "old"), Choice("new", "new")]
    assert choices(Members(), [agent(), old, worker("new", "")]) == [Choice("old", "old")]


# ---------------------------------------------------------------- whose words


def test_last_words_may_come_after_their_speaker_left_but_not_those_of_a_stranger() -> None:
    members = Members()
    assert members.knows("anybody")  # nobody was looked at yet
    members.look([member("guest", "vm")])
    assert members.knows("guest")
    members.look([member("guest", "vm"), agent(), worker()])
    members.look([member("guest", "vm")])
    assert [members.knows(name) for name in ("agent", "worker", "guest")] == [True, True, False]


def test_a_hidden_agent_is_known_by_its_worker() -> None:
    members = Members()
    members.look([worker(of="hidden"), worker("liar", of="liar", is_agent=False)])
    assert [members.knows(name) for name in ("hidden", "worker", "liar")] == [True, True, False]


_NAMES = st.sampled_from(["agent", "worker", "other", "guest", ""])
_MEMBERS = st.builds(
    Participant,
    _NAMES,
    st.booleans(),
    st.dictionaries(st.sampled_from([STATE, BEHALF]), _NAMES),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)


@pytest.mark.expect_log("several agents|claims to be")
@given(st.lists(st.lists(_MEMBERS, max_size=4), max_size=8), st.sampled_from([None, "agent"]), _NAMES)
def test_whoever_comes_and_goes_the_avatar_is_in_the_room_and_known(
    rooms: list[list[Participant]], hint: str | None, named: str
) -> None:
    members = Members(hint, named)
    for room in rooms:
        avatar = members.look(room)
        known = {participant.identity for participant in room}
        for identity in (avatar.choice.video, avatar.choice.audio):
            assert identity is None or (identity in known and members.knows(identity))
