"""Removes from the avatar's text what is not spoken: tags for the voice, Markdown, names of emojis, pictographs.

Services pass on what a language model wrote for a voice, or for a chat window (docs/vendors/README.md 5.4). Kept is
whatever may be information: brackets with a number in them, addresses, times, prices, signs between numbers.
"""

from __future__ import annotations

import re
from html import unescape

HELD = 80  # characters of an unfinished bracket that are held back while a text grows; a longer one is text
_MOST_HELD = 500  # what is unfinished is looked for in so much of the end
_MOST_LAYERS = 5  # markup inside of markup

# Each alternative begins with a plain character, so that the search skips all others fast; what comes before is looked
# at behind it. Every repetition is bounded, possessive, or ends at a sign that begins it: any text costs linear time.
_NAME = r"(?:lk\.)?[A-Za-z][\w:-]{0,40}"
_VALUE = r"""(?:\\?"[^"<>]{0,200}"|'[^'<>]{0,200}'|[“”][^“”<>]{0,200}[“”]|[^\s"'“”<>=\\]{1,200})"""
_ATTRIBUTES = rf"(?:\s[\w:.-]{{1,40}}\s?=\s?{_VALUE}){{0,12}}"
# Kept as it is, whatever it holds.
_ADDRESS = r"""h(?P<web>ttps?://[^\s<>"`\[\]*]+)|w(?P<address>ww\.[^\s<>"`\[\]*]+)"""
_INLINE = re.compile(
    rf"""
      {_ADDRESS}
    | !(?<!\w!)\[(?P<picture>[^\[\]]{{0,200}})\]\([^()\s]{{0,400}}\)
    | \[(?P<label>[^\[\]]{{0,200}}+(?:\[[^\[\]]{{0,80}}\][^\[\]]{{0,200}}+)?+)\]
      \((?:[^()\s]++|\([^()\s]{{0,80}}\))*+(?:\([^()\s]{{0,80}}$|(?:\s["'][^"']{{0,100}}["']?)?(?:\)|$))
    | <(?P<direct>(?!lk\.)[^\s<>="'/]{{1,80}}[.@/][^\s<>="']{{1,200}})(?<!/)>  # an address
    | &(?P<entity>(?:amp|lt|gt|quot|apos|nbsp|\#39|\#34|\#160|\#x27);)
    | <(?P<tag>/?{_NAME}{_ATTRIBUTES}\s?/?>|!--[^<>]{{0,400}}(?:>|$)|[?!][A-Za-z][^<>]{{0,200}}>)
    | \[(?P<direction>
        \[?(?:[a-z]{{1,20}}\s)?(?:pause|break|wait|silence|slnc|beat|delay)\W{{0,3}}\d[\d.,]*+\s?(?:m?s|m?secs?|(?:milli)?seconds?)?\]{{1,2}}
      | (?![^\[\]]{{0,80}}?(?:\w[.@]\w|://))(?=[^\[\]]{{0,80}}?[^\W\d_])[^\[\]\d]{{1,{HELD}}}\](?!\()
      | \s?\](?!\()
      )
    | :(?P<emoji>(?<![\w:]:)(?:[a-z][a-z0-9_+-]{{1,40}}|[+-]1|100):(?![\w:]))""",
    re.VERBOSE,
)
_STRONG = re.compile(rf"{_ADDRESS}|\*\*+|~~+|``*")
# In pairs, or the first of a pair whose second has not come. "5* hotel", "Besucher*innen", "*31#", "a_b" stay.
_LIGHT = re.compile(
    rf"""
      {_ADDRESS}
    | \*(?<![\w*]\*)(?![\s*])(?:(?P<star>[^*]*[^\s*])\*(?![\w*])|(?=[^\W\d_]))
    | _(?<!\w_)(?P<more>_{{0,2}}+)(?!\s)(?:(?P<line>[^_]*[^\s_])_(?P=more)(?!\w)|(?=[^\W\d_]))""",
    re.VERBOSE,
)
# The fonts have no pictographs, and their names, read aloud, are nothing that was said. Signs such as a tick stay.
_PICTOGRAPHS = re.compile("[\U0001f000-\U0001fbff\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\ufe0e\ufe0f\u20e3\u200d]+")
_PICTOGRAPH = re.compile(
    "[\U0001f000-\U0001fbff\ufe0e\ufe0f\u20e3\u23e9-\u23f3\u2614\u2615\u26a1\u2705\u270a-\u270d\u2728\u274c"
    "\u2753-\u2755\u2757\u2b50\u2b55]"
)
_NO_LINE = re.compile(r"`{3}[\w+-]*|[-=_*]{3,}|[|: -]{3,}|#{1,6}|[-+>*•]")
_LINE_MARKS = re.compile(r"(?:#{1,6} |[*•] |[-+>] (?!\d))+")
_DIVIDES = re.compile(r"</?(?:br|p|s|li|div|h[1-6]|[uo]l|t[rdh])\b|.*/>")
_CLOSES = frozenset(",.;:!?…)]}،؛؟")

# What may become markup with the next character.
_UNFINISHED = re.compile(
    rf"""(?:
      !(?<!\w!)\[[^\[\]]{{0,{HELD}}}\]?
    | \[\[?[^\[\]]{{0,{HELD}}}\]{{0,2}}
    | <(?:[/!?]?|!-[^<>]{{0,2}}|/?[A-Za-z][^\s<>="']{{0,200}}
        |{_NAME}{_ATTRIBUTES}\s?(?:/|[\w:.-]{{1,40}}\s?(?:=\s?(?:\\?"[^"<>]{{0,200}}|'[^'<>]{{0,200}}
        |[“”][^“”<>]{{0,200}}|[^\s"'“”<>=]{{0,200}})?)?)?)
    | :(?<![\w:]:)[a-z0-9_+-]{{0,40}}
    | &[a-z\#]?[a-z0-9]{{0,5}}
    | \*\** | __* | ~~* | ``*
    )$""",
    re.VERBOSE,
)
# What is left of markup where a text ended in the middle of it. Brackets are not: they may be text.
_BROKEN = re.compile(
    rf"""(?:
      </[A-Za-z][^\s<>]{{0,40}}
    | <(?:lk\.)?[A-Za-z][\w:-]{{2,40}}{_ATTRIBUTES}\s?(?:/|[a-z_-]{{1,40}}|[\w:.-]{{1,40}}\s?=[^<>]{{0,200}})?
    | \*(?<!\S\*)\*{{0,2}} | _(?<!\S_)_{{0,2}} | ~(?<!\S~)~ | `(?<!\S`)`{{0,2}}
    )$""",
    re.VERBOSE,
)
_STEP_BACK = "\b"  # takes a space before it away


def words_only(text: str, *, grows: bool = False) -> str:
    """Return what is spoken of the avatar's text, in one line.

    Args:
        text: What came of a segment.
        grows: More of it comes: an end that may become markup is left out.
    """
    for _ in range(_MOST_LAYERS):
        before, text = text, _without_layer(text, grows)
        if text == before:
            break
    return text


def _without_layer(text: str, grows: bool) -> str:
    text = " ".join(line for line in map(_without_line_marks, text.splitlines()) if line)
    text = _without_end(text, _UNFINISHED if grows else _BROKEN)
    text = _PICTOGRAPHS.sub(_picture, _INLINE.sub(_inline, text))
    text = _LIGHT.sub(_light, _STRONG.sub(_strong, text))
    return " ".join(text.split()).replace(f" {_STEP_BACK}", "").replace(_STEP_BACK, "")


def _without_line_marks(line: str) -> str:
    """Remove the marks of headings, lists and quotations; return "" for a line that holds nothing else."""
    line = " ".join(line.split())
    if _NO_LINE.fullmatch(line):
        return ""
    marks = _LINE_MARKS.match(line)
    return line if marks is None else line[marks.end() :]


def _without_end(text: str, end: re.Pattern[str]) -> str:
    for _ in range(_MOST_LAYERS):
        found = end.search(text, max(0, len(text) - _MOST_HELD))
        if found is None:
            break
        text = text[: found.start()].rstrip()
    return text


def _inline(match: re.Match[str]) -> str:
    match match.lastgroup:
        case "web" | "address":
            return match[0]
        case "picture" | "label" | "direct" as kept:
            return match[kept]
        case "entity":
            return unescape(match[0])
        case "tag":
            return _gap(match, divides=_DIVIDES.match(match[0]) is not None)
    return _gap(match, divides=True)


def _picture(match: re.Match[str]) -> str:
    return match[0] if _PICTOGRAPH.search(match[0]) is None else _gap(match, divides=False)


def _gap(match: re.Match[str], *, divides: bool) -> str:
    """Return what stands for something between words: no space before a comma, else one where it divides them."""
    before, after = _around(match)
    if after in _CLOSES:
        return _STEP_BACK if before == " " else ""
    return " " if divides else ""


def _strong(match: re.Match[str]) -> str:
    before, after = _around(match)
    marks = match[0]
    if match.lastgroup is not None or before == after == " ":
        return marks
    between_words = before.isalnum() and after.isalnum()
    is_sign = before.isdigit() or after.isdigit() or marks == "`"  # a power, an apostrophe
    return marks if len(marks) > 3 or (between_words and is_sign) else ""


def _light(match: re.Match[str]) -> str:
    if match["web"] or match["address"]:
        return match[0]
    return match["star"] or match["line"] or ""


def _around(match: re.Match[str]) -> tuple[str, str]:
    """Return the characters before and behind; a space at the ends of the text."""
    text = match.string
    before = text[match.start() - 1] if match.start() else " "
    return before, text[match.end()] if match.end() < len(text) else " "
