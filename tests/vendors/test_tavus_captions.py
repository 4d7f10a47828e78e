"""The visitor's turns in a Tavus room, and every shape in which its messages come (docs/vendors/tavus.md 4.4, 4.6)."""

from __future__ import annotations

import asyncio
import itertools
import json
from typing import Any

import pytest

from app.events import AvatarEnds, Caption, Ended, Event, Speaking
from app.rooms.base import Data
from app.screens import EndReason
from tests.vendors.test_tavus_protocol import (
    AVATAR,
    ENDS,
    ROOM,
    VISITOR,
    captions,
    data,
    protocol,
    streaming,
    told,
    whole,
)

pytestmark = [pytest.mark.asyncio, pytest.mark.virtual_time]

SENTENCE = "I would like to know more about clocks."


def row(text: str, final: bool = False, turn: int = 7) -> Caption:
    return Caption(VISITOR, f"turn-{turn}", text, final)


# ---------------------------------------------------------------- one row a turn


async def test_a_turn_of_several_inferences_is_one_row_and_the_whole_turn_has_the_last_word() -> None:
    made = protocol()
    assert told(
        made,
        streaming("user", "I would", 0, "a", 7),
        streaming("user", "I would like", 1, "a", 7, final=True),
        streaming("user", "I would like to no", 0, "b", 7),
        streaming("user", "I would like to no more about", 0, "c", 7, final=True),
        whole("user", SENTENCE, "d", 7),
        streaming("user", "I would like to no", 1, "b", 7),
        streaming("user", "I would like to no more about clocks", 1, "c", 7, final=True),
        whole("user", SENTENCE, "d", 7),
    ) == [
        row("I would"),
        row("I would like"),
        row("I would like to no"),
        row("I would like to no more about"),
        row(SENTENCE, final=True),
    ]


@pytest.mark.parametrize("final", [True, False, None])
async def test_one_inference_with_an_early_final_grows_on(final: object) -> None:
    made = protocol()
    told(made, streaming("user", "I would", 0, "a", 7, final=final))
    assert told(made, streaming("user", "I would like", 1, "a", 7)) == [row("I would like")]


async def test_pieces_count_in_the_order_in_which_they_were_sent() -> None:
    def piece(seq: int, text: str) -> Data:
        properties = {"role": "user", "speech": text}
        return data(
            "conversation.utterance.streaming", seq=seq, turn_idx=7, inference_id=str(seq), properties=properties
        )

    for order in itertools.permutations([(1, "I"), (2, "I would"), (3, "I would like")]):
        shown = captions(protocol(), *(piece(*sent) for sent in order))
        assert shown[-1] == row("I would like")
        assert [len(caption.text) for caption in shown] == sorted({len(caption.text) for caption in shown})


async def test_a_double_shows_nothing_new() -> None:
    made = protocol()
    told(made, streaming("user", "I would", None, "a", 7))
    assert told(made, streaming("user", "I would", None, "b", 7)) == []


async def test_a_whole_turn_that_comes_when_the_next_one_has_begun_still_replaces_its_own_row() -> None:
    made = protocol()
    told(made, streaming("user", "I would lice", 0, "a", 7), streaming("user", "And", 0, "b", 8))
    assert told(made, whole("user", "I would like.", "c", 7)) == [row("I would like.", final=True)]
    assert told(made, streaming("user", "And you", 1, "b", 8)) == [row("And you", turn=8)]


async def test_rows_whose_whole_turn_never_comes_are_closed_by_later_ones() -> None:
    made = protocol()
    said = told(made, *(streaming("user", f"turn {n}", 0, "x", n) for n in range(4)))
    assert [caption for caption in said if isinstance(caption, Caption) and caption.final] == [
        row("turn 0", final=True, turn=0),
        row("turn 1", final=True, turn=1),
    ]
    assert told(made, whole("user", "turn zero", "x", 0)) == []


async def test_a_whole_turn_without_words_closes_what_was_shown() -> None:
    made = protocol()
    told(made, streaming("user", "I would", 0, "a", 7))
    assert told(made, whole("user", "[BLANK_AUDIO]", "a", 7)) == [row("I would", final=True)]
    assert told(made, whole("user", "[BLANK_AUDIO]", "a", 8)) == []


async def test_both_may_have_the_same_turn() -> None:
    made = protocol()
    assert told(made, whole("user", "Hello", "a", 7), streaming("replica", "Hi", 0, "b", 7)) == [
        row("Hello", final=True),
        Caption(AVATAR, "b", "Hi"),
    ]


# ---------------------------------------------------------------- a turn that nobody answers


START = data("conversation.user.started_speaking")
STOP = data("conversation.user.stopped_speaking")


async def emitted(*steps: Data | float) -> list[tuple[float, Event]]:
    """Return what comes by itself, and when; a number is a wait in seconds."""
    made, now = protocol(), asyncio.get_running_loop().time
    began, found = now(), list[tuple[float, Event]]()
    attending = asyncio.create_task(made.attend(ROOM, lambda event: found.append((round(now() - began, 1), event))))
    for step in steps:
        if isinstance(step, Data):
            told(made, step)
        else:
            await asyncio.sleep(step)
    attending.cancel()
    await asyncio.gather(attending, return_exceptions=True)
    await asyncio.sleep(60)
    return found


async def test_a_turn_that_nobody_answers_is_complete_after_a_silence() -> None:
    pieces = streaming("user", "I would", 0, "a", 7), streaming("user", "I would like", 1, "b", 7)
    assert await emitted(START, *pieces, 2.0, STOP, 30.0) == [(5.0, row("I would like", final=True))]
    assert await emitted(pieces[0], 2.0, pieces[1], 30.0) == [(5.0, row("I would like", final=True))]
    assert await emitted(START, pieces[0], 30.0) == [(10.0, row("I would", final=True))]  # its end is lost
    assert await emitted(pieces[0], 1.0) == []  # the room is left


async def test_an_answer_or_the_whole_turn_or_the_end_needs_no_silence() -> None:
    piece = streaming("user", "I would", 0, "a", 7)
    shutdown = data("system.shutdown")
    for event in (whole("user", "I would.", "a", 7), data("conversation.replica.started_speaking"), shutdown):
        assert await emitted(piece, 1.0, event, 30.0) == []
    assert await emitted(shutdown, 30.0) == []


async def test_what_comes_after_the_silence_corrects_the_row() -> None:
    made = protocol()
    attending = asyncio.create_task(made.attend(ROOM, lambda event: None))
    told(made, streaming("user", "I would", 0, "a", 7))
    await asyncio.sleep(4)
    assert told(made, streaming("user", "I would lice", 1, "a", 7)) == [row("I would lice", final=True)]
    assert told(made, whole("user", SENTENCE, "b", 7)) == [row(SENTENCE, final=True)]
    assert told(made, streaming("user", "I would", 2, "a", 7)) == []
    attending.cancel()
    await asyncio.gather(attending, return_exceptions=True)


async def test_nobody_is_told_before_the_room_is_attended() -> None:
    made = protocol()
    told(made, streaming("user", "I would", 0, "a", 7))
    await asyncio.sleep(4)
    assert told(made, whole("user", SENTENCE, "a", 7)) == [row(SENTENCE, final=True)]


# ---------------------------------------------------------------- without the turn's number


def unnumbered(role: str, text: str, inference: object = None, **more: Any) -> Data:
    return streaming(role, text, None, inference, None, **more)


@pytest.mark.parametrize("inference", ["a", None])
async def test_without_numbers_the_open_row_is_meant_and_late_pieces_are_dropped(inference: object) -> None:
    made = protocol()
    shown = captions(
        made,
        unnumbered("user", "I would", inference, final=True),
        unnumbered("user", "I would like", "b"),
        whole("user", SENTENCE, "c", None),
        unnumbered("user", "I would like", inference),
        unnumbered("user", "I would like to", "d"),
        whole("user", SENTENCE, None, None),
    )
    assert [(caption.text, caption.final) for caption in shown] == [
        ("I would", False),
        ("I would like", False),
        (SENTENCE, True),
    ]
    assert len({caption.segment for caption in shown}) == 1


async def test_without_numbers_an_id_or_the_order_tells_a_late_piece_also_when_the_next_turn_has_begun() -> None:
    made = protocol()
    told(made, unnumbered("user", "I wood", "a"), data("conversation.utterance", seq=9, properties={
        "role": "user", "speech": SENTENCE}), START)  # fmt: skip
    late = data("conversation.utterance.streaming", seq=8, properties={"role": "user", "speech": "Like to no"})
    assert told(made, unnumbered("user", "I wood like", "a"), late) == []


async def test_without_numbers_the_same_words_said_again_are_another_row() -> None:
    made = protocol()
    first = captions(made, whole("user", "Yes.", None, None))
    told(made, START, data("conversation.user.stopped_speaking"))
    again = captions(made, unnumbered("user", "Yes"), whole("user", "Yes.", None, None))
    assert again[-1].final and again[-1].segment != first[0].segment


@pytest.mark.parametrize(
    "answer", [data("conversation.replica.started_speaking"), whole("replica", "Well.", "r", None)]
)
async def test_without_numbers_and_whole_turns_an_answer_and_a_new_start_begin_a_row(answer: Data) -> None:
    made = protocol()
    (first,) = captions(made, unnumbered("user", "One"))
    told(made, answer)
    assert captions(made, unnumbered("user", "One two"))[0].segment == first.segment  # late: nobody began to speak
    told(made, answer)
    assert Caption(VISITOR, first.segment, "One two", final=True) in told(made, START)
    assert captions(made, unnumbered("user", "Three"))[0].segment != first.segment


async def test_without_numbers_a_double_is_told_by_its_place_also_when_the_next_turn_has_begun() -> None:
    made, yes = protocol(), data("conversation.utterance", seq=9, properties={"role": "user", "speech": "Yes."})
    assert sum(isinstance(event, Caption) for event in told(made, yes, START, yes)) == 1


@pytest.mark.parametrize("ids", [("a", "b"), (None, None)])
async def test_the_same_answer_given_twice_is_two_lines_also_without_the_turns_number(ids: tuple[object, ...]) -> None:
    made, lines = protocol(), list[Event]()
    for inference in ids:
        said = whole("replica", "Over there.", inference, None)
        lines += told(made, data("conversation.replica.started_speaking"), said, said)
        told(made, data("conversation.replica.stopped_speaking"))
    assert sum(isinstance(line, Caption) for line in lines) == 2


@pytest.mark.parametrize("numbered", [True, False])
async def test_a_late_piece_of_an_avatars_line_without_ids_is_no_line_of_its_own(numbered: bool) -> None:
    def line(seq: int, text: str, name: str = "conversation.utterance.streaming") -> Data:
        more: dict[str, Any] = {"seq": seq} if numbered else {}
        return data(name, properties={"role": "replica", "speech": text}, **more)

    speaks = data("conversation.replica.started_speaking")
    for pieces in ([], [line(2, "Well"), line(3, "Well, no")]):
        made = protocol()
        told(made, speaks, *pieces, line(5, "Well, now", "conversation.utterance"))
        assert told(made, line(4, "Well, now")) == []
        told(made, speaks)
        assert told(made, line(4, "Well")) == ([] if numbered else [Caption(AVATAR, "unnamed-2", "Well")])
        assert [each.text for each in captions(made, line(6, "Well?"))] == ["Well?"]


# ---------------------------------------------------------------- the service counts anew


def sent(seq: object, at: object, text: str, turn: int | None = 0, role: str = "user") -> Data:
    numbers: dict[str, Any] = {"seq": seq, "timestamp": at} | ({} if turn is None else {"turn_idx": turn})
    return data("conversation.utterance", properties={"role": role, "speech": text}, **numbers)


@pytest.mark.parametrize("turn", [0, None])
@pytest.mark.parametrize("role", ["user", "replica"])
async def test_words_of_a_service_that_counts_anew_are_new_lines(turn: int | None, role: str) -> None:
    made = protocol()
    told(made, START)
    before = captions(made, sent(700, 1000.0, "One.", turn, role))
    told(made, START)
    after = captions(made, sent(1, 1004.0, "Two.", turn, role))
    told(made, START)
    after += captions(made, sent(2, 1009.0, "Three.", None if turn is None else 1, role))
    assert [(line.text, line.final) for line in after] == [("Two.", True), ("Three.", True)]
    assert len({line.segment for line in before + after}) == 3


async def test_rows_that_are_open_when_it_counts_anew_are_closed_as_they_are() -> None:
    made = protocol()
    told(made, streaming("user", "I would", 0, "a", 0), streaming("replica", "Well", 0, "b", 1))
    told(made, data("system.replica_present", seq=700, timestamp=1000))
    assert told(made, data("system.replica_present", seq=0, timestamp=1003)) == [
        row("I would", final=True, turn=0),
        Caption(AVATAR, "b", "Well", True),
    ]


@pytest.mark.parametrize(
    ("seq", "at"), [(1, 995.0), (1, 1001.0), (1, None), (1, "1004"), (None, 1004.0), (701, 1004.0)]
)
async def test_a_message_that_is_late_or_has_no_time_is_no_new_count(seq: object, at: object) -> None:
    made = protocol()
    told(made, sent(700, 1000.0, "One."))
    assert told(made, sent(seq, at, "Two.")) == []


async def test_a_number_that_comes_late_is_of_the_open_row() -> None:
    made = protocol()
    (begun,) = captions(made, unnumbered("user", "One"))
    (closed,) = captions(made, whole("user", "One.", "a", 7))
    assert (closed.segment, closed.final) == (begun.segment, True)
    assert told(made, streaming("user", "One", 3, "b", 7)) == []


async def test_avatars_lines_without_ids_are_told_apart() -> None:
    made = protocol()
    first = captions(made, unnumbered("replica", "One"), unnumbered("replica", "One two", final=True))
    second = captions(made, unnumbered("replica", "Three"))
    assert {caption.segment for caption in first} != {second[0].segment}


# ---------------------------------------------------------------- shapes


def as_text(message: dict[str, Any]) -> Any:
    return json.dumps(message)


def text_in_text(message: dict[str, Any]) -> Any:
    return json.dumps(json.dumps(message | {"properties": json.dumps(message["properties"])}))


def flat(message: dict[str, Any]) -> Any:
    return message["properties"] | {key: value for key, value in message.items() if key != "properties"}


def with_words_in(name: str) -> Any:
    def shape(message: dict[str, Any]) -> Any:
        properties = dict(message["properties"])
        if "speech" in properties:
            properties |= {name: properties["speech"], "speech": ""}
        return message | {"properties": properties}

    return shape


SHAPES = [dict, as_text, text_in_text, flat, *(with_words_in(name) for name in ("text", "content", "transcript"))]
SHAPES += [lambda message: as_text(flat(message)), lambda message: flat(with_words_in("text")(message))]


def shaped(shape: Any, name: str, properties: dict[str, Any], **more: Any) -> list[Event]:
    message = {"message_type": "conversation", "event_type": name, "conversation_id": "c-1", "properties": properties}
    return told(protocol(), Data(json.dumps(shape(message | more)).encode(), "", "replica"))


@pytest.mark.parametrize("shape", SHAPES)
async def test_every_message_is_read_in_every_shape(shape: Any) -> None:
    more: dict[str, Any] = {"turn_idx": 7, "inference_id": "i1", "seq": 3}
    words: dict[str, Any] = {"role": "user", "speech": "Hello there"}
    assert shaped(shape, "conversation.utterance.streaming", words, **more) == [row("Hello there")]
    assert shaped(shape, "conversation.utterance", words, **more) == [row("Hello there", final=True)]
    words = {"role": "replica", "speech": "Hello", "final": True}
    assert shaped(shape, "conversation.utterance.streaming", words, **more) == [Caption(AVATAR, "i1", "Hello", True)]
    assert shaped(shape, "conversation.started_speaking", {"role": "user"}) == [Speaking(VISITOR, True)]
    assert shaped(shape, "conversation.tool_call", {"name": "end_call"}) == [AvatarEnds()]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("key", ["reason", "shutdown_reason"])
@pytest.mark.parametrize(("word", "reason"), ENDS)
async def test_the_end_is_read_in_every_shape(shape: Any, key: str, word: object, reason: EndReason) -> None:
    assert shaped(shape, "system.shutdown", {key: word}) == [Ended(reason)]


@pytest.mark.parametrize("place", ["properties", "beside"])
async def test_ids_are_read_in_both_places(place: str) -> None:
    ids = {"inference_id": "i9", "turn_idx": 4}
    words: dict[str, Any] = {"role": "replica", "speech": "Hello"}
    inside, beside = (words | ids, {}) if place == "properties" else (words, ids)
    assert shaped(dict, "conversation.utterance", inside, **beside) == [Caption(AVATAR, "i9", "Hello", True)]


async def test_the_end_comes_once_however_often_it_is_told() -> None:
    made = protocol()
    ends = (
        data("system.shutdown", properties={"reason": "max_call_duration"}),
        data("system.shutdown", properties={"shutdown_reason": "max_call_duration reached"}),
        data("system.shutdown"),
    )
    assert told(made, *ends, *ends) == [Ended(EndReason.VENDOR_MAX_DURATION)]
    late = [whole("user", "still here?"), data("conversation.tool_call", properties={"name": "end_call"}), START]
    assert told(made, *late) == []


# ---------------------------------------------------------------- the avatar asks to end


def call(name: object, **more: Any) -> Data:
    properties = {"name": name, "arguments": '{"why": "CANARY"}', "tool_call_id": "t1"} | more
    return data("conversation.tool_call", properties=properties)


@pytest.mark.parametrize("name", ["end_call", "end_conversation", " END_CALL "])
async def test_the_avatar_ends_the_visit_with_its_tool_and_says_so_once(name: str) -> None:
    made = protocol()
    speaking = data("conversation.started_speaking", properties={"role": "replica"})
    assert told(made, speaking, call(name), call(name), call("end_call", tool_call_id="t2")) == [
        Speaking(AVATAR, True),
        AvatarEnds(),
    ]


@pytest.mark.parametrize("name", ["book_a_tour", "end", "", "  ", None, 7, ["end_call"], {"end_call": 1}])
async def test_other_tools_are_nobodys(name: object, caplog: pytest.LogCaptureFixture) -> None:
    assert told(protocol(), call(name)) == []
    assert told(protocol(end_call_names=[""]), call(name)) == []
    assert "CANARY" not in caplog.text


async def test_which_tools_mean_the_end_is_a_setting() -> None:
    assert told(protocol(end_call_names=["farewell"]), call("end_call"), call("farewell")) == [AvatarEnds()]
    assert told(protocol(end_call_names=[]), call("end_call")) == []


async def test_the_avatar_may_ask_before_anything_else() -> None:
    assert told(protocol(), call("end_call")) == [AvatarEnds()]
