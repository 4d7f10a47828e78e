"""What happens in the child process of a sound test: each scene opens real devices, acts, and returns its findings."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np

from app.audio.backend import SoundDeviceBackend
from app.audio.base import FRAME, RATE, Levels
from app.audio.loudness import decibels
from app.audio.microphone import CaptureMicrophone
from app.audio.playout import Playout
from tests.rigs.pulse import SoundServer
from tests.sound.speech import say, transcribe

SOUNDS = Path(__file__).parents[2] / "resources" / "sounds"
QUESTION = "Hello, can you tell me something about the whales in this hall?"
ANSWER = "The blue whale is the largest animal that has ever lived on our planet. It can grow to thirty meters."


@contextlib.asynccontextmanager
async def a_backend(**changed: object) -> AsyncIterator[SoundDeviceBackend]:
    wanted = {"output_name": "", "input_name": "", "echo_cancellation": True, "levels": Levels(), "sounds": SOUNDS}
    backend = SoundDeviceBackend(**{**wanted, **changed})
    try:
        yield backend
    finally:
        await backend.close()


class SceneListener:
    """Takes a microphone's frames as a room does.

    Attributes:
        frames: What came, cut into pieces of 10 ms, however long they came.
    """

    def __init__(self, microphone: CaptureMicrophone) -> None:
        self.microphone = microphone
        self.frames: list[np.ndarray] = []
        self.speaking: list[bool] = []
        self.levels: list[float] = []
        self._task = asyncio.create_task(self._take())

    async def _take(self) -> None:
        async for frame in self.microphone.frames():
            for piece in frame.reshape(-1, FRAME):
                self.frames.append(piece)
                self.speaking.append(self.microphone.speaking)
                self.levels.append(self.microphone.level)

    async def end(self) -> np.ndarray:
        await self.microphone.close()
        await self._task
        return self.sound

    @property
    def sound(self) -> np.ndarray:
        return np.concatenate([np.zeros(0, np.int16), *self.frames])


async def stream(speaker: Playout, sound: np.ndarray) -> None:
    """Write as a room does: 10 ms each 10 ms."""
    begun = time.monotonic()
    for at in range(0, len(sound), FRAME):
        speaker.write(sound[at : at + FRAME])
        await asyncio.sleep(max(0.0, begun + at / RATE - time.monotonic()))


async def said(server: SoundServer, sound: np.ndarray) -> None:
    await asyncio.to_thread(server.speak, sound)


async def all_heard(speaker: Playout) -> None:
    await until(lambda: not speaker.pending_s(), 5)


async def the_visitor_is_understood(server: SoundServer) -> dict:
    async with a_backend() as backend:
        microphone = await backend.open_microphone()
        opened = {"state": microphone.state, "heard_anything": microphone.heard_anything}
        listener = SceneListener(microphone)
        await asyncio.sleep(0.5)
        began = len(listener.frames)
        await said(server, say(QUESTION))
        await asyncio.sleep(1.0)
        sound = await listener.end()
        return {
            "opened": opened,
            "words": transcribe(sound),
            "spoke_before": any(listener.speaking[:began]),
            "spoke_s": sum(listener.speaking) / 100,
            "spoke_last": listener.speaking[-1],
            "loudest": max(listener.levels),
            "heard_anything": microphone.heard_anything,
            "sent_s": microphone.sent_s,
            "frames_s": len(listener.frames) / 100,
            "state": microphone.state,
        }


async def a_disabled_microphone_sends_silence(server: SoundServer) -> dict:
    async with a_backend() as backend:
        microphone = await backend.open_microphone()
        listener = SceneListener(microphone)
        microphone.enabled = False
        await said(server, say(QUESTION))
        state, sent_s = microphone.state, microphone.sent_s
        sound = await listener.end()
        return {
            "peak": int(np.abs(sound[RATE // 10 :]).max()),
            "spoke": any(listener.speaking[10:]),
            "frames_s": len(listener.frames) / 100,
            "sent_s": sent_s,
            "state": state,
            "heard_anything": microphone.heard_anything,
        }


async def the_avatar_is_heard(server: SoundServer) -> dict:
    voice = say(ANSWER)
    voice = voice[: np.flatnonzero(np.abs(voice.astype(np.int32)) > 300)[-1] + 1]  # what ends with sound
    async with a_backend() as backend:
        speaker = await backend.open_speaker(1.0)
        with server.recording() as recording:
            await stream(speaker, voice)
            at_end, pending_s = time.monotonic(), speaker.pending_s()
            await all_heard(speaker)
            drained = time.monotonic()
            await asyncio.sleep(0.5)
            stopped, heard = time.monotonic(), recording.sound
        played_s, state = speaker.played_s, speaker.state
        await speaker.close()
        loud = np.flatnonzero(np.abs(heard.astype(np.int32)) > 300)
        silence_s = (len(heard) - loud[-1]) / RATE
        return {
            "words": transcribe(heard),
            "likeness": likeness(heard, voice),
            "loudness_db": decibels(heard[loud[0] : loud[-1]]) - decibels(voice),
            "voice_s": len(voice) / RATE,
            "played_s": played_s,
            "state": state,
            "closed": speaker.state,
            "pending_s": pending_s,
            "drained_after_s": drained - at_end,
            "heard_after_s": stopped - silence_s - at_end,
        }


def likeness(heard: np.ndarray, voice: np.ndarray) -> float:
    """Greatest normalised correlation of a recording with what was played, 0 to 1."""
    size = len(heard) + len(voice)
    a, b = heard.astype(float), voice.astype(float)
    cross = np.fft.irfft(np.fft.rfft(a, size) * np.conj(np.fft.rfft(b, size)), size)
    return float(np.abs(cross).max() / (np.linalg.norm(a) * np.linalg.norm(b)))


async def the_echo_is_cancelled(server: SoundServer) -> dict:
    voice = np.concatenate([say(ANSWER), say(ANSWER)])
    async with a_backend() as backend:
        speaker = await backend.open_speaker(1.0)
        microphone = await backend.open_microphone()
        listener = SceneListener(microphone)
        with server.echo(delay_ms=60, gain=0.4), server.recording("microphone") as raw:
            await asyncio.sleep(0.5)
            began = len(listener.frames)
            await stream(speaker, voice)
            await all_heard(speaker)
            ended = len(listener.frames)
            alone = listener.sound[began * FRAME : ended * FRAME]
            echo = raw.sound[-(ended - began) * FRAME :]
            false_alarms = sum(listener.speaking[began + 200 : ended]) / (ended - began - 200)
            # Both at once, as visitors do; twice, because what is lost of it is chance.
            both = []
            for delay_s in (1.0, 2.0):
                began = len(listener.frames)
                await asyncio.gather(stream(speaker, say(ANSWER)), _after(delay_s, said(server, say(QUESTION))))
                both.append(listener.sound[began * FRAME :])
        await listener.end()
        await speaker.close()
        after = 2 * RATE
        return {
            "echo_db": usual_db(echo[after:]),
            "left_db": usual_db(alone[after:]),
            "false_alarms": false_alarms,
            "words": [transcribe(sound) for sound in both],
        }


def usual_db(sound: np.ndarray) -> float:
    """Median loudness of half seconds, dBFS: a gap that a busy machine makes is no echo."""
    return float(np.median([decibels(part) for part in np.split(sound, range(RATE // 2, len(sound), RATE // 2))]))


async def _after(delay_s: float, action: object) -> None:
    await asyncio.sleep(delay_s)
    await action


def tone(seconds: float, frequency: float = 440.0, amplitude: float = 8000.0) -> np.ndarray:
    return (amplitude * np.sin(2 * np.pi * frequency * np.arange(int(seconds * RATE)) / RATE)).astype(np.int16)


def steepest(sound: np.ndarray) -> float:
    """Greatest second difference: next to nothing for a tone with soft edges, huge for a click."""
    return float(np.abs(np.diff(sound.astype(float), 2)).max())


async def nothing_clicks(server: SoundServer) -> dict:
    """A voice that stumbles, is cut off, changes its volume, is muted and comes in too fast."""
    async with a_backend() as backend:
        speaker = await backend.open_speaker(1.0)
        with server.recording() as recording:
            for seconds in (0.333, 0.218, 0.407):
                await stream(speaker, tone(seconds))
                await asyncio.sleep(0.25)
            speaker.write(tone(1.2))
            await asyncio.sleep(0.3)
            speaker.flush()
            await asyncio.sleep(0.3)
            speaker.write(tone(1.4, 300))
            await asyncio.sleep(0.2)
            speaker.volume = 0.3
            await asyncio.sleep(0.2)
            speaker.muted = True
            await asyncio.sleep(0.2)
            speaker.muted, speaker.volume = False, 1.0
            await asyncio.sleep(0.2)
            speaker.write(tone(2.0, 300))  # more than the queue holds
            await asyncio.sleep(0.5)
            speaker.write(tone(0.5))
            await speaker.close()
            await asyncio.sleep(0.3)
        heard = recording.sound
        loud = np.abs(heard.astype(np.int32)) > 300
        return {
            "steepest": steepest(heard),
            "of_the_tone": steepest(tone(0.5)),
            "of_a_click": steepest(np.concatenate([tone(0.3331), np.zeros(100)])),
            "loud_s": float(loud.sum()) / RATE,
        }


async def the_speaker_goes_and_comes(server: SoundServer) -> dict:
    async with a_backend(output_name="speaker", input_name="microphone") as backend:
        speaker = await backend.open_speaker(1.0)
        microphone = await backend.open_microphone()
        listener = SceneListener(microphone)
        voice = asyncio.create_task(stream(speaker, tone(14.0)))
        await asyncio.sleep(1.0)
        await asyncio.to_thread(server.unplug, "speaker")
        lost_s = await until(lambda: speaker.state == "missing", 8)
        played_s = speaker.played_s
        await asyncio.sleep(1.0)
        missing = {
            "played_more_s": speaker.played_s - played_s,
            "pending_s": speaker.pending_s(),
            "level": speaker.level,
        }
        await asyncio.to_thread(server.plug_in, "speaker")
        back_s = await until(lambda: speaker.state == "on", 8)
        with server.recording() as recording:
            await asyncio.sleep(1.5)
        voice.cancel()
        frames_s, began = len(listener.frames) / 100, time.monotonic()
        await asyncio.sleep(1.0)
        frames_s = (len(listener.frames) / 100 - frames_s) / (time.monotonic() - began)
        return {
            "lost_s": lost_s, "back_s": back_s, "missing": missing, "frames_per_10_ms": frames_s,
            "heard_db": decibels(recording.sound[RATE // 2 :]), "microphone": microphone.state,
        }  # fmt: skip


async def the_microphone_goes_and_comes(server: SoundServer) -> dict:
    async with a_backend(output_name="speaker", input_name="microphone") as backend:
        speaker = await backend.open_speaker(1.0)
        microphone = await backend.open_microphone()
        listener = SceneListener(microphone)
        await asyncio.sleep(0.5)
        await asyncio.to_thread(server.unplug, "mic")
        lost_s = await until(lambda: microphone.state == "missing", 8)
        await asyncio.sleep(0.1)  # what was heard last is on its way
        frames, sent_s = len(listener.frames), microphone.sent_s
        await asyncio.sleep(1.0)
        missing = {"frames_s": (len(listener.frames) - frames) / 100, "sent_s": microphone.sent_s - sent_s}
        await asyncio.to_thread(server.plug_in, "mic")
        back_s = await until(lambda: microphone.state == "on", 15)
        began = len(listener.frames)
        await said(server, say(QUESTION))
        await asyncio.sleep(0.5)
        return {
            "lost_s": lost_s, "back_s": back_s, "missing": missing, "speaker": speaker.state,
            "words": transcribe(listener.sound[began * FRAME :]),
        }  # fmt: skip


async def the_server_crashes_and_comes_back(server: SoundServer) -> dict:
    async with a_backend() as backend:
        speaker = await backend.open_speaker(1.0)
        microphone = await backend.open_microphone()
        listener = SceneListener(microphone)
        await asyncio.sleep(0.5)
        await asyncio.to_thread(server.stop)
        lost_s = await until(lambda: speaker.state == microphone.state == "missing", 10)
        frames = len(listener.frames)
        speaker.write(tone(0.5))
        await asyncio.sleep(1.0)
        missing = {"frames_s": (len(listener.frames) - frames) / 100, "pending_s": speaker.pending_s()}
        await asyncio.to_thread(server.start)
        back_s = await until(lambda: speaker.state == microphone.state == "on", 10)
        with server.recording() as recording:
            await stream(speaker, tone(0.5))
            await asyncio.sleep(0.3)
        result = {"lost_s": lost_s, "back_s": back_s, "missing": missing, "heard_db": decibels(recording.sound)}
        await asyncio.to_thread(server.stop)  # this one belongs to us
        return result


async def there_is_no_server(server: SoundServer) -> dict:
    server.stop()
    async with a_backend() as backend:
        began = time.monotonic()
        speaker = await backend.open_speaker(0.8)
        microphone = await backend.open_microphone()
        opened_s = time.monotonic() - began
        listener = SceneListener(microphone)
        states = [speaker.state, microphone.state]
        speaker.write(tone(1.0))
        pending_s = speaker.pending_s()
        began = time.monotonic()
        await all_heard(speaker)
        drained_s = time.monotonic() - began
        frames_s = len(listener.frames) / 100
        await listener.end()
        await speaker.close()
        return {
            "states": states, "opened_s": opened_s, "pending_s": pending_s, "drained_s": drained_s,
            "frames_s": frames_s, "played_s": speaker.played_s, "sent_s": microphone.sent_s,
            "closed": [speaker.state, microphone.state],
        }  # fmt: skip


async def the_server_hangs(server: SoundServer) -> dict:
    async with a_backend() as backend:
        frozen = asyncio.create_task(asyncio.to_thread(server.freeze, 7.0))
        await asyncio.sleep(0.1)
        began = time.monotonic()
        speaker = await backend.open_speaker(0.8)
        opened_s, state = time.monotonic() - began, speaker.state
        speaker.write(tone(0.5))
        await all_heard(speaker)
        await frozen
        back_s = await until(lambda: speaker.state == "on", 10)
        frozen = asyncio.create_task(asyncio.to_thread(server.freeze, 7.0))
        lost_s = await until(lambda: speaker.state == "missing", 6)
        began = time.monotonic()
        await speaker.close()
        closed_s = time.monotonic() - began
        await frozen
        speaker = await backend.open_speaker(0.8)
        await until(lambda: speaker.state == "on", 10)
        return {"opened_s": opened_s, "state": state, "back_s": back_s, "lost_s": lost_s, "closed_s": closed_s}


async def devices_that_nobody_has(server: SoundServer) -> dict:
    async with a_backend(output_name="Brass Trumpet", input_name="Tin Can") as backend:
        speaker = await backend.open_speaker(0.8)
        microphone = await backend.open_microphone()
        return {"states": [speaker.state, microphone.state]}


async def signs_keep_below_the_voice(server: SoundServer) -> dict:
    voice = say(ANSWER)
    async with a_backend() as backend:
        speaker = await backend.open_speaker(1.0)
        with server.recording() as recording:
            await stream(speaker, voice)
            await all_heard(speaker)
            await asyncio.sleep(0.5)
            voice_end = len(recording.sound)
            speaker.chime("turn")
            await asyncio.sleep(0.8)
            sign_end = len(recording.sound)
            speaker.write(tone(1.0, 300))
            await asyncio.sleep(0.2)
            speaker.chime("goodbye")
            await asyncio.sleep(0.7)
            over_end = len(recording.sound)
            await asyncio.sleep(1.0)
        sound = recording.sound
        return {
            "voice_db": loudest_db(sound[:voice_end]),
            "sign_db": loudest_db(sound[voice_end:sign_end], 100),
            "over_voice": share_at(sound[sign_end:over_end], 660.0),
            "after_voice": share_at(sound[over_end:], 660.0),
            "played_s": speaker.played_s - len(voice) / RATE,
        }


def loudest_db(sound: np.ndarray, percentile: float = 80) -> float:
    """Root mean square of 50 ms, dBFS, that so many percent of the time are not louder than."""
    hop = RATE // 20
    return float(np.percentile([decibels(sound[i : i + hop]) for i in range(0, len(sound) - hop, hop)], percentile))


def share_at(sound: np.ndarray, frequency: float) -> float:
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)))) ** 2
    at = round(frequency * len(sound) / RATE)
    return float(spectrum[at - 5 : at + 6].sum() / spectrum.sum())


async def thirty_visits(server: SoundServer) -> dict:
    import psutil

    process = psutil.Process()
    async with a_backend() as backend:
        counts = []
        opening = []
        for _ in range(30):
            began = time.monotonic()
            speaker = await backend.open_speaker(0.8)
            microphone = await backend.open_microphone()
            opening.append(time.monotonic() - began)
            listener = SceneListener(microphone)
            await stream(speaker, tone(0.1))
            await listener.end()
            await speaker.close()
            counts.append((process.num_threads(), process.num_fds()))
        return {"early": counts[4], "late": counts[-1], "opening_s": sorted(opening)[15]}


async def until(holds: object, limit_s: float) -> float:
    """Seconds until the condition holds."""
    began = time.monotonic()
    async with asyncio.timeout(limit_s):
        while not holds():  # noqa: ASYNC110 - what a sound thread does cannot set an event here
            await asyncio.sleep(0.005)
    return time.monotonic() - began
