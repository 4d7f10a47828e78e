"""Messages of a LiveKit agent become common events (docs/vendors/livekit.md 4)."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.events import Caption, Ready, Speaking, Thinking
from app.rooms.base import (
    ActiveSpeakers,
    AvatarAudio,
    AvatarGone,
    AvatarVideo,
    Data,
    Disconnected,
    FirstFrame,
    MicrophoneHeard,
    Participant,
    ParticipantsChanged,
    Reconnected,
    Reconnecting,
    Text,
)
from app.screens import EndReason, Speaker
from app.vendors.agents_protocol import AgentsProtocol

STATE = "lk.agent.state"
BEHALF = "lk.publish_on_behalf"
OWN = "kiosk-7f3a"


class Room:
    """A fake room that records what was sent."""

    identity = OWN

    def __init__(self) -> None:
        self.sent: list[tuple] = []

    async def send_text(self, text: str, topic: str) -> None:
        self.sent.append((topic, text))

    async def call(self, identity: str, method: str, payload: str) -> None:
        self.sent.append((identity, method, payload))


class Session:
    """One session that is given room events."""

    def __init__(self, **how) -> None:
        self.protocol = AgentsProtocol(**how)
        self.room = Room()
        self._streams = 0

    def feed(self, *events) -> list:
        return [told for event in events for told in self.protocol.decode(event, self.room)]

    def agent(self, state: str | None, **more) -> list:
        return self.feed(ParticipantsChanged((agent(state, **more),)))

    def stream(
        self,
        *pieces: str,
        who: str = "agent",
        closed: bool = True,
        closing=None,
        topic="lk.transcription",
        voice: str = "",
        **attributes,
    ):
        self._streams += 1
        name = f"stream-{self._streams}"
        attributes = {key.replace("__", "."): value for key, value in attributes.items()}
        events = [Text(topic, who, name, piece, False, attributes, voice) for piece in pieces]
        if closed:
            events.append(Text(topic, who, name, "", True, attributes | (closing or {}), voice))
        return self.feed(*events)

    def older(self, text: str, final: bool, who: str = "agent", segment: str = "SG_old") -> list:
        attributes = {"lk.segment_id": segment, "lk.transcription_final": "true" if final else "false"}
        return self.feed(Text("lk.transcription.legacy", who, segment, text, final, attributes))


def agent(
    state: str | None = None, identity: str = "agent", video: bool = True, audio: bool = True, **attributes
) -> Participant:
    known = {STATE: state} if state else {}
    return Participant(identity, True, known | attributes, video, audio)


# ---------------------------------------------------------------- readiness


@pytest.mark.parametrize("state", ["listening", "thinking", "speaking"])
def test_ready_is_the_state_and_the_first_picture(state):
    session = Session()
    assert Ready() not in session.agent("initializing")
    assert Ready() not in session.feed(FirstFrame())
    assert Ready() in session.agent(state)


@pytest.mark.parametrize("state", ["initializing", "idle", "something new"])
def test_an_agent_that_is_not_set_up_is_not_ready(state):
    session = Session()
    assert Ready() not in session.agent(state) + session.feed(FirstFrame(), AvatarAudio(True))


def test_a_picture_that_is_expected_is_waited_for():
    session = Session(expect_video=True)
    assert Ready() not in session.agent("listening") + session.feed(AvatarAudio(True), AvatarVideo(True))
    assert session.feed(FirstFrame()) == [Ready()]


def test_without_an_expected_picture_the_state_is_enough():
    assert Ready() in Session(expect_video=False).agent("listening", video=False)


def test_without_the_attribute_the_first_picture_or_sound_is_enough():
    assert Session(expect_video=True).feed(ParticipantsChanged((agent(),)), FirstFrame()) == [Ready()]
    assert Session(expect_video=False).feed(ParticipantsChanged((agent(),)), AvatarAudio(True)) == [Ready()]


def test_ready_comes_once():
    session = Session()
    told = (
        session.agent("listening") + session.feed(FirstFrame()) + session.agent("speaking") + session.feed(FirstFrame())
    )
    assert told.count(Ready()) == 1


def test_after_a_fresh_join_the_avatar_must_be_ready_anew():
    session = Session()
    session.agent("listening")
    session.feed(FirstFrame(), Disconnected(EndReason.NETWORK, may_rejoin=True))
    assert Ready() not in session.agent("listening")
    assert session.feed(FirstFrame()) == [Ready()]


# ---------------------------------------------------------------- who speaks


def test_the_state_tells_thinking_and_speaking():
    session = Session()
    session.agent("listening")
    assert session.agent("thinking") == [Thinking(True)]
    assert session.agent("speaking") == [Thinking(False), Speaking(Speaker.AVATAR, True)]
    assert session.agent("speaking") == []
    assert session.agent("listening") == [Speaking(Speaker.AVATAR, False)]


def test_an_agent_that_left_speaks_no_more():
    session = Session()
    session.agent("speaking")
    assert session.feed(ParticipantsChanged(())) == [Speaking(Speaker.AVATAR, False)]


def test_the_room_tells_when_the_visitor_speaks():
    session = Session()
    session.agent("listening")
    assert session.feed(ActiveSpeakers((), own=True)) == [Speaking(Speaker.VISITOR, True, by_room=True)]
    assert session.feed(ActiveSpeakers(("agent",), own=True)) == []
    assert session.feed(ActiveSpeakers(("agent",), own=False)) == [Speaking(Speaker.VISITOR, False, by_room=True)]


def test_without_the_attribute_the_room_tells_when_the_avatar_speaks():
    session = Session()
    session.feed(ParticipantsChanged((agent(),)))
    assert session.feed(ActiveSpeakers(("agent",), own=False)) == [Speaking(Speaker.AVATAR, True)]
    assert session.feed(ActiveSpeakers((), own=False)) == [Speaking(Speaker.AVATAR, False)]


@pytest.mark.parametrize("speaks", [("agent",), ("agent", "worker"), ("guest",)])
def test_background_sound_is_no_speech(speaks):
    """The room's level meter cannot tell the voice from another sound of the same member: what is played decides."""
    session = Session()
    noisy = Participant("agent", True, {}, has_video=True, has_audio=True, has_sound=True)
    session.feed(ParticipantsChanged((noisy, Participant("guest", has_audio=True))))
    assert session.feed(ActiveSpeakers(speaks, own=False)) == []


def test_of_an_agent_and_its_worker_the_one_with_the_voice_is_asked_whether_it_speaks():
    session = Session()
    noisy = Participant("agent", True, {}, has_sound=True)
    session.feed(ParticipantsChanged((noisy, Participant("worker", True, {BEHALF: "agent"}, True, True))))
    assert session.feed(ActiveSpeakers(("agent",), own=False)) == []
    assert session.feed(ActiveSpeakers(("agent", "worker"), own=False)) == [Speaking(Speaker.AVATAR, True)]
    assert session.feed(ActiveSpeakers(("agent",), own=False)) == [Speaking(Speaker.AVATAR, False)]


def test_background_sound_that_begins_while_the_avatar_speaks_ends_what_the_room_says():
    session = Session()
    session.feed(ParticipantsChanged((agent(),)))
    session.feed(ActiveSpeakers(("agent",), own=False))
    noisy = Participant("agent", True, {}, has_video=True, has_audio=True, has_sound=True)
    assert session.feed(ParticipantsChanged((noisy,))) == [Speaking(Speaker.AVATAR, False)]


# ---------------------------------------------------------------- whose words


@pytest.mark.parametrize("sender", ["agent", "worker", "", OWN])
def test_the_track_decides_whose_words_they_are(sender):
    session = Session()
    session.feed(ParticipantsChanged((agent("listening"), Participant("worker", True, {BEHALF: "agent"}, True, True))))
    final = {"lk__transcription_final": "true"}
    ours = session.stream("where is the whale", who=sender, voice=OWN, **final)
    assert {caption.speaker for caption in ours} == {Speaker.VISITOR}
    its = session.stream("upstairs", who=sender, voice="worker", **final)
    assert {caption.speaker for caption in its} == {Speaker.AVATAR}


@pytest.mark.parametrize(
    ("sender", "speaker"), [(OWN, Speaker.VISITOR), ("agent", Speaker.AVATAR), ("", Speaker.AVATAR)]
)
def test_without_a_track_the_sender_decides(sender, speaker):
    session = Session()
    session.agent("listening")
    told = session.stream("where is the whale", who=sender, lk__transcription_final="true")
    assert {caption.speaker for caption in told} == {speaker}


@pytest.mark.parametrize("topic", ["lk.transcription", "lk.transcription.legacy", "lk.chat"])
@pytest.mark.asyncio
async def test_words_of_strangers_are_counted_and_ignored(topic, caplog):
    caplog.set_level("INFO")
    session = Session()
    session.feed(ParticipantsChanged((agent("listening"), Participant("guest", attributes={BEHALF: "x"}))))
    for number in range(3):
        for voice in ("", OWN, "agent", "guest"):
            assert session.stream(f"buy {number}", who="guest", voice=voice, topic=topic) == []
    assert session.stream("guest speaks", who="agent", voice="guest", topic=topic) == []
    assert caplog.text.count("words of somebody else in the room are ignored") == 1
    assert "buy" not in caplog.text
    await session.protocol.goodbye(session.room)
    assert next(record.pieces for record in caplog.records if "were ignored" in record.message) == 26


@pytest.mark.asyncio
async def test_a_visit_without_strangers_has_nothing_to_tell_of_them(caplog):
    caplog.set_level("INFO")
    session = Session()
    session.agent("listening")
    session.stream("Hello")
    await session.protocol.goodbye(session.room)
    assert not caplog.records


@pytest.mark.expect_log("several agents are in the room")
def test_of_two_agents_the_words_are_those_of_the_one_that_is_seen():
    session = Session()
    session.feed(ParticipantsChanged((agent("listening"), agent("listening", identity="other"))))
    assert session.stream("Hello", who="other") == []
    assert session.stream("Where?", who="other", voice=OWN, lk__transcription_final="true") == []
    assert session.stream("Hello", who="agent") != []
    assert session.protocol.choose((agent("listening"), agent("listening", identity="other"))).audio == "agent"


def test_a_sentence_that_its_agents_end_cut_off_is_closed():
    session = Session()
    session.agent("speaking")
    session.stream("Good", closed=False, lk__segment_id="SG_1")
    session.feed(ParticipantsChanged(()))
    last = session.feed(Text("lk.transcription", "agent", "stream-1", "", True, {"lk.segment_id": "SG_1"}))
    assert last == [Caption(Speaker.AVATAR, "SG_1", "Good", final=True)]


def test_words_that_come_before_anybody_is_known_to_be_there_count():
    assert Session().stream("Welcome", who="agent") != []


# ---------------------------------------------------------------- captions


def test_the_avatars_pieces_are_put_together_and_closed():
    told = Session().stream(
        "Hello ", "dear ", "visitor", lk__segment_id="SG_1", closing={"lk.transcription_final": "true"}
    )
    assert told == [
        Caption(Speaker.AVATAR, "SG_1", "Hello"),
        Caption(Speaker.AVATAR, "SG_1", "Hello dear"),
        Caption(Speaker.AVATAR, "SG_1", "Hello dear visitor"),
        Caption(Speaker.AVATAR, "SG_1", "Hello dear visitor", final=True),
    ]


def test_an_interruption_closes_the_segment_with_what_was_said():
    told = Session().stream("Let me ", "expl", lk__segment_id="SG_1", lk__transcription_final="false")
    assert told[-1] == Caption(Speaker.AVATAR, "SG_1", "Let me expl", final=True)


def test_the_visitors_words_replace_each_other():
    session = Session()
    known = {"lk__segment_id": "SG_2", "lk__transcription_final": "false"}
    told = session.stream("where", who=OWN, **known) + session.stream("where is", who=OWN, **known)
    told += session.stream("where is it", who=OWN, **known | {"lk__transcription_final": "true"})
    assert told == [
        Caption(Speaker.VISITOR, "SG_2", "where"),
        Caption(Speaker.VISITOR, "SG_2", "where is"),
        Caption(Speaker.VISITOR, "SG_2", "where is it"),
        Caption(Speaker.VISITOR, "SG_2", "where is it", final=True),
    ]


def test_without_segment_ids_each_turn_is_a_segment():
    session = Session()
    final = {"lk__transcription_final": "true"}
    first = session.stream("where", who=OWN) + session.stream("where is it", who=OWN, **final)
    second = session.stream("and why", who=OWN, **final)
    assert {caption.segment for caption in first} == {"turn-0"}
    assert {caption.segment for caption in second} == {"turn-1"}
    assert len({caption.segment for caption in session.stream("Here.") + session.stream("There.")}) == 2


@pytest.mark.parametrize("nothing", ["", "[BLANK_AUDIO]"])
def test_an_empty_final_changes_nothing(nothing):
    session = Session()
    final = {"lk__transcription_final": "true"}
    first = session.stream("where", who=OWN)
    assert session.stream(nothing, who=OWN, **final) == []
    rest = session.stream("where is it", who=OWN, **final)
    assert {caption.segment for caption in first + rest} == {"turn-0"}
    session.stream("Up", closed=False, lk__segment_id="SG_1")
    assert session.stream(nothing and "", lk__segment_id="SG_1", **final) == []
    assert session.stream("Upstairs", lk__segment_id="SG_1")[-1].final


def test_the_ids_of_segments_are_cut():
    told = Session().stream("Hello", lk__segment_id="x" * 5000)
    assert {caption.segment for caption in told} == {"x" * 80}


def test_recogniser_artefacts_of_the_visitor_are_no_captions():
    session = Session()
    for text in ("[BLANK_AUDIO]", "(silence)", "[music]", " "):
        assert session.stream(text, who=OWN, lk__transcription_final="true") == []


def test_a_segment_that_is_closed_stays_closed():
    session = Session()
    assert session.stream("Hello", lk__segment_id="SG_1")
    assert session.stream("Hello", lk__segment_id="SG_1") == []


def test_json_lines_are_unpacked():
    lines = [json.dumps({"text": word, "start_time": 0.1}) + "\n" for word in ("Hello ", "there")]
    assert Session().stream(*lines)[-1].text == "Hello there"


def test_the_older_event_beside_the_streams_is_ignored():
    session = Session()
    told = session.older("Hello dear visitor", final=False)
    told += session.stream("Hello dear ", lk__segment_id="SG_1", closed=False)
    told += session.older("Hello dear visitor", final=True)
    assert {caption.segment for caption in told} == {"SG_1"}


def test_the_older_event_that_came_first_is_not_doubled_by_its_stream():
    session = Session()
    told = session.older("where is it", final=True, who=OWN)
    told += session.stream("where is it", who=OWN, lk__segment_id="SG_1", lk__transcription_final="true")
    assert [caption.text for caption in told] == ["where is it"]
    assert session.stream("and why", who=OWN, lk__segment_id="SG_2", lk__transcription_final="true")


def test_the_older_event_alone_makes_captions():
    session = Session()
    told = session.older("Hello", final=False) + session.older("Hello there", final=True)
    told += session.older("where", final=True, who=OWN, segment="SG_b")
    assert told == [
        Caption(Speaker.AVATAR, "SG_old", "Hello there", final=True),
        Caption(Speaker.VISITOR, "SG_b", "where", final=True),
    ]


def test_a_chat_answer_is_a_caption_unless_it_was_said_already():
    session = Session()
    session.stream("It is upstairs.", lk__segment_id="SG_1")
    assert session.stream("It is upstairs.", topic="lk.chat") == []
    assert [c.text for c in session.stream("See the map.", topic="lk.chat")] == ["See the map."]


# ---------------------------------------------------------------- whatever arrives


_WORDS = st.text(max_size=40)
_ATTRIBUTES = st.dictionaries(
    st.sampled_from([STATE, BEHALF, "lk.segment_id", "lk.transcription_final", "x"]), _WORDS, max_size=4
)
_NAMES = st.sampled_from(["", OWN, "agent", "other"])
_MEMBERS = st.builds(Participant, _NAMES, st.booleans(), _ATTRIBUTES, st.booleans(), st.booleans(), st.booleans())
_TOPICS = st.sampled_from(["lk.transcription", "lk.transcription.legacy", "lk.chat", "other"])
_PIECES = _WORDS | st.sampled_from(['{"text": "a"}\n', '{"text": 1}', "{", "[" * 5000, '{"text": "b"', "[music]"])
_EVENTS = st.one_of(
    st.builds(ParticipantsChanged, st.lists(_MEMBERS, max_size=4).map(tuple)),
    st.builds(Text, _TOPICS, _NAMES, st.sampled_from(["s1", "s2", ""]), _PIECES, st.booleans(), _ATTRIBUTES, _NAMES),
    st.builds(Data, st.binary(max_size=60), _WORDS, _NAMES),
    st.builds(ActiveSpeakers, st.lists(_NAMES, max_size=3).map(tuple), st.booleans()),
    st.builds(AvatarVideo, st.booleans()),
    st.builds(AvatarAudio, st.booleans()),
    st.sampled_from([FirstFrame(), MicrophoneHeard(), Reconnecting(), Reconnected(), AvatarGone()]),
)


@pytest.mark.expect_log("several agents|claims to be the avatar")
@given(st.lists(_EVENTS, max_size=30))
def test_whatever_arrives_is_normal_input(events):
    session = Session()
    told = [event for given_event in events for event in session.protocol._decode(given_event, session.room)]
    for event in events:
        if isinstance(event, ParticipantsChanged):
            session.protocol.choose(event.participants)
    assert told.count(Ready()) <= 1
    captions = [event for event in told if isinstance(event, Caption)]
    assert all(caption.text.strip() for caption in captions)
    finals = [(caption.speaker, caption.segment) for caption in captions if caption.final]
    assert len(finals) == len(set(finals))


@pytest.mark.expect_log("a room event could not be read")
def test_an_event_that_cannot_be_read_is_dropped_and_the_next_one_counts():
    session = Session()
    assert session.feed(ParticipantsChanged(None)) == []
    assert session.agent("listening") + session.feed(FirstFrame()) == [Ready()]


def test_of_a_very_long_visit_only_the_newest_segments_are_remembered():
    open_streams, closed = Session(), Session()
    for number in range(100):
        open_streams.stream(f"sentence {number}", lk__segment_id=f"s-{number}", closed=False)
        closed.older(f"sentence {number}", final=True, segment=f"s-{number}")
    assert len(open_streams.protocol._captions._open) == len(closed.protocol._captions._closed) == 64
    assert closed.older("once more", final=True, segment="s-99") == []
    assert closed.older("once more", final=True, segment="s-1") != []


# ---------------------------------------------------------------- what we say


@pytest.mark.asyncio
async def test_a_question_goes_to_the_chat():
    session = Session()
    await session.protocol.ask(session.room, "Where is the whale?")
    assert session.room.sent == [("lk.chat", "Where is the whale?")]


@pytest.mark.asyncio
async def test_interrupting_calls_the_operators_procedure_of_the_agent():
    session = Session(interrupt_method="hush")
    await session.protocol.interrupt(session.room)
    assert session.room.sent == []  # nobody there yet
    session.agent("speaking")
    await session.protocol.interrupt(session.room)
    assert session.room.sent == [("agent", "hush", "")]


@pytest.mark.asyncio
async def test_without_a_procedure_nothing_is_said_that_would_be_spoken_aloud():
    session = Session()
    session.agent("speaking")
    await session.protocol.interrupt(session.room)
    await session.protocol.wrap_up(session.room, 15.0)
    await session.protocol.goodbye(session.room)
    assert session.room.sent == []
    assert await session.protocol.why_ended(EndReason.AVATAR_LEFT) is EndReason.AVATAR_LEFT


@pytest.mark.expect_log("another codec")
def test_a_picture_in_another_codec_than_required_is_told_to_the_staff(caplog):
    Session(codec="video/vp8").feed(AvatarVideo(True, "video/VP8"))
    assert not caplog.records
    Session(codec="video/vp8").feed(AvatarVideo(True, "video/H264"))
    assert "another codec" in caplog.text
