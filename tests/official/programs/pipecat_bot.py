"""A Pipecat bot as it comes, in one LiveKit room; ears, mind and voice are offline stand-ins.

Runs in the environment of pipecat-ai. Arguments: address, token, room, what it hears after 4 s of microphone ("" for
nothing). Of Convai's own messages it knows two, by a handler as any bot may have: a typed question, an interruption.
"""

import asyncio
import sys

import numpy as np
from pipecat.frames.frames import (
    InputAudioRawFrame,
    InterimTranscriptionFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    TranscriptionFrame,
    TTSAudioRawFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.services.tts_service import TTSService
from pipecat.transports.livekit.transport import LiveKitParams, LiveKitTransport
from pipecat.workers.runner import WorkerRunner

URL, TOKEN, ROOM, HEARS = sys.argv[1:]
RATE = 24_000
WORD_S = 0.25
GREETING = "Hello, I am the guide."
LONG = " ".join(["It is a long story."] * 20)


class Ears(FrameProcessor):
    """Recognises the words that it was told to, after a while of sound."""

    def __init__(self) -> None:
        super().__init__()
        self._heard_s = 0.0
        self._has_said = not HEARS

    async def process_frame(self, frame, direction) -> None:
        await super().process_frame(frame, direction)
        await self.push_frame(frame, direction)
        if isinstance(frame, InputAudioRawFrame):
            self._heard_s += frame.num_frames / frame.sample_rate
            if self._heard_s > 4.0 and not self._has_said:
                self._has_said = True
                self.create_task(self.hear(HEARS.split(" ")))

    async def hear(self, words) -> None:
        """The visitor says these words."""
        await self.broadcast_frame(UserStartedSpeakingFrame)
        for count in range(1, len(words)):
            await self.push_frame(InterimTranscriptionFrame(" ".join(words[:count]), "user", "now"))
            await asyncio.sleep(WORD_S)
        await self.broadcast_frame(UserStoppedSpeakingFrame)
        await self.push_frame(TranscriptionFrame(" ".join(words), "user", "now"))


class Mind(FrameProcessor):
    """Answers by rule."""

    async def process_frame(self, frame, direction) -> None:
        await super().process_frame(frame, direction)
        await self.push_frame(frame, direction)
        if isinstance(frame, TranscriptionFrame):
            await self.say(LONG if frame.text == "Tell me everything." else f"You asked: {frame.text}")

    async def say(self, text) -> None:
        """Send a text as a model does."""
        await self.push_frame(LLMFullResponseStartFrame())
        for word in text.split(" "):
            await self.push_frame(LLMTextFrame(word + " "))
        await self.push_frame(LLMFullResponseEndFrame())


class Voice(TTSService):
    """A tone for each word."""

    def __init__(self) -> None:
        super().__init__(sample_rate=RATE, push_start_frame=True, push_stop_frames=True, stop_frame_timeout_s=0.5)

    async def run_tts(self, text, context_id):
        moments = np.arange(int(RATE * WORD_S * len(text.split()))) / RATE
        sound = (np.sin(2 * np.pi * 330 * moments) * 8000).astype(np.int16).tobytes()
        yield TTSAudioRawFrame(sound, RATE, 1, context_id=context_id)


async def main() -> None:
    params = LiveKitParams(audio_in_enabled=True, audio_out_enabled=True)
    transport = LiveKitTransport(URL, TOKEN, ROOM, params)
    ears, mind = Ears(), Mind()
    worker = PipelineWorker(Pipeline([transport.input(), ears, mind, Voice(), transport.output()]))

    @worker.rtvi.event_handler("on_client_ready")
    async def on_client_ready(rtvi) -> None:
        print("client-ready", flush=True)
        if not greeted:
            greeted.append(True)
            await mind.say(GREETING)

    @transport.event_handler("on_app_message")
    async def on_app_message(_, message, sender) -> None:
        print(message.get("type"), flush=True)
        if message.get("type") == "user_text_message":
            await worker.rtvi.interrupt_bot()
            await worker.flush_pipeline()  # as its own handler of typed text does: else the answer overtakes
            await ears.hear([message["data"]["text"]])
        elif message.get("type") == "interrupt-bot":
            await worker.rtvi.interrupt_bot()

    @transport.event_handler("on_connected")
    async def on_connected(_) -> None:
        print("joined", flush=True)

    @transport.event_handler("on_participant_disconnected")
    async def on_participant_disconnected(*_) -> None:
        print("alone", flush=True)
        await worker.cancel()

    greeted = []
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    await runner.run()


asyncio.run(main())
