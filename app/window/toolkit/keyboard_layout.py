"""The layouts of the on-screen keyboard, read from resources/keyboards."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

FALLBACK = "en"


class Layer(StrEnum):
    """Which characters the keys carry."""

    LETTERS = "letters"
    SHIFTED = "shifted"
    SIGNS = "signs"


class Act(StrEnum):
    """What a key does that types no character."""

    SHIFT = "shift"
    BACKSPACE = "backspace"
    SIGNS = "signs"  # changes between letters and signs
    SPACE = "space"
    LANGUAGE = "language"  # the next layout on offer


@dataclass(frozen=True, slots=True)
class Key:
    """One key.

    Attributes:
        text: What it types.
        act: What it does, where it is not a character.
        width: In units of a letter key.
    """

    text: str = ""
    act: Act | None = None
    width: float = 1.0


@dataclass(frozen=True, slots=True)
class KeyboardLayout:
    """The keyboard of a language.

    Attributes:
        language: Its code.
        letters: Rows of characters, from the top.
        shifted: The same rows while Shift is on.
        signs: Rows of digits and signs.
        before_space: The character left of the space key.
        after_space: The character right of it.
    """

    language: str
    letters: tuple[str, ...]
    shifted: tuple[str, ...]
    signs: tuple[str, ...]
    before_space: str
    after_space: str

    def rows(self, layer: Layer, several: bool) -> list[list[Key]]:
        """Return the keys of a layer, row by row.

        Args:
            layer: What the keys carry.
            several: Several languages are on offer: one more key changes to the next.
        """
        texts = {Layer.LETTERS: self.letters, Layer.SHIFTED: self.shifted, Layer.SIGNS: self.signs}[layer]
        rows = [[Key(text=character) for character in row] for row in texts]
        if layer is not Layer.SIGNS:
            rows[-1].insert(0, Key(act=Act.SHIFT, width=1.55))
        rows[-1].append(Key(act=Act.BACKSPACE, width=1.55))
        last = [
            Key(act=Act.SIGNS, width=1.55),
            Key(text=self.before_space),
            Key(act=Act.SPACE, text=" ", width=5.4),
            Key(text=self.after_space),
        ]
        if several:
            last.append(Key(act=Act.LANGUAGE, width=1.55))
        return [*rows, last]


def load_layout(folder: Path, language: str) -> KeyboardLayout:
    """Read the layout of a language; a language without one gets the English layout.

    Args:
        folder: Holds a file for each language, CODE.toml.
        language: The code.

    Raises:
        OSError: The package's own data are damaged: a fault of the build, not of the site.
        KeyError: Likewise.
    """
    file = folder / f"{language}.toml"
    if not file.is_file():
        language, file = FALLBACK, folder / f"{FALLBACK}.toml"
    data = tomllib.loads(file.read_text(encoding="utf-8"))
    letters = tuple(data["letters"])
    return KeyboardLayout(
        language=language,
        letters=letters,
        shifted=tuple(data.get("shifted", [row.upper() for row in letters])),
        signs=tuple(data["signs"]),
        before_space=data["before_space"],
        after_space=data["after_space"],
    )
