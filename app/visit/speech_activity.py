"""Who speaks and what the microphone does, from sound levels and the service's word; the indicator shows it."""

from __future__ import annotations

from collections.abc import Callable

from app.audio.base import DeviceState, Microphone, SpeakerOut
from app.screens import MicrophoneState, Speaker, Talk, TalkMode, Trouble
from app.visit.silent_turns import SilentTurns
from app.visit.timers import THINKING_S

AUDIBLE = 0.02  # loudness of the avatar's voice, 0 to 1, that a person notices
HANGOVER_S = 0.6  # a pause between two sentences is not the end of the speech
SILENT_FLAG_S = 10.0  # "speaking" by the service's word counts so long without a sound
DEAF_S = 6.0  # a microphone that delivers nothing for so long is a trouble
LOUD = 0.35  # level of the room, 0 to 1, in which hands-free does not work
LOUD_FOR_S = 5.0


class SpeechActivity:
    """Watches the devices of one visit. `look` is called several times a second with the loop's clock, seconds.

    Attributes:
        mode: How the visitor talks; noise may change it to push-to-talk.
        visitor_muted: The visitor switched the microphone off.
        visitor_by_service: The service says that the visitor speaks.
        muted_by_us: Nobody answers: the avatar does not talk to an empty room.
        trouble: What the visitor should know about the microphone, or None.
        silent_turns: Turns of the avatar from which no sound came.
    """

    def __init__(self, speaker: SpeakerOut, microphone: Microphone | None, mode: TalkMode) -> None:
        self.mode = mode
        self.visitor_muted = False
        self.visitor_by_service = False
        self.muted_by_us = False
        self.trouble: Trouble | None = None
        self.silent_turns = SilentTurns()
        self._speaker = speaker
        self._microphone = microphone
        self._talks = False  # push-to-talk is down
        self._says = self._thinks = False
        self._says_at = self._thinks_at = 0.0
        self._says_since: float | None = None  # by the clock of `look`, which may be called later than `avatar_says`
        self._now = 0.0
        self._heard_at = -1e9
        self._silenced = False  # interrupted on this side, until the avatar pauses
        self._past = 0  # number of the last piece of voice that belongs to an earlier turn
        self._opened_at: float | None = None
        self._loud_since: float | None = None

    # ------------------------------------------------------------ input

    def avatar_says(self, active: bool) -> None:
        """The service's word on whether the avatar speaks."""
        if active and not self._says:
            self._says_since = None
        if active:
            self.silent_turns.begin()
        elif self._says:
            self.silent_turns.end()
        self._says = active
        self._thinks = self._thinks and not active
        self._says_at = self._now
        if not active:
            self._forget_turn()

    def avatar_thinks(self, active: bool) -> None:
        """The service's word on whether the avatar thinks."""
        if active and not self._thinks:
            self._thinks_at = self._now
        self._thinks = active

    def talk_button(self, down: bool) -> None:
        """The push-to-talk button. Where it was offered because of noise, the visit goes on with it."""
        if self.mode is TalkMode.HANDS_FREE and down:
            self.mode = TalkMode.PUSH_TO_TALK
        self._talks = down

    def interrupt(self) -> None:
        """Silence the avatar on this side at once, whatever the service does about it."""
        self._speaker.flush()
        self._silenced = True
        self.silent_turns.excuse()
        self._forget_turn()

    def begin_turn(self, clock: Callable[[], float]) -> Callable[[], float | None]:
        """Begin a turn of the avatar.

        Args:
            clock: Seconds, rising.

        Returns:
            A function that returns how many seconds of the turn have been played, or None: nothing was heard yet. It
            may be called from any thread.
        """
        past, speaker, began_at = self._past, self._speaker, list[float]()

        def heard_s() -> float | None:
            if not began_at:
                heard = speaker.heard()
                if heard is None or heard.number <= past:
                    return None
                began_at.append(clock() - heard.for_s)
            return clock() - began_at[0]

        return heard_s

    def _forget_turn(self) -> None:
        heard = self._speaker.heard()
        if heard is not None:
            self._past = heard.number

    # ------------------------------------------------------------ output

    @property
    def avatar_is_heard(self) -> bool:
        """Whether the avatar's voice comes out of the speaker, pauses between sentences included."""
        return self._now - self._heard_at < HANGOVER_S

    @property
    def avatar_speaks(self) -> bool:
        """Whether it speaks, by sound or by the service's word that is not too old."""
        by_word = self._says and self._now - max(self._says_at, self._heard_at) < SILENT_FLAG_S
        return by_word or self.avatar_is_heard

    @property
    def avatar_is_thinking(self) -> bool:
        """Whether it works on an answer, by the service's word that is not too old."""
        return self._thinks and self._now - self._thinks_at < THINKING_S

    @property
    def avatar_is_busy(self) -> bool:
        """Whether it speaks or thinks."""
        return self.avatar_speaks or self.avatar_is_thinking

    @property
    def silent_s(self) -> float:
        """For how many seconds the service has said that the avatar speaks while no voice arrives; 0: no fault."""
        if not self._says or self._says_since is None or self._silenced or self._speaker.pending_s() > 0:
            return 0.0
        return self._now - max(self._says_since, self._heard_at)

    @property
    def visitor_is_heard_here(self) -> bool:
        """Whether our own detection hears the visitor."""
        microphone = self._microphone
        return (
            microphone is not None and microphone.enabled and microphone.state is DeviceState.ON and microphone.speaking
        )

    @property
    def visitor_speaks(self) -> bool:
        """Whether the visitor's voice is heard, here or at the service."""
        return self.visitor_is_heard_here or self.visitor_by_service

    @property
    def who_speaks(self) -> Speaker | None:
        """Who is heard; the avatar first, because the visitor's voice may only be its echo."""
        if self.avatar_is_heard:
            return Speaker.AVATAR
        return Speaker.VISITOR if self.visitor_speaks else None

    @property
    def talk(self) -> Talk:
        """Where the conversation stands."""
        if self.avatar_is_heard:
            return Talk.SPEAKING
        if self.visitor_speaks:
            return Talk.HEARING
        if self.avatar_is_thinking:
            return Talk.THINKING
        return Talk.LISTENING

    @property
    def microphone(self) -> MicrophoneState:
        """What the microphone really does."""
        if self._microphone is None or self._microphone.state is DeviceState.MISSING:
            return MicrophoneState.MISSING
        if self.visitor_muted:
            return MicrophoneState.MUTED
        return MicrophoneState.OPEN if self._microphone.enabled else MicrophoneState.HELD_OFF

    # ------------------------------------------------------------ devices

    def look(self, now: float) -> None:
        """Look at the devices and set them as the mode wants."""
        self._now = now
        if self._opened_at is None:
            self._opened_at = now
        if self._says and self._says_since is None:
            self._says_since = now
        if self._speaker.level >= AUDIBLE:
            self._heard_at = now
        elif self._silenced and not self.avatar_is_heard:
            self._silenced = False
        sound = self.avatar_is_heard or self._speaker.pending_s() > 0
        self.silent_turns.look(now, sound=sound, visitor=self.visitor_speaks)
        self._speaker.muted = self.muted_by_us or self._silenced
        if self._microphone is not None:
            self._microphone.enabled = self._is_open()
        self._find_trouble(now)

    def _is_open(self) -> bool:
        if self.visitor_muted:
            return False
        if self.mode is TalkMode.PUSH_TO_TALK:
            return self._talks
        if self.mode is TalkMode.HALF_DUPLEX:
            return not self.avatar_is_heard
        return True

    def _find_trouble(self, now: float) -> None:
        self.trouble = None
        microphone = self._microphone
        if microphone is None or self.visitor_muted:
            return
        is_deaf = microphone.enabled and not microphone.heard_anything and now - (self._opened_at or now) >= DEAF_S
        if microphone.state is DeviceState.MISSING or is_deaf:
            self.trouble = Trouble.CANNOT_HEAR
        elif self.mode is TalkMode.HANDS_FREE:
            if microphone.noise < LOUD:
                self._loud_since = None
            elif self._loud_since is None:
                self._loud_since = now
            elif now - self._loud_since >= LOUD_FOR_S:
                self.trouble = Trouble.LOUD
