"""The queue to the speaker: adds no sound, is never late for long, and never clicks."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app.audio.base import FRAME, RATE
from app.audio.ring import FADE, LIMIT_S, PAUSE_S, PRIME_S, RingBuffer

PRIME = int(PRIME_S * RATE)
LIMIT = int(LIMIT_S * RATE)


def tone(count: int, start: int = 0, amplitude: float = 8000.0) -> np.ndarray:
    """440 Hz; a stream of it has no seams if `start` goes on."""
    return (amplitude * np.sin(2 * np.pi * 440 * (np.arange(count) + start) / RATE)).astype(np.int16)


def steepest(sound: np.ndarray) -> float:
    return float(np.abs(np.diff(sound.astype(float), prepend=0)).max())


def read_all(ring: RingBuffer, blocks: int) -> np.ndarray:
    return np.concatenate([ring.read(FRAME)[0] for _ in range(blocks)])


ONE_STEP_OF_THE_TONE = steepest(tone(RATE))
SOFT = ONE_STEP_OF_THE_TONE + 8000 / FADE + 1  # a fade adds its own slope


def test_sound_comes_out_as_it_went_in():
    ring = RingBuffer()
    ring.write(tone(RATE))
    out = read_all(ring, 100)
    assert np.abs(out[FADE : RATE - FADE] - tone(RATE)[FADE : RATE - FADE]).max() < 0.51


def test_an_empty_ring_gives_silence_and_takes_nothing():
    sound, taken = RingBuffer().read(FRAME)
    assert not sound.any()
    assert taken == 0


def test_playing_waits_until_the_jitter_of_a_stream_is_covered():
    ring = RingBuffer()
    ring.write(tone(PRIME - FRAME))
    assert ring.read(FRAME)[1] == 0
    ring.write(tone(FRAME))
    assert ring.read(FRAME)[1] == FRAME


def test_a_sound_shorter_than_that_is_played_all_the_same():
    ring = RingBuffer()
    ring.write(tone(2 * FRAME))
    taken = [ring.read(FRAME)[1] for _ in range(12)]
    assert sum(taken) == 2 * FRAME


def test_running_dry_and_going_on_are_fades():
    ring = RingBuffer()
    pieces = []
    for _ in range(4):
        ring.write(tone(PRIME + 777))
        pieces.append(read_all(ring, 20))
    assert steepest(np.concatenate(pieces)) <= SOFT


def test_flush_fades_out_within_ten_milliseconds():
    ring = RingBuffer()
    ring.write(tone(RATE))
    before = read_all(ring, 10)
    ring.flush()
    after = read_all(ring, 10)
    assert steepest(np.concatenate([before, after])) <= SOFT
    assert not after[FADE:].any()
    assert ring.unheard() == 0


def test_a_new_sentence_right_after_a_flush_begins_softly():
    ring = RingBuffer()
    ring.write(tone(RATE))
    before = read_all(ring, 10)
    ring.flush()
    ring.write(tone(100, 27))
    ring.write(tone(RATE // 2, 127))
    assert steepest(np.concatenate([before, read_all(ring, 20)])) <= 2 * SOFT


def test_what_is_too_much_goes_oldest_first_and_without_a_click():
    ring = RingBuffer()
    ring.write(tone(RATE))
    before = read_all(ring, 5)
    ring.write(tone(LIMIT, RATE))
    after = read_all(ring, 160)
    assert steepest(np.concatenate([before, after])) <= 2 * SOFT
    end = RATE + LIMIT
    newest = tone(RATE, end - RATE)[: RATE - 2 * FADE]
    assert np.abs(after[LIMIT - RATE : LIMIT - 2 * FADE] - newest).max() < 1


def test_unheard_counts_up_to_the_last_audible_sample():
    ring = RingBuffer()
    ring.write(np.concatenate([tone(FRAME * 20), np.zeros(FRAME * 30, np.int16)]))
    assert abs(ring.unheard() - FRAME * 20) < 3
    read_all(ring, 15)
    assert abs(ring.unheard() - FRAME * 5) < 3
    read_all(ring, 5)
    assert ring.unheard() == 0


def test_a_stream_of_silence_is_never_unheard():
    ring = RingBuffer()
    for _ in range(50):
        ring.write(np.full(FRAME, 3, np.int16))  # comfort noise
        ring.read(FRAME)
        assert ring.unheard() == 0


def test_a_late_stream_makes_up_for_it_in_a_pause():
    """After a stall the voice is a second behind; the next pause of speech is shortened, the words are not."""
    ring = RingBuffer()
    word = tone(RATE // 2)
    ring.write(np.concatenate([word, np.zeros(RATE // 2, np.int16), word]))
    out = read_all(ring, 160)
    loud = np.abs(out) > 300
    assert abs(loud.sum() - 2 * (np.abs(word) > 300).sum()) < FADE
    pause = np.diff(np.flatnonzero(loud)).max() / RATE
    assert PAUSE_S < pause < 0.4


def test_a_short_queue_keeps_its_pauses():
    ring = RingBuffer()
    out = []
    stream = np.concatenate([tone(RATE // 5), np.zeros(RATE // 2, np.int16), tone(RATE // 5)])
    ring.write(stream[:PRIME])
    for at in range(PRIME, len(stream), FRAME):
        ring.write(stream[at : at + FRAME])
        out.append(ring.read(FRAME)[0])
    out.append(read_all(ring, 8))
    loud = np.flatnonzero(np.abs(np.concatenate(out)) > 300)
    assert abs(np.diff(loud).max() - RATE // 2) < FRAME


def test_what_nobody_could_hear_is_skipped_when_a_device_comes_back():
    ring = RingBuffer()
    ring.write(tone(RATE))
    ring.skip_late()
    taken = sum(ring.read(FRAME)[1] for _ in range(20))
    assert taken == PRIME


actions = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(0, 3 * RATE)),
        st.tuples(st.just("read"), st.sampled_from([FRAME, 441, 100])),
        st.tuples(st.just("flush"), st.just(0)),
        st.tuples(st.just("skip"), st.just(0)),
    ),
    max_size=60,
)


@settings(max_examples=100, deadline=None)
@given(actions)
def test_whatever_happens_it_is_bounded_and_soft(steps):
    ring = RingBuffer()
    written = taken = 0
    out = [np.zeros(1)]
    for what, count in steps:
        if what == "write":
            ring.write(tone(count, written))
            written += count
        elif what == "read":
            sound, got = ring.read(count)
            assert sound.shape == (count,)
            assert got <= count
            taken += got
            out.append(sound)
        elif what == "flush":
            ring.flush()
        else:
            out.append(np.zeros(1))  # a device came back: what was before is another story
            ring.skip_late()
            out = [np.zeros(1)]
        assert 0 <= ring.unheard() <= LIMIT
    assert taken <= written
    whole = np.concatenate(out)
    assert np.abs(whole).max() <= 8000
    # Crossfades add the slopes of both sides.
    assert steepest(whole) <= 2 * SOFT
