"""The avatar of a LiveKit room: takes the tracks that it has now, and reports when it is really gone."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from livekit import rtc

from app.aio import TaskSet
from app.audio.base import SpeakerOut
from app.picture import Picture
from app.rooms.base import Choice, FirstFrame, Participant, RoomEvent
from app.rooms.livekit import pictures
from app.rooms.livekit.pictures import PictureTracks
from app.rooms.livekit.tracks import pump_voice
from app.rooms.presence import Presence, RoomTimes, TrackState

log = logging.getLogger(__name__)

_MICROPHONE = rtc.TrackSource.SOURCE_MICROPHONE
# Why a participant is gone who does not come back. Where the room itself ends, it says so at once.
_ON_PURPOSE = frozenset({rtc.DisconnectReason.CLIENT_INITIATED, rtc.DisconnectReason.PARTICIPANT_REMOVED})


@dataclass(slots=True)
class _Voice:
    """The sound track that is taken now.

    Attributes:
        publication: None: the avatar has none.
        track: None: nothing is taken.
        pump: The task that carries it.
    """

    publication: rtc.RemoteTrackPublication | None = None
    track: rtc.RemoteTrack | None = None
    pump: asyncio.Task[None] | None = None

    def track_state(self) -> TrackState:
        """Return its state now."""
        if self.track is None or self.publication is None:
            return TrackState()
        return TrackState(exists=True, delivers=not self.publication.muted, codec=self.publication.mime_type)


def _log_failure(name: str, error: BaseException) -> None:
    # The SDK fails an assertion when a track goes before its stream was made; an event reports that as well.
    level = logging.INFO if isinstance(error, AssertionError) else logging.WARNING
    log.log(level, "a media flow failed", extra={"task": name, "error": type(error).__name__})


def participants_of(participants: Mapping[str, rtc.RemoteParticipant]) -> tuple[Participant, ...]:
    """Return the SDK's participants as ours."""
    return tuple(_participant(participant) for participant in participants.values())


def _participant(participant: rtc.RemoteParticipant) -> Participant:
    sources = {publication.source for publication in _sounds(participant)}
    return Participant(
        identity=participant.identity,
        is_agent=participant.kind == rtc.ParticipantKind.PARTICIPANT_KIND_AGENT,
        attributes=dict(participant.attributes),
        has_video=bool(pictures.publications(participant)),
        has_audio=_MICROPHONE in sources,
        has_sound=bool(sources - {_MICROPHONE}),
    )


class LiveKitAvatar:
    """The avatar's tracks in one room.

    Args:
        picture: Where frames go.
        speaker: Where the voice goes; None: nowhere.
        times: How long to wait before a loss is reported.
        tell: Receives AvatarVideo, AvatarAudio, FirstFrame, AvatarLeft and AvatarGone.
    """

    def __init__(
        self, picture: Picture, speaker: SpeakerOut | None, times: RoomTimes, tell: Callable[[RoomEvent], None]
    ) -> None:
        self._speaker = speaker
        self._tell = tell
        self._presence = Presence(times, tell)
        self._pumps = TaskSet(_log_failure)
        self._video = PictureTracks(picture, times.still_s, self._pumps, self._on_frame)
        self._audio = _Voice()
        self._members: set[str] = set()  # identities of those whose tracks were taken
        self._seen_frame = False

    @property
    def is_seen(self) -> bool:
        """Whether a frame of it has come."""
        return self._seen_frame

    def follow(self, participants: Mapping[str, rtc.RemoteParticipant], choice: Choice) -> None:
        """Take the tracks of the chosen participants as they are now. Cheap when nothing changed."""
        self._members |= {identity for identity in (choice.video, choice.audio) if identity is not None}
        self._video.follow(participants.get(choice.video or ""))
        self._take_voice(participants.get(choice.audio or ""))
        self._presence.see(self._video.track_state(), self._audio.track_state())

    def goes(self, participant: rtc.RemoteParticipant, review: Callable[[], None]) -> None:
        """Note that a participant left. One on purpose does not come back, and whoever it published for is gone too.

        Args:
            participant: As it was.
            review: Follows the participants who are still there.
        """
        was_gone = self._presence.is_gone
        review()
        is_avatar = participant.identity in self._members or not was_gone
        if is_avatar and participant.disconnect_reason in _ON_PURPOSE:
            self._presence.left()

    def repairing(self, under_way: bool) -> None:
        """Note that the library began (True) or ended (False) to repair the connection."""
        self._presence.repairing(under_way)

    def stop(self) -> None:
        """Stop taking the tracks; nothing is reported any more. `stopped` waits for it."""
        self._presence.stop()
        self._video.stop()
        self._drop_voice()

    async def stopped(self, most_s: float) -> None:
        """Wait until the tasks have ended, `most_s` seconds at most."""
        await self._pumps.settled(most_s)

    def _take_voice(self, participant: rtc.RemoteParticipant | None) -> None:
        publication = _voice(participant) if participant is not None else None
        track = publication.track if publication is not None else None
        self._audio.publication = publication
        if track is self._audio.track:
            return
        self._drop_voice()
        self._audio.publication, self._audio.track = publication, track
        if isinstance(track, rtc.RemoteAudioTrack) and self._speaker is not None:
            self._audio.pump = self._pumps.start(pump_voice(track, self._speaker), "room-voice")

    def _drop_voice(self) -> None:
        if self._audio.pump is not None:
            self._audio.pump.cancel()
        self._audio = _Voice()

    def _on_frame(self) -> None:
        if not self._seen_frame:
            self._seen_frame = True
            self._tell(FirstFrame())


def _sounds(participant: rtc.RemoteParticipant) -> list[rtc.RemoteTrackPublication]:
    return [p for p in participant.track_publications.values() if p.kind == rtc.TrackKind.KIND_AUDIO]


def _voice(participant: rtc.RemoteParticipant) -> rtc.RemoteTrackPublication | None:
    """Return its microphone; the one other sound where it has none (docs/vendors/livekit.md 4.1)."""
    sounds = _sounds(participant)
    found = [p for p in sounds if p.source == _MICROPHONE] or sounds
    # After a repair of its connection it publishes anew, while the dead track is still listed: the newest counts.
    return min(reversed(found), key=lambda p: (p.track is None, p.muted), default=None)
