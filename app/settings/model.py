"""The whole settings model: one class a table, every default as the kiosk ships."""

from __future__ import annotations

import datetime
import re
import socket
from typing import Annotated, Literal, Self, TypeVar
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from app.screens import TalkMode
from app.settings.pin import is_hash
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
    Part,
    is_language,
    is_loopback,
    split_listen,
    url_fault,
)

S = TypeVar("S", bound=VendorSettings)


class Table(BaseModel):
    """A table of the settings file: unknown keys are mistakes, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _host_name() -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", socket.gethostname(), flags=re.ASCII).strip("-")[:64] or "kiosk"


class KioskSettings(Table):
    """Who and where this kiosk is. `language` is the first language, `languages` those offered."""

    id: Identifier = Field(default_factory=_host_name)
    language: Language = "en"
    languages: list[Language] = ["en"]
    place: str = "Science Hall"
    help: str = "the information desk"

    @model_validator(mode="before")
    @classmethod
    def _offer_the_first_language(cls, given: object) -> object:
        # One that is none is told of once, where it stands.
        if isinstance(given, dict) and "languages" not in given and is_language(given.get("language")):
            return {**given, "languages": [given["language"]]}
        return given

    @model_validator(mode="after")
    def _languages_hold_the_first(self) -> Self:
        if self.language not in self.languages:
            raise KeyFault("languages", f'lacks the first language, allowed: a list that holds "{self.language}"')
        return self


class VisitSettings(Table):
    """One visit. Everything in seconds, but for `max_extensions`."""

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
    farewell_s: DurationOrZero = 3.0
    touch_guard_s: DurationOrZero = 1.5


class WaitingSettings(Table):
    """Waiting for a free slot, seconds."""

    poll_s: Duration = 4.0
    backoff_max_s: Duration = 15.0
    keep_place_s: Duration = 60.0
    claim_s: Duration = 20.0
    cap_s: Duration = 300.0


def _redis_url(text: str) -> str:
    if text and (fault := url_fault(text, ("redis", "rediss"))):
        raise ValueError(fault)
    return text


def _mqtt_url(text: str) -> str:
    if text and (fault := url_fault(text, ("mqtt", "mqtts"))):
        raise ValueError(fault)
    return text


class LineSettings(Table):
    """Several kiosks on one account. redis_url "": no line. slots 0: learn from refusals."""

    redis_url: Annotated[str, AfterValidator(_redis_url)] = ""
    account: str = ""
    slots: Count = 0


class BudgetSettings(Table):
    """What may be spent; 0: no limit."""

    daily_minutes: Amount = 0.0
    monthly_minutes: Amount = 0.0
    credits: Amount = 0.0
    credits_per_minute: Duration = 0.2


class AudioSettings(Table):
    """Sound. Device names; "": the system's default."""

    input: str = ""
    output: str = ""
    mode: TalkMode = TalkMode.HANDS_FREE
    echo_cancellation: bool = True
    volume: Part = 0.8


class LookSettings(Table):
    """What the screen looks like. theme: a folder."""

    theme: str = ""
    questions: list[str] = []
    captions: bool = True


def _timezone(name: str) -> str:
    if name:
        try:
            ZoneInfo(name)
        except (LookupError, ValueError, OSError):
            raise ValueError('unknown time zone, allowed: an IANA name such as "Europe/Vienna", or ""') from None
    return name


Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class HoursSettings(Table):
    """Opening hours; an empty week is always open. timezone "": the system's. restart "": never at night."""

    timezone: Annotated[str, AfterValidator(_timezone)] = ""
    week: dict[Day, list[OpenRange]] = {}
    closed: list[datetime.date] = []
    restart: OptionalClockTime = "04:45"


def _hash_or_empty(pin: SecretStr) -> SecretStr:
    if pin.get_secret_value() and not is_hash(pin.get_secret_value()):
        raise ValueError('not a hashed PIN, allowed: the hash that "avatar-kiosk setup" makes, never the PIN itself')
    return pin


class StaffSettings(Table):
    """The staff panel. pin: a scrypt hash made by `setup`; "": the panel stays shut."""

    pin: Annotated[SecretStr, AfterValidator(_hash_or_empty)] = SecretStr("")


def _listen(text: str) -> str:
    if text:
        split_listen(text)
    return text


class StatusSettings(Table):
    """Status over HTTP; listen "": off."""

    listen: Annotated[str, AfterValidator(_listen)] = ""
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
    """Where the kiosk tells its state; "": nowhere."""

    url: Annotated[str, AfterValidator(_mqtt_url)] = ""


class ServiceSettings(Table):
    """Which avatar service serves the visitors, and the settings of every service by name."""

    vendor: str = "demo"
    tables: dict[str, VendorSettings] = {}

    def table(self, name: str, model: type[S]) -> S:
        """Return the settings of the service `name`, whose model is `model`; its defaults where the file has none."""
        found = self.tables.get(name)
        return found if isinstance(found, model) else model()


class Settings(Table):
    """Everything that can be set. Built by `load.load`, or from nothing: the defaults, which are the demo."""

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
