"""What is shown of the avatar's text: words, numbers and addresses; no markup, also while it grows."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.visit.markup import HELD, words_only


@pytest.mark.parametrize(
    ("text", "words"),
    [
        # tags for the voice
        ('Hello. <break time="1s"/> Come in.', "Hello. Come in."),
        ('Hello.<break time="1s"/>Come in.', "Hello. Come in."),
        ("Wait<break time=1s />, please.", "Wait, please."),
        (r"Wait <break time=\"1s\"/> here", "Wait here"),
        ("<speak>Some <emphasis level='strong'>super</emphasis>nova</speak>", "Some supernova"),
        ('<mstts:express-as style="calm">Hush</mstts:express-as>', "Hush"),
        ('<lk.expression value="warm"/>Hi <lk.expression>', "Hi"),
        ("<p>One.</p><p>Two.</p>", "One. Two."),
        ("One<br>two", "One two"),
        ("<!-- smiles --> Yes", "Yes"),
        ('<?xml version="1.0"?>Yes', "Yes"),
        ("Yes <!-- smi", "Yes"),
        # stage directions
        ("[warmly] Hello [laughs softly], you!", "Hello, you!"),
        ("Hello[pause]you", "Hello you"),
        ("[short pause 2s] [pause: 500 ms] [[slnc 200]] Go", "Go"),
        ("Bonjour [souriant] !", "Bonjour !"),
        ("- [ ] milk\n- [x] bread", "milk bread"),
        # Markdown
        ("It is **very** *old*, __really__ _old_, ***so*** old.", "It is very old, really old, so old."),
        ("Run `make` or ``x``; ~~no~~ yes", "Run make or x; no yes"),
        ("```python\nprint\n```", "print"),
        ("## Opening hours\n\n---\n- one\n* two\n+ three\n• four\n> five\n-", "Opening hours one two three four five"),
        ("a **bold *and light* text**", "a bold and light text"),
        ("[The map](https://m.org/a_(b) \"Map\") and ![a whale](w.png).", "The map and a whale."),
        ("Look![here](x.html)", "Look!here"),
        ("It is open ([m.org](https://m.org/?a=b)).", "It is open (m.org)."),
        ("So they say [[1]](https://m.org).", "So they say [1]."),
        ("<https://m.org/a> <a@b.org> <www.m.org>", "https://m.org/a a@b.org www.m.org"),
        # emojis, entities
        ("Great :tada: work :+1:!", "Great work!"),
        ("Great 😀! 1️⃣ ⭐ 👩‍🚀 ✓", "Great! 1 ✓"),
        ("Tom &amp; Jerry&nbsp;&#39;44", "Tom & Jerry '44"),
        ("&lt;b&gt;bold&lt;/b&gt;", "bold"),
        # other scripts
        ("[بحرارة] **أهلا** وسهلا <break time='1s'/>، تفضل :smile:", "أهلا وسهلا، تفضل"),
        ("[温柔地] **你好**", "你好"),
        # cut off by an interruption
        ("I really **lo", "I really lo"),
        ("I *really", "I really"),
        ("I _really", "I really"),
        ("I <break tim", "I"),
        ('I <break time="1', "I"),
        ("I </emph", "I"),
        ("I **", "I"),
        ("See [the map](https://m.o", "See the map"),
        ("See [the map](https://m.org/a_(b", "See the map"),
    ],
)  # fmt: skip
def test_markup_is_not_shown(text: str, words: str) -> None:
    assert words_only(text) == words
    assert words_only(words) == words


@pytest.mark.parametrize(
    "text",
    [
        "5 < 7 and 8 > 6, x<y, a <b and c> d", "I <3 it", "2*3*4 = 24, a*b, 2**3, 5 * 6", "a 5* hotel",
        "Besucher*innen", "dial *31# now", "[1] and [12:30] and [€ 5] and [see m.org/x]", "file_name, __ and _ or so",
        "l`eau", "~5 €, - 5 °C",
        "https://m.org/_next/a_b_?q=*&a[1] www.m.org/_a_", "R&B, AT&T", "at 10:30:00 or 9:5", "C# and #1", "Hello :)",
        "12,50 € (reduced: 8 $)", "- 10:00 tour", "> 18", "+49 30 1234", "[", "[not closed", "a ] b", "1) one",
        "Ratio 3:2:1", "note:this:too", "a **** hotel", "...", "Wow ♪", "« Oui »", "[https://m.org]",
    ],
)  # fmt: skip
def test_what_may_be_information_stays(text: str) -> None:
    assert words_only(text) == text


GROWING = (
    'Hello <break time="1s"/> and **welcome**, [warmly] see [the *map*](https://m.org/a_b) :smile: or '
    "<emphasis level='strong'>call</emphasis> _me_ at `12:30` &amp; pay 5 €. <https://m.org> "
    "[[1]](https://m.org/1) Bye."
)


def test_a_growing_text_never_shows_a_piece_of_markup() -> None:
    whole = words_only(GROWING)
    assert whole == ("Hello and welcome, see the map or call me at 12:30 & pay 5 €. https://m.org [1] Bye.")
    for end in range(len(GROWING) + 1):
        shown = words_only(GROWING[:end], grows=True)
        assert whole.startswith(shown.rstrip(" ,.")), (GROWING[:end], shown)


def test_a_bracket_that_turns_out_to_be_text_is_shown() -> None:
    text = f"Now [{'so ' * 30}"
    held = [end for end in range(5, len(text)) if words_only(text[:end], grows=True) == "Now"]
    assert held[-1] <= 5 + HELD + 2
    assert words_only("Now [so", grows=True) == "Now" and words_only("Now [so") == "Now [so"


@pytest.mark.parametrize("text", ["5 <", "Hello :", "R&", "5*", "see [", "Hi!", "a <b and"])
def test_an_end_that_may_become_markup_comes_with_the_next_character_or_the_end(text: str) -> None:
    assert words_only(text) == text
    assert words_only(f"{text} 7 more", grows=True) == f"{text} 7 more" or text == "see ["


@pytest.mark.parametrize("grows", [False, True])
def test_markup_inside_of_markup_costs_a_bounded_time(grows: bool) -> None:
    assert words_only(f"&{'amp;' * 3}lt;b&gt;", grows=grows) == ""
    assert words_only(f"Hello &{'amp;' * 40} you", grows=grows).startswith("Hello &amp;")
    assert words_only(f"Hello {'<' * 40}", grows=grows).startswith("Hello")


# ---------------------------------------------------------------- whatever comes

PIECES = st.lists(
    st.sampled_from(
        [
            "<break/>", "</b>", "<b>", "<", ">", "[", "]", "](", ")", "(", "**", "*", "_", "__", "~~", "`", "```", ":",
            ":smile:", "!", "&amp;", "&", "lt;", "#", "- ", "\n", " ", " ", "word", "5", "€", "https://m.org", "😀",
            "\ufe0f", '="', '"', "warmly", "ما", "|", "-->", "<!--", "\\", "\b", "\x00", "\u064f", "www.",
        ]
    ),
    max_size=25,
).map("".join)  # fmt: skip
WORDS = st.lists(
    st.one_of(
        st.from_regex(r"[A-Za-zäöüéçأ-ي]{1,12}[.,;!?]?", fullmatch=True),
        st.from_regex(r"[0-9]{1,4}([.,:][0-9]{2})?( ?[€$%°])?", fullmatch=True),
        st.sampled_from(["https://museum.org/a_b?c=d#e", "www.museum.org", "a@museum.org", "(sic)", "l'eau", "10-18"]),
    ),
    min_size=1,
    max_size=30,
).map(" ".join)
FORMS = ["{}", "**{}**", "*{}*", "`{}`", "<b>{}</b>", "[{}](https://m.org)", "[warmly] {}", '{} <break time="1s"/>']
MARKED = st.tuples(st.sampled_from(FORMS), st.from_regex(r"[A-Za-z]{2,9}", fullmatch=True))


@given(st.one_of(PIECES, st.text()), st.booleans())
@example("<" * 4000, True)
@example("[" * 4000, False)
@example("[a](" * 1000, False)
@example('<a b="' * 600, True)
@example("<!--" * 1000, True)
def test_nothing_raises_and_nothing_grows(text: str, grows: bool) -> None:
    shown = words_only(text, grows=grows)
    assert len(shown) <= len(text) and shown == " ".join(shown.split())


@given(PIECES)
def test_a_final_text_does_not_change_when_it_is_cleaned_again(text: str) -> None:
    assert words_only(words_only(text)) == words_only(text)


@given(WORDS, st.booleans())
def test_plain_words_survive(text: str, grows: bool) -> None:
    assert words_only(text, grows=grows) == text


@given(st.lists(MARKED, min_size=1, max_size=12))
def test_words_inside_markup_survive_and_pieces_of_it_never_show(said: list[tuple[str, str]]) -> None:
    text = " ".join(form.format(word) for form, word in said)
    assert words_only(text) == " ".join(word for _, word in said)
    for end in range(len(text)):
        assert not set(words_only(text[:end], grows=True)) & set("<>[]()*`/:")
