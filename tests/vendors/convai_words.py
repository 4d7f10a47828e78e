"""The visitor's words as Convai tells them."""

from __future__ import annotations

from tests.vendors.convai_face import Tell


def transcribe(how: str, question: str, tell: Tell) -> None:
    """Tell what the visitor said.

    Args:
        how: As in `BotScript.transcripts`.
        question: What the visitor said or typed.
        tell: Sends a message.
    """
    if how == "blank":
        tell("user-transcription", text="  ", final=True)
        tell("final-user-transcription", "B", text="[BLANK_AUDIO]")
    elif how == "interim":
        tell("user-transcription", text=question, final=False)
    elif how == "vad":
        tell("vad-stt-started", "B", timestamp="t", pre_roll_ms=300)
        tell("vad-stt-stopped", "B", reason="silence", audio_duration_ms=None)
        tell("final-user-transcription", "B", text=question)
    else:
        tell("user-transcription", text=question, user_id="u", timestamp="t", final=True)
        for _ in range(2 if how == "twice" else 1):
            tell("final-user-transcription", "B", text=question)
