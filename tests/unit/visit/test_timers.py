"""The idle timer and the session timer, each rule on its own."""

from __future__ import annotations

import asyncio

import pytest

from app.visit.timers import NOISE_S, THINKING_S, Countdown, IdleTimer, SessionTimer

pytestmark = pytest.mark.asyncio


async def _time_of(work) -> float:
    loop = asyncio.get_running_loop()
    began = loop.time()
    await work
    return loop.time() - began


async def test_silence_expires_after_the_full_time() -> None:
    assert await _time_of(IdleTimer(45, transcripts=True).expired()) == pytest.approx(45)


async def test_activity_starts_anew_from_full() -> None:
    idle = IdleTimer(45, transcripts=True)
    asyncio.get_running_loop().call_later(40, idle.activity)
    assert await _time_of(idle.expired()) == pytest.approx(85)


async def test_a_voice_holds_all_the_way_and_then_the_clock_starts_anew() -> None:
    idle = IdleTimer(45, transcripts=True)
    loop = asyncio.get_running_loop()
    loop.call_later(44, idle.voice, True)
    loop.call_later(100, idle.voice, False)
    assert await _time_of(idle.expired()) == pytest.approx(145)


async def test_the_avatars_voice_starts_anew_once_and_later_only_pauses() -> None:
    idle = IdleTimer(45, transcripts=True)
    loop = asyncio.get_running_loop()
    for begin, end in ((10, 20), (50, 60)):
        loop.call_later(begin, idle.avatar, True)
        loop.call_later(end, idle.avatar, False)
    # 20 + 45, and the second speech only holds for its 10 seconds.
    assert await _time_of(idle.expired()) == pytest.approx(75)


async def test_only_a_voice_that_was_heard_uses_up_the_new_start() -> None:
    idle = IdleTimer(45, transcripts=True)
    loop = asyncio.get_running_loop()
    loop.call_later(10, lambda: idle.avatar(True, heard=False))
    loop.call_later(20, lambda: idle.avatar(False, heard=False))  # 10 s held, 35 left
    loop.call_later(25, lambda: idle.avatar(True, heard=False))
    loop.call_later(26, lambda: idle.avatar(True, heard=True))
    loop.call_later(30, lambda: idle.avatar(False, heard=False))
    assert await _time_of(idle.expired()) == pytest.approx(75)


async def test_thinking_holds_two_minutes_for_each_activity_and_starts_nothing_anew() -> None:
    idle = IdleTimer(45, transcripts=True)
    loop = asyncio.get_running_loop()
    loop.call_later(10, idle.thinking, True)
    loop.call_later(80, idle.thinking, False)
    loop.call_later(90, idle.thinking, True)
    assert await _time_of(idle.expired()) == pytest.approx(45 + THINKING_S, abs=0.01)
    idle.activity()
    assert await _time_of(idle.expired()) == pytest.approx(45 + THINKING_S, abs=0.01)


async def test_a_voice_beside_thinking_is_noise_as_late_as_ever() -> None:
    idle = IdleTimer(45, transcripts=True)
    idle.voice(True)
    idle.thinking(True)
    assert await _time_of(idle.expired()) == pytest.approx(THINKING_S + NOISE_S + 45, abs=0.01)


async def test_after_an_activity_the_avatar_may_start_anew_again() -> None:
    idle = IdleTimer(45, transcripts=True)
    loop = asyncio.get_running_loop()
    loop.call_later(5, idle.avatar, True)
    loop.call_later(10, idle.avatar, False)
    loop.call_later(30, idle.activity)
    loop.call_later(40, idle.avatar, True)
    loop.call_later(60, idle.avatar, False)
    assert await _time_of(idle.expired()) == pytest.approx(105)


async def test_voices_without_words_are_noise_after_two_minutes() -> None:
    idle = IdleTimer(45, transcripts=True)
    idle.voice(True)
    assert await _time_of(idle.expired()) == pytest.approx(NOISE_S + 45, abs=0.01)
    assert idle.voice_is_noise


async def test_bursts_of_noise_do_not_keep_an_empty_room_alive() -> None:
    idle = IdleTimer(45, transcripts=True)

    async def burst() -> None:
        while True:
            idle.voice(True)
            await asyncio.sleep(1)
            idle.voice(False)
            await asyncio.sleep(30)

    noise = asyncio.create_task(burst())
    assert await _time_of(idle.expired()) < NOISE_S + 2 * 45
    noise.cancel()


async def test_words_make_a_noisy_voice_count_again() -> None:
    idle = IdleTimer(45, transcripts=True)
    idle.voice(True)
    await asyncio.sleep(NOISE_S + 10)
    assert idle.voice_is_noise
    idle.activity()
    assert not idle.voice_is_noise and idle.is_held


async def test_without_transcripts_half_a_second_of_voice_is_activity_and_a_click_is_not() -> None:
    loop = asyncio.get_running_loop()
    for length, restarts in ((0.6, True), (0.2, False)):
        idle = IdleTimer(45, transcripts=False, first_s=20)
        loop.call_later(10, idle.voice, True)
        loop.call_later(10 + length, idle.voice, False)
        expected = 10 + length + (45 if restarts else 20)
        assert await _time_of(idle.expired()) == pytest.approx(expected, abs=0.01)


async def _voice_then_answer(idle: IdleTimer, voice_s: float, after_s: float) -> None:
    idle.voice(True)
    await asyncio.sleep(voice_s)
    idle.voice(False)
    await asyncio.sleep(after_s)
    idle.avatar(True)
    await asyncio.sleep(3)
    idle.avatar(False)


async def test_an_answer_proves_a_voice_and_only_that_starts_the_full_time() -> None:
    for voice_s, after_s, proves in ((1, 2, True), (0.3, 2, False), (1, 30, False)):
        idle = IdleTimer(45, transcripts=False, answers_prove=True, first_s=20)
        talking = asyncio.create_task(_voice_then_answer(idle, voice_s, after_s))
        left_s = await _time_of(idle.expired()) - voice_s
        if after_s < 20:
            assert left_s == pytest.approx(after_s + 3 + (45 if proves else 20), abs=0.01)
        else:
            assert left_s == pytest.approx(20, abs=0.01)
        await talking


async def test_an_answer_into_a_voice_that_goes_on_proves_it_too() -> None:
    for voice_s, proves in ((2.0, True), (0.3, False)):
        idle = IdleTimer(45, transcripts=False, answers_prove=True, first_s=20)
        idle.voice(True)
        await asyncio.sleep(voice_s)
        idle.avatar(True)
        idle.voice(False)
        idle.avatar(False)
        assert await _time_of(idle.expired()) == pytest.approx(45 if proves else 20, abs=0.01)


async def test_a_voice_that_nobody_answers_is_noise_after_two_minutes() -> None:
    idle = IdleTimer(45, transcripts=False, answers_prove=True)
    idle.voice(True)
    assert await _time_of(idle.expired()) == pytest.approx(NOISE_S + 45, abs=0.01)


async def test_the_avatars_own_echo_is_no_question() -> None:
    idle = IdleTimer(45, transcripts=False, answers_prove=True, first_s=20)
    idle.avatar(True)
    idle.voice(True)
    await asyncio.sleep(1)
    idle.avatar(False)
    idle.voice(False)
    await asyncio.sleep(2)
    idle.avatar(True)
    idle.avatar(False)
    assert await _time_of(idle.expired()) < 20


async def test_the_first_period_may_be_shorter_until_somebody_is_there() -> None:
    idle = IdleTimer(45, transcripts=True, first_s=20)
    asyncio.get_running_loop().call_later(15, idle.activity)
    assert await _time_of(idle.expired()) == pytest.approx(60)


async def test_the_remaining_time_stands_still_during_a_hold() -> None:
    idle = IdleTimer(45, transcripts=True)
    await asyncio.sleep(5)
    idle.avatar(True)
    await asyncio.sleep(30)
    assert idle.remaining_s == pytest.approx(40) and idle.is_held


async def test_a_countdown_pauses_and_goes_on() -> None:
    countdown = Countdown(20)
    loop = asyncio.get_running_loop()
    loop.call_later(5, countdown.pause, True)
    loop.call_later(65, countdown.pause, False)
    assert await _time_of(countdown.expired()) == pytest.approx(80, abs=0.01)


async def test_the_session_ends_at_its_limit_however_often_it_is_extended() -> None:
    session = SessionTimer(300)
    loop = asyncio.get_running_loop()
    loop.call_later(290, session.extend, 120)
    assert await _time_of(session.reached()) == pytest.approx(420, abs=0.01)
    assert session.extensions == 1


async def test_a_mark_before_the_end_comes_again_after_an_extension() -> None:
    session = SessionTimer(100)
    assert await _time_of(session.reached(20)) == pytest.approx(80)
    asyncio.get_running_loop().call_later(5, session.extend, 120)
    assert await _time_of(session.extended_beyond(20)) == pytest.approx(5)
    assert await _time_of(session.reached(20)) == pytest.approx(115)


async def test_what_the_service_announces_bounds_extensions_and_shortens_only_what_is_longer() -> None:
    session = SessionTimer(300)
    assert not session.shorten(400) and session.remaining_s == pytest.approx(300)
    assert not session.can_extend(120) and session.can_extend(90) and not session.is_services_limit
    assert session.shorten(30) and session.is_services_limit
    assert await _time_of(session.reached()) == pytest.approx(30, abs=0.01)


async def test_the_services_maximum_bounds_limit_and_extensions() -> None:
    session = SessionTimer(300, most_s=200)
    assert session.is_services_limit and session.remaining_s == pytest.approx(200)
    assert not session.can_extend(1)
    assert SessionTimer(300, most_s=430).can_extend(120)
    assert not SessionTimer(300, most_s=410).can_extend(120)


async def test_the_service_may_shorten_but_never_lengthen() -> None:
    session = SessionTimer(300)
    session.shorten(500)
    assert session.remaining_s == pytest.approx(300)
    session.shorten(10)
    assert await _time_of(session.reached()) == pytest.approx(10, abs=0.01)
