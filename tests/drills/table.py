"""The table of drills: what happens, what is promised then, and how it is played. `make drills` plays them all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.drills import (
    canaries,
    clocks,
    crashes,
    ends,
    hearing,
    kill_points,
    offline,
    outages,
    partings,
    pictures,
    questions,
    refusals,
    stops,
    storage,
    vendor_faults,
    voices,
)
from tests.drills.scene import DrillScene

ALL = "every service"


@dataclass(frozen=True)
class Drill:
    """One row. services: with which it is played, by name: "livekit" for what does not depend on the service, or ALL.

    fast: part of the ordinary tests too. needs: "network" (of its own), "network TCP" (media may come over TCP too).
    """

    name: str
    happening: str
    promise: str
    play: Callable[[DrillScene], Awaitable[None]]
    services: str = "livekit"
    fast: bool = False
    needs: str = ""


V = vendor_faults
K_PROMISE = "session stopped within 3 s where its id had arrived, else by the vendor's timer; attract within 5 s"
DRILLS = (
    # -------------------------------------------------------- the kiosk dies
    Drill("killed in attract", "kill -9 of the kiosk", "attract within 5 s", crashes.killed_in_attract),
    Drill("killed in a visit", "kill -9 of the kiosk while a visitor talks", "session stopped within 3 s by the "
          "parent, attract within 5 s, another kiosk's session untouched", crashes.killed_in_a_visit, ALL, fast=True),
    Drill("killed twice", "a second kill -9 in the next visit", "the same again: no pause before the stop",
          crashes.killed_twice),
    Drill("next visitor is quick", "a new visit begins while the dead run's stop still fails", "only the dead run's "
          "session is stopped", crashes.next_visitor_is_quick),
    Drill("out of memory", "the kiosk finds no more memory", "lives on, or attract within 5 s and session stopped "
          "within 3 s", crashes.out_of_memory),
    # -------------------------------------------------------- it hangs
    Drill("process stands still", "SIGSTOP of the kiosk in a visit", "attract within 20 s, session stopped",
          crashes.stopped_process),
    Drill("loop hangs", "the event loop stands still in a visit", "health says so after 5 s, stacks are written, "
          "attract within 20 s", crashes.loop_hangs),
    Drill("interpreter is held", "a native call keeps the interpreter to itself", "stacks are written, attract within "
          "20 s", crashes.interpreter_is_held),
    Drill("hangs alone", "the loop of a kiosk without a parent stands still", "it ends itself with its stacks",
          crashes.hangs_alone),
    Drill("library panics", "the media library panics and sends SIGTERM", "code 70, counted as a fault; session "
          "stopped within 3 s, attract within 5 s", crashes.library_panics),
    Drill("five faults", "four faults in a row, and a fifth in a visit", "attract within 5 s four times, then safe "
          "mode within 5 s, session stopped within 3 s, a quiet screen, status alive, no visits", crashes.five_faults),
    # -------------------------------------------------------- the parent
    Drill("parent killed", "kill -9 of the parent in a visit", "the kiosk ends properly within 5 s, session stopped, "
          "no process left", crashes.parent_killed),
    Drill("parent stands still", "SIGSTOP of the parent in a visit, then kill -9", "nobody vouches for it, visits go "
          "on; then the kiosk ends properly within 5 s, session stopped, no process left", crashes.parent_stands_still),
    Drill("power cut", "both are gone at once; started again later", "exactly the journal's session is stopped, within "
          "3 s of attract", crashes.power_cut, ALL),
    Drill("two starts", "a second start on one state directory", "one line and exit code 1; the first goes on",
          crashes.two_starts),
    Drill("service manager", "systemd listens", "READY with the first picture, WATCHDOG only while the picture moves",
          crashes.manager_is_told),
    # -------------------------------------------------------- ends
    Drill("SIGTERM in attract", "SIGTERM", "exit 0 within 5 s", ends.sigterm_in_attract),
    Drill("SIGTERM in a visit", "SIGTERM while a visitor talks", "session stopped within 5 s, exit 0, nobody left",
          ends.sigterm_in_a_visit, ALL, fast=True),
    Drill("SIGINT in waiting", "Ctrl-C while a visitor waits", "exit 0, nothing taken", ends.sigint_in_waiting),
    Drill("log-off", "SIGHUP to the parent in a visit", "session stopped, exit 0", ends.log_off),
    Drill("system goes down", "SIGTERM to every process at once", "session stopped, exit 0, nobody left",
          ends.system_goes_down),
    Drill("display goes", "the X server ends in a visit, then SIGTERM", "session stopped within 3 s, nobody left",
          ends.display_goes),
    Drill("staff exit", "staff panel: leave, in a visit", "session stopped, exit 30", ends.staff_exit),
    Drill("staff reboot", "staff panel: restart the computer", "session stopped, the system is asked, exit 10",
          ends.staff_reboot),
    Drill("staff shut down", "staff panel: switch off", "session stopped, the system is asked, exit 20",
          ends.staff_shut_down),
    Drill("reboot refused", "the system refuses to restart", "session stopped, attract again", ends.reboot_refused),
    Drill("staff restart", "staff panel: restart the program", "session stopped, attract again, no fault counted",
          ends.staff_restart),
    # -------------------------------------------------------- the service: before the visit
    Drill("refusals", "the create call is answered with each refusal of the vendor's file", "the right screen and "
          "reason, no session left, back by itself", refusals.refusals, ALL),
    Drill("full, then freed", "every slot is taken; another kiosk's visitor leaves", "please wait, then live within 5 "
          "s", refusals.full_then_freed, ALL),
    Drill("create unanswered", "the create call is swallowed", "an apology, attract, the next visitor is served",
          refusals.no_answer, ALL),
    Drill("create answered late", "the visitor leaves, then the create call succeeds", "attract at once, the session "
          "stopped", refusals.late_answer, ALL, fast=True),
    Drill("create answer lost", "cut after the service made the session", "stopped by its name, else by the service's "
          "own timer; another kiosk's untouched", refusals.answer_lost, ALL),
    Drill("create answer lost, own key", "the same where no other kiosk uses the key", "found by comparing, and "
          "stopped", refusals.orphan_of_a_sole_key, "aistudios"),
    Drill("no avatar", "nobody or no picture comes, it is never ready, the room refuses; H.264 only", "the right "
          "screen and reason, sessions stopped; H.264 is seen", refusals.no_avatar, ALL),
    # -------------------------------------------------------- the service: in and after the visit
    Drill("service ends it", "the service ends the session while a visitor talks", "farewell with its reason, "
          "attract or not available", V.service_ends, ALL),
    Drill("media faults", "picture stands still or changes its size, voice dead, avatar leaves, its name is taken",
          "noticed, and the visit ends where nothing helps, without another session", V.media_faults, ALL),
    Drill("key revoked", "in the middle of a visit", "not available with its reason; mended within 60 s of the key "
          "being good again, every session stopped", V.key_is_revoked, ALL),
    Drill("bad stops", "the stop call is answered with anything at all", "attract at once, kept and tried again until "
          "confirmed, staff see it", stops.bad_stops, ALL),
    Drill("bad stops of its own", "what this service may answer to a stop; stops that were taken and not confirmed",
          "the same", stops.own_stops, ALL),
    Drill("bad stop over a restart", "the stop fails until the program is started again", "kept, visible, then stopped",
          stops.bad_stop_over_a_restart, ALL, fast=True),
    # -------------------------------------------------------- the visitor's voice, with real sound
    Drill("avatar is deaf", "it takes no notice of what a visitor says", "the hint within 6 s, one fresh join, the old "
          "session stopped before it, staff told; then the hint alone", hearing.avatar_is_deaf),
    Drill("muted by the server", "the media server lets nothing of the microphone through", "the same, and then heard",
          hearing.muted_by_the_server),
    Drill("microphone unplugged", "its cable is pulled in a visit, and put back", "the hint within 5 s, the visit goes "
          "on, heard again", hearing.microphone_unplugged),
    Drill("avatar is mute", "it says that it speaks, and nothing comes", "noticed within 4 s, one fresh join, the old "
          "session stopped before it, then heard from the speaker", hearing.avatar_is_mute),
    Drill("visitor talks on", "4 s of every 8, for two and a half minutes; his words come in the agent's name", "never "
          "asked whether he is there, never ended", voices.visitor_talks_on),
    Drill("deaf avatar prompts", "it hears nothing and speaks by itself every 15 s while a visitor talks", "one fresh "
          "join within 60 s, never ended", voices.deaf_avatar_prompts),
    Drill("music beside the voice", "the agent plays music of unknown source, with and without a worker", "the voice "
          "is heard from the speaker, and a silent visitor's visit ends in time", voices.music_beside_the_voice),
    # -------------------------------------------------------- question and answer, and who says goodbye
    Drill("avatar answers nobody", "its model fails, for three visitors in a row", "One moment within 14 s, a fresh "
          "join within 27 s, the end within 45 s; then not available, attract after 60 s",
          questions.avatar_answers_nobody),
    Drill("thinks for long", "90 s, then an answer", "nobody is asked whether he is still there",
          questions.thinks_for_long),
    Drill("end is not told", "no turn is ever said to be complete", "time runs on within 3 s of the voice",
          questions.end_is_not_told, "convai"),
    Drill("visitor says goodbye", "in two languages, and is still here by words, a key, a touch", "Goodbye within 5 s, "
          "for 6 s; the conversation goes on, or ends", partings.visitor_says_goodbye),
    Drill("avatar says goodbye", "it calls the tool in the middle of its last words", "heard to the end, farewell "
          "within 2.5 s of them", partings.avatar_says_goodbye, "tavus"),
    # -------------------------------------------------------- its picture
    Drill("second picture", "the picture dies without being taken back, and another one comes", "it moves again within "
          "5 s, in the same session", pictures.second_picture),
    Drill("black picture", "it is black for ever", "the drawn character within 5 s, and it answers",
          pictures.black_picture),
    # -------------------------------------------------------- kill -9 at every step
    Drill("killed as it starts", "kill -9 after the row, when the answer comes, after the id is written", K_PROMISE,
          kill_points.killed_as_it_starts, ALL),
    Drill("killed in create", "kill -9 while the create call is under way, and before it is heard", K_PROMISE,
          kill_points.killed_in_create, ALL),
    Drill("killed as it joins", "kill -9 while it joins, when it has joined, at the first picture", K_PROMISE,
          kill_points.killed_as_it_joins, ALL),
    Drill("killed as it ends", "kill -9 when goodbye is said, while it leaves, when it has left, after the confirmed "
          "stop", K_PROMISE, kill_points.killed_as_it_ends, ALL),
    Drill("killed in stop", "kill -9 while the stop call is under way", K_PROMISE, kill_points.killed_in_stop, ALL),
    # -------------------------------------------------------- storage
    Drill("disk full before", "no room for a row when somebody taps", "not available within 5 s, no session without a "
          "row, attract within 65 s of room", storage.full_before),
    Drill("disk full at start", "no room when the program starts", "not available within 10 s, attract within 65 s "
          "of room", storage.full_at_start),
    Drill("disk full in a visit", "it fills up while a visitor talks", "session stopped within 3 s, row struck out "
          "when there is room", storage.full_in_a_visit),
    Drill("read-only at start", "the state directory cannot be written at start", "not available within 10 s, a fresh "
          "start within 65 s of its mending", storage.read_only_at_start),
    Drill("disk fails in a visit", "the file system turns read-only", "the visit goes on, session stopped within 3 s "
          "of its end, then not available; ends within 6 s", storage.fails_in_a_visit),
    Drill("disk fails, then killed", "kill -9 after the file system turned read-only", "session stopped within 3 s, a "
          "screen within 5 s", storage.fails_and_killed),
    Drill("database is garbage", "at the start", "attract, put aside and kept, staff told", storage.garbage),
    Drill("database cut short", "half of it is gone at the start", "attract, put aside and kept, staff told",
          storage.cut_short),
    Drill("database partly damaged", "a page of it is garbage", "put aside; what its journal names is stopped",
          storage.partly_damaged),
    Drill("database of the future", "written by a newer version", "not available within 10 s, what it names is "
          "stopped, nothing of it changed, mends itself", storage.future_version),
    Drill("journal of an older version", "columns are missing", "put aside; what it names is stopped",
          storage.older_version),
    Drill("journal row damaged", "values of the wrong kind", "told, and its session stopped by its name; where the "
          "service knows no names, kept", storage.row_damaged, ALL),
    Drill("journal of other services", "one not set up, one unknown", "kept, staff told, visits as ever",
          storage.another_vendors),
    Drill("database deleted", "while the program runs, in attract and in a visit", "no session without a row, stopped "
          "as ever", storage.deleted_under_way),
    # -------------------------------------------------------- clock and settings
    Drill("clock jumps in attract", "6 hours ahead, then 6 behind", "attract, visits as ever", clocks.jumps_in_attract),
    Drill("clock jumps in a visit", "6 hours ahead, then 6 behind", "the visit's time runs as ever",
          clocks.jumps_in_a_visit, fast=True),
    Drill("clock ahead while a stop fails", "6 hours ahead", "tried again until confirmed",
          clocks.ahead_while_a_stop_fails),
    Drill("clock behind while a stop fails", "6 hours behind", "tried again until confirmed",
          clocks.behind_while_a_stop_fails),
    Drill("clock wrong after a power cut", "6 hours ahead or behind at the next start", "the journal's session is "
          "tried until confirmed", clocks.wrong_after_a_power_cut),
    Drill("settings break", "a mistake in the file while it runs, then staff restart", "it runs on; then not "
          "available, and attract within 5 s of the mending", clocks.settings_break),
    Drill("settings break, then killed", "the key is gone from the file when the kiosk dies", "its row is kept, and "
          "stopped within 5 s of the mending", clocks.settings_break_and_killed),
    Drill("settings are no TOML", "while it runs, then kill -9", "it runs on; a screen within 5 s, attract within 5 s "
          "of the mending", clocks.settings_no_toml),
    # -------------------------------------------------------- the network, before a visit and after it
    Drill("starts offline", "no network when the computer starts", "attract within 10 s, then a visit when it is there",
          offline.starts_offline, needs="network"),
    Drill("cable out before", "a tap while packets vanish", "offline screen within 12 s, attract within 20 s of the "
          "network's return, no session asked for", offline.cable_out_before, needs="network"),
    Drill("Wi-Fi gone before", "a tap while there is no way out", "offline screen within 10 s, attract within 20 s of "
          "its return", offline.wifi_gone_before, needs="network"),
    Drill("names gone", "a tap while no name can be found", "offline screen within 20 s, attract within 20 s of its "
          "return", offline.names_gone, needs="network"),
    Drill("portal before", "a tap while a captive portal answers", "an apology within 10 s, no session, a visit when "
          "it is gone", offline.portal_before, needs="network"),
    Drill("cable out after", "the stop call's packets vanish", "attract 2.5 s after goodbye, staff told, stopped after "
          "the network's return, struck out only then", offline.cable_out_after, needs="network"),
    Drill("Wi-Fi gone after", "no way out for the stop call", "the same", offline.wifi_gone_after, needs="network"),
    Drill("portal after", "a captive portal answers the stop call with its page", "the same", offline.portal_after,
          needs="network"),
    Drill("portal redirects after", "a captive portal answers the stop call with a redirect", "the same",
          offline.portal_redirects_after, needs="network"),
    Drill("next visitor is not blocked", "a tap while a stop call has not got out", "at most the wait screen, live "
          "within 20 s", offline.next_visitor_is_not_blocked, needs="network"),
    # -------------------------------------------------------- the network, in a visit
    Drill("media away 3 s", "media packets vanish for 3 s", "the visit goes on, picture within 7 s",
          outages.media_away_3, needs="network"),
    Drill("media away 10 s", "for 10 s", "noticed within 6.5 s, the visit goes on, picture within 7 s",
          outages.media_away_10, "livekit convai", needs="network"),
    Drill("media away 60 s", "for a minute", "farewell (network) within 18 s, session stopped", outages.media_away_60,
          needs="network"),
    Drill("cables away 10 s", "all packets vanish for 10 s", "noticed within 6.5 s, the visit goes on",
          outages.cables_away_10, needs="network"),
    Drill("cables away 60 s", "for a minute", "farewell (network) within 18 s, staff told, stopped after the return",
          outages.cables_away_60, "livekit convai aistudios", needs="network"),
    Drill("Wi-Fi away 3 s", "no way out for 3 s", "the visit goes on", outages.wifi_away_3, needs="network"),
    Drill("Wi-Fi away 10 s", "for 10 s", "noticed within 6.5 s, the visit goes on", outages.wifi_away_10,
          "livekit convai aistudios", needs="network"),
    Drill("Wi-Fi away 60 s", "for a minute", "farewell (network) within 18 s, staff told, stopped after the return",
          outages.wifi_away_60, needs="network"),
    Drill("signals away 25 s", "only the signals' packets vanish, media flow on", "the visit goes on within its time",
          outages.signals_away_25, needs="network"),
    Drill("joins again", "the media server dies and is back after 20 s", "one fresh join within the visit's time, "
          "never two sessions at once", outages.joins_again, "livekit convai aistudios"),
    Drill("media server frozen", "SIGSTOP of the media server for a minute", "farewell (network) within 18 s, session "
          "stopped, then visits as ever", outages.server_frozen, "livekit convai"),
    Drill("media server killed", "kill -9 of the media server, which stays away", "farewell (network) within 30 s, "
          "session stopped; an apology to the next", outages.server_killed),
    Drill("UDP blocked", "a firewall lets no datagram through", "an apology within 40 s, no slot kept",
          outages.udp_blocked, needs="network"),
    Drill("media over TCP", "the same, and the media server speaks TCP too", "a visit, picture within 10 s",
          outages.media_over_tcp, needs="network TCP"),
    # -------------------------------------------------------- secrets and people
    Drill("nothing is kept", "visits with words, stops and creates refused with the key in the refusal, SIGSEGV and "
          "SIGABRT", "no key, id, token or word in any log, file, page, title, name or command line; no core file",
          canaries.nothing_is_kept, ALL),
    Drill("key in the environment", "staff give the key by the environment; the kiosk is killed", "nowhere else",
          canaries.key_in_the_environment, ALL),
)  # fmt: skip
