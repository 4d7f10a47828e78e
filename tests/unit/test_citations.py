"""Whoever follows a citation or a link finds something: the page, the section, the rule.

A citation is the page's path from the root of the repository and the section's number: `docs/contract.md 3`, also
several of them (`2, 3 and 5`) or a range (`4.4 to 4.6`). A section is a heading that begins with its number: `## 4. In
the room`, `### 4.2 Who is the bot`. A rule is a row of a table that begins with its name: `| R20 |`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = (
    *("app", "tests", "packaging", ".ci", ".github"),
    *("Makefile", "pyproject.toml", "kiosk.spec", "resources/kiosk.toml"),
)
SUFFIXES = {"", ".py", ".sh", ".toml", ".spec", ".yml", ".yaml", ".service", ".desktop"}
NOT_OURS = {"resources/LICENSE.md"}  # lies in a library's package
PLACEHOLDER = "NAME"  # docs/vendors/NAME.md in a recipe means any page

_NUMBER = r"(?:\d{1,2}(?:\.\d{1,2})?|R\d{1,2})(?!\w|\.\d|%)"
_LIST = rf"{_NUMBER}(?:(?:, and|,| and| or| to) {_NUMBER})*"
_CITATION = re.compile(rf"(?<![\w/{{}}.-])((?:[\w.-]+/)*[\w.-]+\.md)\b(?: ({_LIST}))?")
_RANGE = re.compile(rf"({_NUMBER}) to ({_NUMBER})")
_LINE_BREAK = re.compile(r"\s*\n\s*(?:# +)?")
_LINK = re.compile(r"\[[^\[\]]*\]\(([^()\s]+)\)|\b(?:src|href)=\"([^\"]+)\"")
_HEADING = re.compile(r"^#{1,6} +(.*?) *$", re.MULTILINE)
_CODE_BLOCK = re.compile(r"```.*?```", re.DOTALL)

Read = Callable[[str], str | None]  # the text of a cited page, None where there is none


def citations(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each cited page with its sections; a citation may go on in the next line of a comment."""
    links_as_paths = _LINK.sub(lambda link: (link[1] or link[2]).partition("#")[0], text)
    for found in _CITATION.finditer(_LINE_BREAK.sub(" ", links_as_paths)):
        if PLACEHOLDER not in found[1] and found[1] not in NOT_OURS:
            yield found[1], list(_sections(found[2] or ""))


def _sections(listed: str) -> Iterator[str]:
    yield from re.findall(_NUMBER, listed)
    for first, last in _RANGE.findall(listed):
        (chapter, _, low), (other, _, high) = first.rpartition("."), last.rpartition(".")
        if chapter == other and low.isdecimal() and high.isdecimal():
            yield from (f"{chapter}.{number}".lstrip(".") for number in range(int(low) + 1, int(high)))


def sections_of(page: str) -> set[str]:
    """Return what can be cited of a page: the numbers of its headings and the names of its rules."""
    numbers = {match[1] for heading in _HEADING.findall(page) if (match := re.match(r"(\d+(?:\.\d+)?)\.? ", heading))}
    return numbers | set(re.findall(r"^\| (R\d+) \|", page, re.MULTILINE))


def bad_citations(text: str, read: Read) -> list[str]:
    """Return what a text cites in vain."""
    bad = []
    for name, sections in citations(text):
        page = read(name)
        if page is None:
            bad.append(f"{name}: no such page")
        else:
            bad += [f"{name} {section}: no such section" for section in sections if section not in sections_of(page)]
    return bad


def dead_links(page: Path) -> list[str]:
    """Return the relative links of a page that lead nowhere."""
    text = _CODE_BLOCK.sub("", page.read_text(encoding="utf-8"))
    return [link for pair in _LINK.findall(text) if _is_dead(page, link := pair[0] or pair[1])]


def _is_dead(page: Path, link: str) -> bool:
    if re.match(r"[a-z]+:", link):
        return False
    name, _, anchor = link.partition("#")
    target = page.parent / name if name else page
    if not target.exists():
        return True
    return bool(anchor) and target.suffix == ".md" and anchor not in _anchors_of(target.read_text(encoding="utf-8"))


def _anchors_of(page: str) -> set[str]:
    """Return the anchors that headings become at the places where such pages are read."""
    return {re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in _HEADING.findall(page)}


def _reader(*folders: Path) -> Read:
    """Return what finds a page by its path from one of these folders."""

    def read(name: str) -> str | None:
        found = next((page for folder in folders if (page := (folder / name).resolve()).is_file()), None)
        return found.read_text(encoding="utf-8") if found is not None and found.is_relative_to(ROOT) else None

    return read


def _code() -> Iterator[Path]:
    for place in (ROOT / name for name in CODE):
        for file in sorted(place.rglob("*")) if place.is_dir() else [place]:
            is_text = file.is_file() and file.suffix in SUFFIXES and "__pycache__" not in file.parts
            if is_text and file != Path(__file__):
                yield file


def _pages() -> list[Path]:
    return [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "resources").rglob("*.md")]


def _by_name(found: dict[Path, list[str]]) -> dict[str, list[str]]:
    return {file.relative_to(ROOT).as_posix(): bad for file, bad in found.items() if bad}


def test_what_the_code_cites_is_there():
    files = list(_code())
    assert len(files) > 100
    read = _reader(ROOT)
    assert _by_name({file: bad_citations(file.read_text(encoding="utf-8"), read) for file in files}) == {}


def test_what_a_page_cites_is_there():
    found = {page: bad_citations(page.read_text(encoding="utf-8"), _reader(page.parent, ROOT)) for page in _pages()}
    assert found and _by_name(found) == {}


def test_no_link_of_a_page_leads_nowhere():
    assert _by_name({page: dead_links(page) for page in _pages()}) == {}


def test_every_page_of_a_service_has_the_same_sections():
    pages = [page for page in (ROOT / "docs" / "vendors").glob("*.md") if page.name != "README.md"]
    for page in pages:
        assert set("123456789") <= sections_of(page.read_text(encoding="utf-8")), page.name
    assert pages


# ---------------------------------------------------------------- the finder itself

PAGE = """# Title
## 2. Calls
### 2.1 One
### 2.3 Three
#### 2.4. Four
## 3 Errors
| R7 | a rule |
text 9. no heading
"""


def found_in(text: str) -> list[str]:
    return bad_citations(text, {"docs/page.md": PAGE}.get)


@pytest.mark.parametrize(
    "text",
    [
        "as in docs/page.md",
        "as in docs/page.md.",
        "(docs/page.md 2)",
        "docs/page.md 2.1, 2.3 and 3: all",
        "docs/page.md 2.3 to 2.4, R7",
        "docs/page.md 2 and 3",
        "See docs/page.md 3. Every 429 is one",
        "# a comment about docs/page.md 2,\n#   2.1 and\n# 3",
        '    """See docs/page.md 2.1,\n    2.3.\n    """',
        "[the page](docs/page.md) 2.1, [there](docs/page.md#2-calls)",
        "write docs/vendors/NAME.md 1 first",
        'f"{name}.md", "*.md", https://example.org/x.md, docs/page.md 100 %, docs/page.md 1.2.3',
        'includes=["resources/LICENSE.md"]',
    ],
)
def test_a_good_citation_is_taken(text):
    assert found_in(text) == []


@pytest.mark.parametrize(
    ("text", "complaints"),
    [
        ("as in notes.md", ["notes.md: no such page"]),
        ("as in page.md 2", ["page.md: no such page"]),
        ("(vendors/page.md 4.2)", ["vendors/page.md: no such page"]),
        ("../papers/page.md 2", ["../papers/page.md: no such page"]),
        ('"""Told in docs/page.md 4."""', ["docs/page.md 4: no such section"]),
        ("docs/page.md 9", ["docs/page.md 9: no such section"]),
        ("docs/page.md 2.2", ["docs/page.md 2.2: no such section"]),
        ("docs/page.md 2, 4 and 5", ["docs/page.md 4: no such section", "docs/page.md 5: no such section"]),
        ("docs/page.md 2.1 to 2.3", ["docs/page.md 2.2: no such section"]),
        ("docs/page.md 2 to 4", ["docs/page.md 4: no such section"]),
        ("docs/page.md R8", ["docs/page.md R8: no such section"]),
        ("# docs/page.md 2 and\n# 2.9", ["docs/page.md 2.9: no such section"]),
        ("[it](docs/page.md) 7", ["docs/page.md 7: no such section"]),
        ("[it](docs/other.md#there)", ["docs/other.md: no such page"]),
    ],
)
def test_a_bad_citation_is_found(text, complaints):
    assert found_in(text) == complaints


@pytest.mark.parametrize(
    ("link", "is_dead"),
    [
        ("[a](other.md)", False),
        ("[a](other.md#2-calls-and-more)", False),
        ("[a](#one)", False),
        ("[a](../docs/other.md)", False),
        ("[a](https://example.org/gone.md), [b](mailto:a@example.org)", False),
        ('<img src="picture.png">', False),
        ("```\n[a](gone.md)\n```", False),
        ("[a](gone.md)", True),
        ("[a](other.md#gone)", True),
        ("[a](#gone)", True),
        ('<img src="gone.png">', True),
        ("![a](gone.png)", True),
    ],
)
def test_a_dead_link_is_found(tmp_path, link, is_dead):
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "other.md").write_text("## 2. Calls, and more\n")
    (folder / "picture.png").touch()
    (folder / "page.md").write_text(f"# One\n\n{link}\n")
    assert bool(dead_links(folder / "page.md")) == is_dead
