"""What a scripted LiveKit agent does by itself (docs/vendors/livekit.md 8). Each default is what agents really do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.rigs.livekit_server import Kind
from tests.vendors.agent_media import AgentLook

MARKUP = '<break time="1s"/> [warmly] **You** asked: {} :smile: [See more](https://example.org)'


@dataclass(frozen=True)
class AgentScript:
    """What an agent does by itself.

    Attributes:
        identity: Its identity in the room.
        kind: Its kind of participant.
        worker: Identity of an avatar worker that publishes in its place; "" for none.
        worker_kind: The worker's kind of participant.
        worker_provider: The worker names it as the provider of its avatar; "": no such attribute.
        behalf: Identity that it claims to publish for, as a stranger may.
        join_after_s: Seconds until it joins.
        worker_after_s: Seconds until the worker joins.
        states: Values of its state attribute after the join, one after another; empty: no such attribute.
        look: The picture; None for no picture.
        has_voice: It publishes a voice.
        ambience: It plays a sound of unknown source in its own name, published "before" or "after" the voice; "": none.
        greeting: Said as soon as somebody is there.
        transcription: "plain", "json" or "" for none.
        segment_ids: False leaves the ids out.
        track_ids: False leaves out which track words were recognised from.
        visitor_as: In whose name the visitor's words are sent: "visitor", "agent" or "nobody".
        legacy: Also send the older event.
        mind: "answers"; "fails" (thinks and never answers; the fourth failure closes its session: it stays, mute); or
            "deaf" (hears and reads nothing, and prompts by itself every `prompts_s`).
        thinks_s: Seconds that it thinks before an answer.
        prompts_s: Seconds between two prompts of a deaf one.
        answer: What it answers; {}: the question. `MARKUP`: with markup for voices and chat windows.
        is_mute: It says that it speaks, without a sound.
        chat: "answer", "ignore", or "linked" (answers only the first participant).
        interrupt_method: Remote procedure that interrupts it.
        leaves_after_visitor: It leaves when the visitor has left.
    """

    identity: str = "agent-1"
    kind: Kind = "agent"
    worker: str = ""
    worker_kind: Kind = "agent"
    worker_provider: str = ""
    behalf: str = ""
    join_after_s: float = 0.0
    worker_after_s: float = 0.0
    states: Sequence[str] = ("initializing", "listening")
    look: AgentLook | None = field(default_factory=AgentLook)
    has_voice: bool = True
    ambience: str = ""
    greeting: str = ""
    transcription: str = "plain"
    segment_ids: bool = True
    track_ids: bool = True
    visitor_as: str = "visitor"
    legacy: bool = False
    mind: str = "answers"
    thinks_s: float = 0.0
    prompts_s: float = 10.0
    answer: str = "You asked: {}"
    is_mute: bool = False
    chat: str = "answer"
    interrupt_method: str = "interrupt"
    leaves_after_visitor: bool = True
