"""The settings model: one class for each table, with the defaults of docs/contract.md 2.1."""

from __future__ import annotations

import datetime
import re
import socket
from typing import Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from app.screens import TalkMode
from app.settings.service import VendorSettings
from app.settings.types import (
    Amount,
    Count,
    Duration,
    DurationOrZero,
    Identifier,
    KeyFault,
    Language,
    OpenRange,
    OptionalClockTime,
    OptionalListenAddress,
    OptionalMqttUrl,
    OptionalPinHash,
    OptionalRedisUrl,
    OptionalTimeZone,
    Part,
    is_language,
    is_loopback,
    split_listen,
)

S = TypeVar("S", bound=VendorSettings)


class Table(BaseModel):
    """A table of the settings file: unknown keys are mistakes, values cannot change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _host_name() -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", socket.gethostname(), flags=re.ASCII).strip("-")[:64] or "kiosk"


class KioskSettings(Table):
    """Name, languages and place of this kiosk.

    Attributes:
        id: Name of this kiosk; the host name where it is not set.
        language: Code of the first language.
        languages: Codes of the languages offered; it must hold the first one.
        place: Name of the place, shown to visitors and sent to nobody.
        help: Where visitors find a person.
    """

    id: Identifier = Field(default_factory=_host_name)
    language: Language = "en"
    languages: list[Language] = ["en"]
    place: str = "Science Hall"
    help: str = "the information desk"

    @model_validator(mode="before")
    @classmethod
    def _offer_the_first_language(cls, given: object) -> object:
        # A first language that is no code is reported for its own key only.
        if isinstance(given, dict) and "languages" not in given and is_language(given.get("language")):
            return {**given, "languages": [given["language"]]}
        return given

    @model_validator(mode="after")
    def _languages_hold_the_first(self) -> Self:
        if self.language not in self.languages:
            raise KeyFault("languages", f'lacks the first language, allowed: a list that holds "{self.language}"')
        return self


class VisitSettings(Table):
    """One visit. All times in seconds.

    Attributes:
        notice: How the privacy notice is accepted: "screen": on a screen of its own; "tap": by the tap that starts.
        idle_s: Time without activity until *Are you still there?*.
        idle_warning_s: Time to answer that question before the visit ends.
        hard_limit_s: Longest conversation without extensions.
        chip_s: The remaining time is shown from this much before the limit.
        countdown_s: Length of the countdown before the limit.
        wrap_up_s: The avatar is asked to close this much before the limit, where the service can; 0: never.
        grace_s: Time after the limit in which a sentence may finish.
        extension_s: Time that one extension adds.
        max_extensions: How many extensions a visit can have.
        create_timeout_s: For the service's answer; a session that comes later is released.
        connect_timeout_s: For joining the room after it; the library reports blocked media after 15 s.
        avatar_timeout_s: From the join until somebody appears in the room, and from then until the avatar is ready. At
            the default a service that is known to need another time gets that (`Capabilities.appear_s`).
        first_frame_timeout_s: From a picture track to its first picture.
        stall_notice_s: Time without a new picture, or without the expected voice, until the visitor is told.
        stall_end_s: The same until the room is joined a second time, or the visit ends.
        spoken_goodbye: A visitor who says nothing but a farewell ends the visit, after a moment to object.
        farewell_s: Length of the farewell screen.
        touch_guard_s: Time after a visit in which the first screen takes no start, by touch or key.
    """

    notice: Literal["screen", "tap"] = "screen"
    idle_s: Duration = 45.0
    idle_warning_s: Duration = 20.0
    hard_limit_s: Duration = 300.0
    chip_s: Duration = 60.0
    countdown_s: Duration = 20.0
    wrap_up_s: DurationOrZero = 15.0
    grace_s: DurationOrZero = 5.0
    extension_s: Duration = 120.0
    max_extensions: Count = 10
    create_timeout_s: Duration = 30.0
    connect_timeout_s: Duration = 16.0
    avatar_timeout_s: Duration = 25.0
    first_frame_timeout_s: Duration = 10.0
    stall_notice_s: Duration = 5.0
    stall_end_s: Duration = 15.0
    spoken_goodbye: bool = True
    farewell_s: DurationOrZero = 3.0
    touch_guard_s: DurationOrZero = 1.5


class WaitingSettings(Table):
    """Waiting for a free slot. All times in seconds.

    Attributes:
        poll_s: Between two questions to the service, +/- 20 % jitter; `Retry-After` has priority.
        backoff_max_s: Longest pause between two questions; the pause grows after five refusals in a row.
        keep_place_s: Waiting time after which the visitor is asked *Keep my place?*.
        claim_s: First idle time after more than 30 s of waiting.
        cap_s: Longest waiting time.
    """

    poll_s: Duration = 4.0
    backoff_max_s: Duration = 15.0
    keep_place_s: Duration = 60.0
    claim_s: Duration = 20.0
    cap_s: Duration = 300.0


class LineSettings(Table):
    """Several kiosks on one account.

    Attributes:
        redis_url: Address of the Redis server; "": the kiosks do not share a line.
        account: Kiosks with the same name share the slots; set without redis_url: one extension for each visit at most.
        slots: Sessions that the plan allows at a time; 0: learn from refusals.
    """

    redis_url: OptionalRedisUrl = ""
    account: str = ""
    slots: Count = 0


class BudgetSettings(Table):
    """What may be spent; 0: no limit.

    Attributes:
        daily_minutes: Minutes of sessions in a day.
        monthly_minutes: Minutes of sessions in a month.
        credits: Credits that were bought, for services that sell credits; a warning comes at 80 %.
        credits_per_minute: What a minute of a session costs.
    """

    daily_minutes: Amount = 0.0
    monthly_minutes: Amount = 0.0
    credits: Amount = 0.0
    credits_per_minute: Duration = 0.2


class AudioSettings(Table):
    """Sound.

    Attributes:
        input: Name of the microphone; "": the system's default.
        output: Name of the speaker; "": the system's default.
        mode: How visitors talk.
        echo_cancellation: Remove the avatar's voice from the microphone's signal.
        volume: 0 to 1, reset for each visit.
    """

    input: str = ""
    output: str = ""
    mode: TalkMode = TalkMode.HANDS_FREE
    echo_cancellation: bool = True
    volume: Part = 0.8


class LookSettings(Table):
    """What the screen looks like.

    Attributes:
        theme: Folder with logo, pictures or clips, colours; relative to the settings file; "": the built-in look.
        questions: Suggested questions; empty: three neutral ones.
        captions: Captions are on when a visit begins.
    """

    theme: str = ""
    questions: list[str] = []
    captions: bool = True


Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class HoursSettings(Table):
    """Opening hours.

    Attributes:
        timezone: IANA name; "": the system's.
        week: Opening times by day; empty: always open.
        closed: Days on which the kiosk stays closed.
        restart: Time of the nightly restart, which waits for the attract screen; "": none.
    """

    timezone: OptionalTimeZone = ""
    week: dict[Day, list[OpenRange]] = {}
    closed: list[datetime.date] = []
    restart: OptionalClockTime = "04:45"


class StaffSettings(Table):
    """The staff panel.

    Attributes:
        pin: A scrypt hash made by `setup`; "": the panel cannot be opened.
    """

    pin: OptionalPinHash = SecretStr("")


class StatusSettings(Table):
    """Status over HTTP.

    Attributes:
        listen: Address to listen on, "HOST:PORT"; "": off.
        token: Secret that a client must send; required unless the address is loopback.
    """

    listen: OptionalListenAddress = ""
    token: SecretStr = SecretStr("")

    @model_validator(mode="after")
    def _token_where_others_can_ask(self) -> Self:
        if self.listen and not self.token.get_secret_value() and not is_loopback(split_listen(self.listen)[0]):
            raise KeyFault(
                "token",
                "required where others can reach the address, allowed: any text, or a loopback address in listen",
            )
        return self


class MqttSettings(Table):
    """Messages about the kiosk's state.

    Attributes:
        url: Address of the MQTT broker; "": off.
    """

    url: OptionalMqttUrl = ""


class ServiceSettings(Table):
    """The avatar services.

    Attributes:
        vendor: Name of the service that serves the visitors.
        tables: Settings of every service, by name.
    """

    vendor: str = "demo"
    tables: dict[str, VendorSettings] = {}

    def table(self, name: str, model: type[S]) -> S:
        """Return the settings of the service `name`, whose model is `model`; the defaults where the file has none."""
        found = self.tables.get(name)
        return found if isinstance(found, model) else model()


class Settings(Table):
    """All settings. Built by `load.load`; without arguments it has the defaults, which are the demo."""

    kiosk: KioskSettings = Field(default_factory=KioskSettings)
    service: ServiceSettings = ServiceSettings()
    visit: VisitSettings = VisitSettings()
    waiting: WaitingSettings = WaitingSettings()
    line: LineSettings = LineSettings()
    budget: BudgetSettings = BudgetSettings()
    audio: AudioSettings = AudioSettings()
    look: LookSettings = LookSettings()
    hours: HoursSettings = HoursSettings()
    staff: StaffSettings = StaffSettings()
    status: StatusSettings = StatusSettings()
    mqtt: MqttSettings = MqttSettings()
