"""A guide built with livekit-agents, as an operator would build one; ears, mind and voice are offline stand-ins.

Runs in the environment of livekit-agents. The server's address and keys come from LiveKit's own environment variables,
the manners from the JSON in the first argument:

    greeting    said at the beginning
    hears       what the visitor says aloud, word by word, after 4 s of microphone
    fails       each request to the model fails
    mute        in the first room the session is shut down after the greeting, and the agent stays
    avatar      an avatar worker publishes picture and voice
    delete_room whether the tool "end_call" deletes the room, or the agent only leaves

"Tell me everything." is answered at length, "Goodbye." with the tool "end_call", anything else with "You asked: ...".
"""

import asyncio
import json
import os
import sys
from collections import deque

import numpy as np
from livekit import api, rtc
from livekit.agents import (
    Agent,
    AgentServer,
    AgentSession,
    APIConnectOptions,
    APIStatusError,
    JobContext,
    JobExecutorType,
    get_job_context,
    llm,
    stt,
    tts,
    utils,
)
from livekit.agents.beta.tools import EndCallTool
from livekit.agents.voice.avatar import (
    AudioSegmentEnd,
    AvatarOptions,
    AvatarRunner,
    AvatarSession,
    DataStreamAudioOutput,
    DataStreamAudioReceiver,
    VideoGenerator,
)

MANNERS = {"greeting": "", "hears": "", "fails": False, "mute": False, "avatar": False, "delete_room": True}
MANNERS |= json.loads(sys.argv[1])
WORKER = "bey-avatar-agent"
RATE = 24_000
WIDTH, HEIGHT, FPS = 640, 360, 25
WORD_S = 0.25
LONG = "It is a long story. " * 20


class Mind(llm.LLM):
    """Answers by rule."""

    def chat(self, *, chat_ctx, tools=None, conn_options=None, **_):
        return Thought(self, chat_ctx=chat_ctx, tools=tools or [], conn_options=conn_options or APIConnectOptions())


class Thought(llm.LLMStream):
    """One answer, a word at a time."""

    async def _run(self) -> None:
        if MANNERS["fails"]:
            raise APIStatusError("the model is out of order", status_code=400)
        last = self._chat_ctx.items[-1]
        if last.type == "message" and last.text_content == "Goodbye.":
            call = llm.FunctionToolCall(name="end_call", arguments="{}", call_id=utils.shortuuid())
            self._event_ch.send_nowait(
                llm.ChatChunk(id="1", delta=llm.ChoiceDelta(role="assistant", tool_calls=[call]))
            )
            return
        for word in answer(last).split(" "):
            self._event_ch.send_nowait(
                llm.ChatChunk(id="1", delta=llm.ChoiceDelta(role="assistant", content=word + " "))
            )
            await asyncio.sleep(0.02)


def answer(last) -> str:
    if last.type != "message":
        return "It was nice to meet you."  # after the tool
    return LONG if last.text_content == "Tell me everything." else f"You asked: {last.text_content}"


class Voice(tts.TTS):
    """A tone for each word."""

    def __init__(self) -> None:
        super().__init__(capabilities=tts.TTSCapabilities(streaming=False), sample_rate=RATE, num_channels=1)

    def synthesize(self, text, *, conn_options=None):
        return Tone(tts=self, input_text=text, conn_options=conn_options or APIConnectOptions())


class Tone(tts.ChunkedStream):
    """The tones of one sentence."""

    async def _run(self, output_emitter) -> None:
        output_emitter.initialize(request_id=utils.shortuuid(), sample_rate=RATE, num_channels=1, mime_type="audio/pcm")
        moments = np.arange(int(RATE * WORD_S * len(self._input_text.split()))) / RATE
        output_emitter.push((np.sin(2 * np.pi * 330 * moments) * 8000).astype(np.int16).tobytes())
        output_emitter.flush()


class Ears(stt.STT):
    """Recognises the words that the manners name."""

    def __init__(self) -> None:
        super().__init__(capabilities=stt.STTCapabilities(streaming=True, interim_results=True))

    async def _recognize_impl(self, buffer, *, language, conn_options):
        raise NotImplementedError

    def stream(self, *, language=None, conn_options=None):
        return Hearing(stt=self, conn_options=conn_options or APIConnectOptions())


class Hearing(stt.RecognizeStream):
    """The microphone of one visitor."""

    async def _run(self) -> None:
        heard_s, said = 0.0, not MANNERS["hears"]
        async for frame in self._input_ch:
            heard_s += getattr(frame, "duration", 0.0)
            if heard_s > 4.0 and not said:
                said = True
                await self._say(MANNERS["hears"].split(" "))

    async def _say(self, words) -> None:
        kinds = stt.SpeechEventType
        self._event_ch.send_nowait(stt.SpeechEvent(type=kinds.START_OF_SPEECH))
        for count in range(1, len(words) + 1):
            data = [stt.SpeechData(language="en", text=" ".join(words[:count]))]
            kind = kinds.FINAL_TRANSCRIPT if count == len(words) else kinds.INTERIM_TRANSCRIPT
            self._event_ch.send_nowait(stt.SpeechEvent(type=kind, alternatives=data))
            await asyncio.sleep(WORD_S)
        self._event_ch.send_nowait(stt.SpeechEvent(type=kinds.END_OF_SPEECH))


class Picture(VideoGenerator):
    """A bar that wanders, and the agent's sound beside it."""

    def __init__(self) -> None:
        self._pieces = utils.audio.AudioByteStream(RATE, 1, RATE // FPS)
        self._sound = deque()

    async def push_audio(self, frame) -> None:
        if isinstance(frame, AudioSegmentEnd):
            self._sound.extend([*self._pieces.flush(), frame])
        else:
            self._sound.extend(self._pieces.push(frame.data))

    def clear_buffer(self) -> None:
        self._pieces.flush()
        self._sound.clear()

    async def __aiter__(self):
        number = 0
        while True:
            picture = np.full((HEIGHT, WIDTH, 4), 90, np.uint8)
            picture[:, number * 8 % WIDTH :][:, :40] = 255
            number += 1
            yield rtc.VideoFrame(WIDTH, HEIGHT, rtc.VideoBufferType.RGBA, picture.tobytes())
            if self._sound:
                yield self._sound.popleft()
            await asyncio.sleep(0)


class Face(AvatarSession):
    """An avatar provider: its worker joins the room on behalf of the agent."""

    avatar_identity = WORKER
    provider = "stand-in"

    async def start(self, agent_session, room) -> None:
        await super().start(agent_session, room)
        token = (
            api.AccessToken()
            .with_kind("agent")
            .with_identity(WORKER)
            .with_grants(api.VideoGrants(room_join=True, room=room.name))
            .with_attributes({"lk.publish_on_behalf": get_job_context().local_participant_identity})
        )
        self._place = rtc.Room()
        options = AvatarOptions(WIDTH, HEIGHT, FPS, RATE, 1)
        receiver = DataStreamAudioReceiver(self._place)
        self._runner = AvatarRunner(self._place, audio_recv=receiver, video_gen=Picture(), options=options)
        await self._place.connect(os.environ["LIVEKIT_URL"], token.to_jwt())
        self._starting = asyncio.create_task(self._runner.start())  # it waits for the agent, which joins later
        agent_session.output.replace_audio_tail(
            DataStreamAudioOutput(
                room, destination_identity=WORKER, sample_rate=RATE, wait_remote_track=rtc.TrackKind.KIND_VIDEO
            )
        )

    async def aclose(self) -> None:
        await super().aclose()
        await self._runner.aclose()
        await self._place.disconnect()


rooms = []
server = AgentServer(job_executor_type=JobExecutorType.THREAD, host="127.0.0.1", port=0, load_fnc=lambda: 0.0)

server.on("worker_registered", lambda *_: print("registered", flush=True))


@server.rtc_session()
async def guide(ctx: JobContext) -> None:
    session = AgentSession(
        stt=Ears(), llm=Mind(), tts=Voice(), vad=None, turn_handling={"turn_detection": "stt"},
        tools=[EndCallTool(delete_room=MANNERS["delete_room"])],
    )  # fmt: skip
    session.on("close", lambda event: print("closed", event.reason.value, flush=True))
    if MANNERS["avatar"]:
        face = Face()
        await face.start(session, ctx.room)
    await session.start(Agent(instructions="You are the guide of a museum."), room=ctx.room)
    print("started", flush=True)
    rooms.append(ctx.room.name)
    if MANNERS["greeting"]:
        await session.say(MANNERS["greeting"])
    if MANNERS["mute"] and len(rooms) == 1:
        session.shutdown()


asyncio.run(server.run(devmode=True))
