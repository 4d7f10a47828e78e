"""Options of the emulated Tavus."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class TavusKnobs:
    """Options for what is not known of Tavus, or has changed.

    Attributes:
        full: Status of the concurrency refusal.
        error_key: Key of the text in a refusal.
        names: Which names the create call reads: "both" sets, the "older" or the "newer" one; others count as absent.
        newer_words: Refusals use the newer names (face, PAL).
        second_end: Status of the answer when an ended conversation is ended.
        reached: Shutdown reasons end in " reached".
        reason_key: Key of the shutdown reason.
        in_room: The shutdown is also sent in the room.
        room_end: How the room ends then, see `HostedRoom.close`.
        replica_stays: The replica does not leave at the end.
        replica_first: The replica leaves a moment before the room ends.
        plan_max_s: Longer requests are cut down silently.
        default_face: The persona brings a replica.
        lingers: A conversation continues although everybody left.
        ends_late_s: Seconds for which an ended conversation is still shown as active.
        absent_s: Seconds that it waits for somebody to join; None: as requested.
        test_mode: It knows the test mode.
        join_error: Error of the library at the join; "" for success.
        app_message: What becomes of messages over HTTP: "taken", "undelivered" (502), "unknown" (504, not delivered) or
            "delivered unknown" (504).
        gone_status: Status of the answer to a message over HTTP when the room is gone.
    """

    full: int = 400
    error_key: str = "error"
    names: str = "both"
    newer_words: bool = False
    second_end: int = 200
    reached: bool = True
    reason_key: str = "shutdown_reason"
    in_room: bool = True
    room_end: str = "left"
    replica_stays: bool = False
    replica_first: bool = False
    plan_max_s: float = 3600.0
    default_face: bool = True
    lingers: bool = False
    ends_late_s: float = 0.0
    absent_s: float | None = None
    test_mode: bool = True
    join_error: str = ""
    app_message: str = "taken"
    gone_status: int = 400
