"""Questions and interruptions go by HTTP where the room cannot send them (docs/vendors/tavus.md 4.9)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from app.events import Ended, Event
from app.http import Http, Response
from app.rooms.base import Disconnected, ParticipantsChanged, Reconnected, Reconnecting, RoomEvent
from app.screens import EndReason
from app.vendors.errors import TransientError
from app.vendors.session import SessionInfo
from app.vendors.tavus.control import TavusControl
from app.vendors.tavus.delivery import Delivery, deliver
from app.vendors.tavus.protocol import TavusProtocol
from tests.vendors.emulator import Clock
from tests.vendors.tavus_app_messages import MOST_MESSAGES
from tests.vendors.tavus_replica import ReplicaScript
from tests.vendors.tavus_service import KEY, TavusService
from tests.vendors.test_tavus_control import REQUEST, control
from tests.vendors.test_tavus_protocol import HERE, ROOM, AskedControl, SentRoom, data, envelope, protocol, told

pytestmark = pytest.mark.asyncio

NOT_ACTIVE = '{"error": "App messages can only be sent to active conversations."}'
ROOM_GONE = '{"message": "The conversation\'s room is no longer available."}'
PAGE = "<html>sign in to the museum's network</html>"


def answer(status: int, text: str = "", **headers: str) -> Response:
    return Response(status, {name.replace("_", "-"): value for name, value in headers.items()}, text)


UNREACHABLE = TransientError("tavus", unreachable=True)
LOST = TransientError("tavus", ambiguous=True)


async def outcome(
    *answers: Response | TransientError, may_repeat: bool = False, most_s: float = 6.0
) -> tuple[Delivery, int, float]:
    """Return what became of a message, how often it was sent, and how long that took; the last answer is repeated."""
    sent = 0

    async def post(timeout_s: float) -> Response:
        nonlocal sent
        sent += 1
        found = answers[min(sent, len(answers)) - 1]
        if isinstance(found, TransientError):
            raise found
        return found

    began = asyncio.get_running_loop().time()
    found = await deliver(post, most_s=most_s, may_repeat=may_repeat, rate_limit_s=1.0, epoch=0.0)
    return found, sent, asyncio.get_running_loop().time() - began


# ---------------------------------------------------------------- what an answer means


@pytest.mark.virtual_time
@pytest.mark.parametrize(
    ("answers", "expected", "times"),
    [
        ([answer(200)], Delivery.SENT, 1),
        ([answer(202, "{}")], Delivery.SENT, 1),
        ([answer(400, NOT_ACTIVE)], Delivery.OVER, 1),
        ([answer(409, NOT_ACTIVE.upper())], Delivery.OVER, 1),
        ([answer(422, ROOM_GONE)], Delivery.OVER, 1),
        ([answer(404, ROOM_GONE)], Delivery.OVER, 1),
        ([answer(400, "of tomorrow")], Delivery.OVER, 1),
        ([answer(502), answer(502), answer(200)], Delivery.SENT, 3),
        ([answer(504)], Delivery.SENT, 1),  # it may have been delivered
        ([LOST], Delivery.SENT, 1),
        ([answer(500)], Delivery.SENT, 1),
        ([UNREACHABLE, answer(200)], Delivery.SENT, 2),
        ([answer(429), answer(200)], Delivery.SENT, 2),
        ([answer(429, retry_after="2"), answer(200)], Delivery.SENT, 2),
        ([answer(429, retry_after="60")], Delivery.LOST, 1),
        ([answer(401)], Delivery.LOST, 1),
        ([answer(403)], Delivery.LOST, 1),
        ([answer(413)], Delivery.LOST, 1),
        ([answer(302)], Delivery.LOST, 1),
        ([answer(200, PAGE)], Delivery.LOST, 1),  # a portal's, not the service's
        ([answer(404, PAGE)], Delivery.LOST, 1),
    ],
)
async def test_a_question_is_never_sent_twice_where_it_may_have_arrived(
    answers: list[Response | TransientError], expected: Delivery, times: int
) -> None:
    found, sent, took_s = await outcome(*answers)
    assert (found, sent) == (expected, times) and took_s < 3.0


@pytest.mark.virtual_time
@pytest.mark.parametrize("fault", [answer(502), answer(504), answer(500), answer(429), UNREACHABLE, LOST])
async def test_an_interruption_is_repeated_for_as_long_as_it_makes_sense(fault: Response | TransientError) -> None:
    assert (await outcome(fault, answer(200), may_repeat=True))[:2] == (Delivery.SENT, 2)
    found, sent, took_s = await outcome(fault, may_repeat=True, most_s=2.0)
    assert found is Delivery.LOST and sent > 1 and took_s <= 2.0


@pytest.mark.virtual_time
@pytest.mark.parametrize(("may_repeat", "expected"), [(False, Delivery.SENT), (True, Delivery.LOST)])
async def test_a_service_that_does_not_answer_holds_nothing_up(may_repeat: bool, expected: Delivery) -> None:
    async def never(timeout_s: float) -> Response:
        await asyncio.Event().wait()
        raise AssertionError

    began = asyncio.get_running_loop().time()
    found = await deliver(never, most_s=6.0, may_repeat=may_repeat, rate_limit_s=1.0, epoch=0.0)
    assert found is expected and asyncio.get_running_loop().time() - began <= 6.0


# ---------------------------------------------------------------- the call


@pytest_asyncio.fixture
async def service() -> AsyncIterator[TavusService]:
    async with TavusService(clock=Clock(manual=True), script=lambda: ReplicaScript(joins_after_s=None)) as made:
        yield made


MESSAGE = envelope("respond", text="Where is the cafe?")


async def send(made: TavusControl, session: SessionInfo, most_s: float = 6.0, may_repeat: bool = False) -> Delivery:
    return await made.send(session.session_id, MESSAGE, most_s=most_s, may_repeat=may_repeat)


async def test_the_message_itself_is_the_body_and_waits_for_an_avatar_that_is_still_starting(
    http: Http, service: TavusService
) -> None:
    service.script = lambda: ReplicaScript(joins_after_s=0.2)
    made = control(http, service)
    session = await made.start(REQUEST)
    assert await send(made, session) is Delivery.SENT
    sent = service.asked("send-app-message")[0]
    assert sent.json == MESSAGE and sent.headers["x-api-key"] == KEY
    assert service.talk.replica.asked == []
    async with asyncio.timeout(5):
        while service.talk.replica.asked != ["Where is the cafe?"]:  # noqa: ASYNC110 - the service is asked from outside
            await asyncio.sleep(0.02)


async def test_the_emulated_service_answers_as_described(http: Http, service: TavusService) -> None:
    service.knobs.absent_s = 300.0
    made = control(http, service, rate_limit_s=0.1)
    session = await made.start(REQUEST)
    service.knobs.app_message = "undelivered"
    assert await send(made, session, most_s=0.8) is Delivery.LOST
    assert len(service.asked("send-app-message")) == 2
    service.knobs.app_message = "unknown"
    assert await send(made, session) is Delivery.SENT
    service.knobs.app_message = "taken"
    service.talk.told_at += [0.0] * MOST_MESSAGES
    assert await send(made, session, most_s=0.15) is Delivery.LOST
    service.clock.advance(61)
    assert await send(made, session) is Delivery.SENT
    large = MESSAGE | {"x": "y" * 70_000}
    assert await made.send(session.session_id, large, most_s=6.0, may_repeat=False) is Delivery.LOST
    service.talk.room.close("silent")
    for status in (400, 404, 409):
        service.knobs.gone_status = status
        assert await send(made, session) is Delivery.OVER
    service.end(service.talk.session, "end_conversation_endpoint_hit")
    assert await send(made, session) is Delivery.OVER
    assert await made.send("c-unknown", MESSAGE, most_s=6.0, may_repeat=False) is Delivery.OVER


# ---------------------------------------------------------------- when it is used


class DeliveringControl(AskedControl):
    """A control that records what it is to deliver."""

    def __init__(self, delivery: Delivery = Delivery.SENT) -> None:
        super().__init__()
        self.delivery = delivery
        self.delivered: list[object] = []
        self.may_repeat: list[bool] = []

    async def send(self, session_id: str, message: object, *, most_s: float, may_repeat: bool) -> Delivery:
        assert session_id == "c-1" and most_s <= 6.0
        self.delivered.append(message)
        self.may_repeat.append(may_repeat)
        return self.delivery


class BrokenRoom(SentRoom):
    """A room whose data channel fails."""

    async def send_data(self, payload: bytes, topic: str = "") -> bool:
        await super().send_data(payload, topic)
        return False


@pytest.mark.virtual_time
async def test_while_the_room_sends_nothing_goes_by_http() -> None:
    service, room = DeliveringControl(), SentRoom()
    made = protocol(service)
    await made.ask(room, "Where?")
    await made.interrupt(room)
    assert len(room.sent) == 2 and service.delivered == []


@pytest.mark.virtual_time
async def test_what_the_room_cannot_send_goes_by_http_and_only_an_interruption_may_arrive_twice() -> None:
    service, room = DeliveringControl(), BrokenRoom()
    made = protocol(service)
    await made.ask(room, "Where?")
    await made.interrupt(room)
    assert service.delivered == [envelope("respond", text="Where?"), envelope("interrupt")]
    assert service.may_repeat == [False, True]
    await made.wrap_up(room, 15.0)
    await made.goodbye(room)
    assert len(room.sent) == 4 and len(service.delivered) == 2  # the end call is on its way


@pytest.mark.virtual_time
async def test_while_the_connection_is_repaired_http_comes_first_and_the_room_is_the_last_resort() -> None:
    service, room = DeliveringControl(), SentRoom()
    made = protocol(service)
    told(made, Reconnecting())
    await made.ask(room, "Where?")
    assert len(service.delivered) == 1 and room.sent == []
    service.delivery = Delivery.LOST
    await made.ask(room, "And when?")
    assert len(service.delivered) == 2 and room.sent == [envelope("respond", text="And when?")]
    told(made, Reconnected())
    await made.ask(room, "Why?")
    assert len(service.delivered) == 2 and len(room.sent) == 2


@pytest.mark.virtual_time
@pytest.mark.parametrize("events", [(), (Reconnecting(),)])
async def test_what_can_be_sent_nowhere_is_noted_without_its_words(
    events: tuple[RoomEvent, ...], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    made = protocol(DeliveringControl(Delivery.LOST))
    told(made, *events)
    await made.ask(BrokenRoom(), "CANARY")
    assert "neither in the room nor by HTTP" in caplog.text
    assert "CANARY" not in caplog.text and "c-1" not in caplog.text


# ---------------------------------------------------------------- a refusal that tells the end


async def refused(service: DeliveringControl, *events: RoomEvent, seconds: float = 5.0) -> list[Event]:
    made = protocol(service)
    emitted: list[Event] = []
    attending = asyncio.create_task(made.attend(ROOM, emitted.append))
    told(made, *events)
    await made.ask(BrokenRoom(), "Where?")
    await asyncio.sleep(seconds)
    attending.cancel()
    await asyncio.gather(attending, return_exceptions=True)
    return emitted


@pytest.mark.virtual_time
@pytest.mark.parametrize(
    ("reason", "expected"),
    [(EndReason.VENDOR_MAX_DURATION, EndReason.VENDOR_MAX_DURATION), (EndReason.UNKNOWN, EndReason.ROOM_CLOSED)],
)
async def test_a_refusal_that_says_it_is_over_ends_the_visit_with_the_services_reason(
    reason: EndReason, expected: EndReason
) -> None:
    service = DeliveringControl(Delivery.OVER)
    service.reason = reason
    assert await refused(service) == [Ended(expected)]
    assert service.times == 1


@pytest.mark.virtual_time
async def test_a_refusal_is_believed_where_the_service_cannot_be_asked() -> None:
    service = DeliveringControl(Delivery.OVER)
    service.error = TransientError("tavus")
    assert await refused(service) == [Ended(EndReason.ROOM_CLOSED)]


@pytest.mark.virtual_time
async def test_a_conversation_that_runs_all_the_same_goes_on_and_is_asked_about_once() -> None:
    service = DeliveringControl(Delivery.OVER)
    assert await refused(service) == []
    assert service.times == 1


@pytest.mark.virtual_time
@pytest.mark.parametrize("back", [(), (ParticipantsChanged((HERE,)),), (Disconnected(EndReason.NETWORK),)])
async def test_a_refusal_counts_also_where_the_avatar_went_and_came_back(back: tuple[RoomEvent, ...]) -> None:
    service = DeliveringControl(Delivery.OVER)
    service.reason = EndReason.VENDOR_IDLE
    away = (ParticipantsChanged((HERE,)), ParticipantsChanged(()))
    assert await refused(service, *away, *back) == [Ended(EndReason.VENDOR_IDLE)]


@pytest.mark.virtual_time
async def test_an_avatar_that_comes_back_does_not_take_back_a_refusal() -> None:
    service = DeliveringControl(Delivery.OVER)
    service.reason = EndReason.VENDOR_IDLE
    made: TavusProtocol = protocol(service)
    await made.ask(BrokenRoom(), "Where?")
    told(made, ParticipantsChanged((HERE,)), ParticipantsChanged(()), ParticipantsChanged((HERE,)))
    emitted: list[Event] = []
    attending = asyncio.create_task(made.attend(ROOM, emitted.append))
    await asyncio.sleep(1)
    attending.cancel()
    await asyncio.gather(attending, return_exceptions=True)
    assert emitted == [Ended(EndReason.VENDOR_IDLE)]


@pytest.mark.virtual_time
async def test_an_end_that_was_told_meanwhile_is_not_told_again() -> None:
    class SlowControl(DeliveringControl):
        async def why_ended(self, session_id: str) -> EndReason:
            await asyncio.sleep(1.0)
            return EndReason.VENDOR_IDLE

    made = protocol(SlowControl(Delivery.OVER))
    emitted: list[Event] = []
    attending = asyncio.create_task(made.attend(ROOM, emitted.append))
    await made.ask(BrokenRoom(), "Where?")
    await asyncio.sleep(0.5)
    shutdown = data("system.shutdown", properties={"reason": "max_call_duration"})
    assert told(made, shutdown) == [Ended(EndReason.VENDOR_MAX_DURATION)]
    await asyncio.wait_for(attending, 5.0)
    assert emitted == []
