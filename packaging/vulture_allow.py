"""Names that look unused to `make check`, each group with who uses them. Read by vulture, never run."""

from typing import Any

_: Any = None

# Called by name, in a process of its own: self-test and check.
_.media_library
_.daily_library
_.fonts
_.shaders
_.screen_findings
_.awake_findings
_.library_version

# Read by libraries: logging, numpy, sqlite3.
_.raiseExceptions
_.detail
_.writeable
_.text_factory

# Read by the benchmarks: the age of a picture.
_.time_s

# Read by iterating over the fields: a theme's colours.
_.ink2
_.ink3
_.paper2
_.lamp_ink
_.sea
_.coral

# Settings that are read and checked, and have no effect yet: app/settings/not_yet.py.
_.redis_url
_.slots
_.daily_minutes
_.monthly_minutes
_.credits_per_minute
_.budget
_.mqtt
_.HttpUrl

# Read by name, into the body of a call.
_.conversational_context
_.custom_greeting

# Words that a service may use, and what its adapter may tell.
_.TROUBLE
_.max_sessions
_.tells_nothing_came
_.vendor_code
_.trace_id
_.send_data
_.track_sid

# What tests, benches and the staff's look at a theme ask.
_.known_art
_.known_icons
_.placeholders
_.weak_pairs
_.metrics
_.breathes
_.gaze
