"""Names that look unused to `make check`: read by Python or a library, or called by name. Never executed."""

from typing import Any

_: Any = None

# Called by name, in a process of its own: self-test and check.
_.media_library
_.daily_library
_.fonts
_.shaders
_.screen_findings
_.awake_findings

# Read by logging, numpy and sqlite3.
_.raiseExceptions
_.writeable
_.text_factory

# Read by dataclasses.fields: a theme's colours.
_.ink2
_.ink3
_.paper2
_.lamp
_.lamp_ink
_.sea
_.coral

# Read only by pydantic: settings that have no effect yet, listed in app/settings/not_yet.py.
_.redis_url
_.daily_minutes
_.monthly_minutes
_.mqtt
_.use_max_session_numbers
