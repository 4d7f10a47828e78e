"""Notes for staff: no trouble hides another one, and each stays until it is mended, or seen where nothing mends it."""

from __future__ import annotations

import threading

from app.vitals import StaffNote, StaffNotes, Vitals


def keys(notes: StaffNotes) -> list[str]:
    return [note.key for note in notes]


def test_two_troubles_are_both_kept_and_the_mended_one_goes():
    notes = StaffNotes()
    notes.report("service", "The key was revoked.")
    notes.report("journal", "The disk is full.")
    assert notes.texts() == ("The key was revoked.", "The disk is full.")
    notes.mended("service")
    assert list(notes) == [StaffNote("journal", "The disk is full.")]
    notes.mended("service")  # mended already
    assert keys(notes) == ["journal"]


def test_the_same_trouble_in_newer_words_keeps_its_place():
    notes = StaffNotes()
    notes.report("service", "402")
    notes.report("journal", "full")
    notes.report("service", "401")
    assert notes.texts() == ("401", "full")


def test_an_open_trouble_stays_when_it_was_seen_and_what_is_past_goes():
    notes = StaffNotes()
    notes.report("service", "The key was revoked.")
    notes.report("early end", "It ended 200 s before its time.", is_past=True)
    notes.seen(notes)
    assert keys(notes) == ["service"]


def test_what_was_not_shown_is_not_seen():
    notes = StaffNotes()
    notes.report("unheard", "A visitor was not heard.", is_past=True)
    shown = tuple(notes)
    notes.report("unheard", "A visitor was not heard.", is_past=True)  # once more, since it was shown
    notes.report("early end", "It ended too soon.", is_past=True)
    notes.seen(shown)
    assert keys(notes) == ["unheard", "early end"]


def test_troubles_in_the_same_words_are_read_once_and_kept_apart():
    notes = StaffNotes()
    notes.report("session 1", "The disk is full.")
    notes.report("session 2", "The disk is full.")
    assert notes.texts() == ("The disk is full.",)
    notes.mended("session 1")
    assert notes.texts() == ("The disk is full.",)
    notes.mended("session 2")
    assert notes.texts() == ()


def test_a_fresh_start_keeps_only_what_nobody_would_report_again():
    notes = StaffNotes()
    notes.report("service", "The key was revoked.")
    notes.report("database", "The file was damaged.", is_past=True)
    notes.start_over()
    assert keys(notes) == ["database"]


def test_no_report_is_lost_between_threads():
    notes = Vitals().staff_notes

    def report(name: str) -> None:
        for number in range(200):
            notes.report(f"{name} {number}", "text")
            notes.mended(f"{name} {number - 1}")

    threads = [threading.Thread(target=report, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(keys(notes)) == ["a 199", "b 199", "c 199", "d 199"]
