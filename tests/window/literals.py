"""Every screen that the window can show, as a literal: for pictures to look at and for the test that measures them."""

from __future__ import annotations

from datetime import datetime

from app.screens import (
    Ask,
    Attract,
    Closed,
    Connecting,
    EndReason,
    Farewell,
    Notice,
    Preferences,
    Screen,
    StillThere,
    TalkMode,
    TextSize,
    Unavailable,
    UnavailableReason,
    Waiting,
    WaitReason,
)
from app.settings.not_yet import languages
from app.window.screens.base import Site

NOW = datetime(2026, 11, 24, 22, 0)  # a Tuesday
WEEK = (
    (),
    *((("10:00", "18:00"),),) * 4,
    (("10:00", "13:00"), ("14:00", "20:00")),
    (("10:00", "20:00"),),
)
LANGUAGES = languages()
SITE = Site(
    place="Science Hall",
    help="the information desk",
    languages=("en", "de", "fr", "es", "ar"),
)
QUIET: dict[str, Screen] = {
    "attract": Attract(),
    "notice": Notice(),
    "notice-typed": Notice(mode=TalkMode.TEXT),
    "notice-local": Notice(local=True),
    "waiting-first": Waiting(),
    "waiting": Waiting(waited_s=72),
    "waiting-trouble": Waiting(waited_s=200, reason=WaitReason.TROUBLE),
    "waiting-place": Waiting(waited_s=72, place=2, bound_s=170),
    "waiting-next": Waiting(waited_s=9, place=1),
    "waiting-many": Waiting(waited_s=9, place=12, bound_s=1500),
    "waiting-keep": Waiting(waited_s=60, asks=Ask.KEEP_PLACE, asks_left_s=14),
    "waiting-claim": Waiting(waited_s=90, asks=Ask.CLAIM, asks_left_s=17),
    "connecting": Connecting(),
    "connecting-slow": Connecting(slow=True),
    "connecting-late": Connecting(slow=True, late=True),
    "still-there": StillThere(seconds=14),
    "still-there-goodbye": StillThere(seconds=4, of_s=6, goodbye=True),
    **{f"farewell-{reason.value.replace('_', '-')}": Farewell(reason) for reason in EndReason},
    "farewell-said": Farewell(EndReason.AVATAR_LEFT, said=True),
    **{f"unavailable-{reason.value.replace('_', '-')}": Unavailable(reason) for reason in UnavailableReason},
    "unavailable-staff": Unavailable(UnavailableReason.CONFIG, staff_hint=True),
    "closed": Closed(datetime(2026, 11, 25, 10, 0), WEEK),
    "closed-later": Closed(None, ((),) * 7),
    "closed-monday": Closed(datetime(2026, 11, 28, 10, 0), ((("10:00", "18:00"),),) * 7),
}
SIZES = ((1080, 1920), (1920, 1080), (1280, 720), (540, 960), (800, 480), (800, 1280), (1280, 1024), (3840, 2160))
WISHES = {
    "": Preferences(),
    "large": Preferences(text_size=TextSize.LARGE),
    "largest": Preferences(text_size=TextSize.LARGEST),
    "contrast": Preferences(high_contrast=True),
}
