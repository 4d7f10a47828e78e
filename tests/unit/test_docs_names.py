"""What the documents name is there: paths, and the classes and functions behind them. Links: `test_citations`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [
    page
    for page in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"))
    if page.name != "CHANGELOG.md"  # it tells of what was
]
FOLDERS = "app|docs|packaging|resources|tests"
PATH = re.compile(rf"`((?:{FOLDERS})/[^`\s]*)`")
NAMED = re.compile(rf"`((?:{FOLDERS})/[^`\s]*\.py)`((?:,?\s+`[A-Za-z_][\w.]*`)+)")
LINK = re.compile(r"\]\(([^)\s]+)\)")
BLANK = re.compile(r"[A-Z]{2,}")  # "NAME" in a recipe stands for anything


def missing(text: str) -> Iterator[str]:
    """Yield what a page names and is not there."""
    for path in PATH.findall(text):
        if not any(ROOT.glob(BLANK.sub("*", path.rstrip("/")))):
            yield path
    for path, names in NAMED.findall(text):
        file = ROOT / path
        code = file.read_text(encoding="utf-8") if file.is_file() else ""
        for name in re.findall(r"`([\w.]+)`", names):
            if name.endswith(".py"):
                if not (file.parent / name).is_file():
                    yield f"{path} {name}"
                continue
            for part in name.split("."):
                if not re.search(rf"(?:class|def) {part}\b|\b{part}\s*[:=]", code):
                    yield f"{path} {name}"
                    break


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_names_is_there(page):
    found = list(missing(page.read_text(encoding="utf-8")))
    assert not found, "\n".join(["what is not there:", *found])


def test_every_decision_is_in_their_index():
    folder = ROOT / "docs" / "decisions"
    records = {page.name for page in folder.glob("[0-9]*.md")}
    assert set(LINK.findall((folder / "README.md").read_text(encoding="utf-8"))) == records


def test_every_requirement_has_its_reason():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    names = [re.match(r"[\w-]+", line)[0] for line in (*project["dependencies"], *chain(*extras))]
    reasons = (ROOT / "docs/decisions/0008-pinned-libraries.md").read_text(encoding="utf-8")
    assert [name for name in names if not re.search(rf"^\|.*\b{re.escape(name)}\b.*\|", reasons, re.MULTILINE)] == []


def test_what_is_not_there_is_found():
    text = "`app/nowhere.py`, `app/stage.py` `Stage.show`, `Stage.shew`, `tests/NAME.toml`"
    assert list(missing(text)) == ["app/nowhere.py", "tests/NAME.toml", "app/stage.py Stage.shew"]


def test_what_is_there_is_not():
    text = "`app/stage.py` `Stage.show` and `resources/keyboards/CODE.toml`, `tests/unit/`"
    assert list(missing(text)) == []
