"""The conversation in every state, as literals: for pictures to look at and for the test that measures them."""

from __future__ import annotations

from dataclasses import replace

from app.screens import CaptionLine, Live, MicrophoneState, Speaker, Talk, TalkMode, Trouble, WhyNot

WORDS = {
    "en": (
        "How old is the Moon?",
        "About four and a half billion years. That is almost as old as the Earth itself!",
        "Hello! I know a lot about planets and stars. What would you like to know?",
    ),
    "de": (
        "Wie alt ist der Mond?",
        "Etwa viereinhalb Milliarden Jahre. Damit ist er beinahe so alt wie die Erde selbst!",
        "Hallo! Ich weiß viel über Planeten und Sterne. Was möchten Sie wissen?",
    ),
    "ar": (
        "كم عمر القمر؟",
        "نحو أربعة مليارات ونصف مليار سنة، أي ما يقارب عمر الأرض نفسها!",
        "مرحبًا! أعرف الكثير عن الكواكب والنجوم. ماذا تودّ أن تعرف؟",
    ),
}
LONG = (
    "The Moon was born when a body as large as Mars struck the young Earth. What was thrown out came together "
    "within a few months, and the young Moon stood fifteen times nearer than it does today. Since then it has moved "
    "away from us, a little less than four centimetres every year, which we measure with light and with mirrors that "
    "were left there by the first visitors."
)


def caption(speaker: Speaker, text: str, segment: str = "1") -> CaptionLine:
    """One finished segment."""
    return CaptionLine(speaker, segment, text, final=True)


PAIR = (caption(Speaker.VISITOR, "How old is the Moon?"), caption(Speaker.AVATAR, "Very old.", "2"))


def live_screens(language: str = "en") -> dict[str, Live]:
    """Return every state by name, with captions in this language."""
    question, answer, hello = WORDS[language]
    pair = (caption(Speaker.VISITOR, question), caption(Speaker.AVATAR, answer, "2"))
    talk = Live(captions=pair, show_questions=False, can_interrupt=True)
    speaking = replace(talk, talk=Talk.SPEAKING)
    return {
        "first": Live(greeting=True, captions=(caption(Speaker.AVATAR, hello),)),
        "silent": Live(greeting=True),
        "talk": talk,
        "questions": replace(talk, show_questions=True),
        "hearing": replace(talk, captions=pair[::-1], talk=Talk.HEARING),
        "thinking": replace(talk, captions=pair[:1], talk=Talk.THINKING),
        "speaking": speaking,
        "long": replace(speaking, captions=(pair[0], caption(Speaker.AVATAR, LONG, "2"))),
        "time": replace(talk, remaining_s=48, may_extend=True),
        "time-questions": replace(talk, remaining_s=48, may_extend=True, show_questions=True),
        "countdown": replace(speaking, remaining_s=14, urgent=True, why_not=WhyNot.SOMEONE_WAITS),
        "limit": replace(speaking, remaining_s=35, why_not=WhyNot.LIMIT),
        "cannot-hear": replace(talk, trouble=Trouble.CANNOT_HEAR, show_questions=True),
        "loud": replace(talk, trouble=Trouble.LOUD, microphone=MicrophoneState.HELD_OFF),
        "stall": replace(talk, trouble=Trouble.STALLED),
        "hold": replace(
            talk, mode=TalkMode.PUSH_TO_TALK, microphone=MicrophoneState.HELD_OFF, remaining_s=48, may_extend=True
        ),
        "holding": replace(talk, mode=TalkMode.PUSH_TO_TALK),
        "half-duplex": replace(speaking, mode=TalkMode.HALF_DUPLEX, microphone=MicrophoneState.HELD_OFF),
        "muted": replace(talk, microphone=MicrophoneState.MUTED),
        "missing": replace(talk, microphone=MicrophoneState.MISSING),
        "typed-only": replace(talk, mode=TalkMode.TEXT, microphone=MicrophoneState.MISSING, show_questions=True),
        "no-typing": replace(talk, can_type=False),
    }


SHEETS = ("settings", "typed", "typed-by-keys")
