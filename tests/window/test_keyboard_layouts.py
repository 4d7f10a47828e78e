"""Every keyboard layout types what its language needs."""

from pathlib import Path

import pytest

from app.settings.not_yet import languages
from app.window.toolkit.keyboard_layout import Act, Layer, load_layout

FOLDER = Path(__file__).parents[2] / "resources" / "keyboards"
NEEDED = {
    "en": "abcdefghijklmnopqrstuvwxyz",
    "de": "abcdefghijklmnopqrstuvwxyzäöüß",
    "fr": "abcdefghijklmnopqrstuvwxyzàâçéèêëîïôœùû",
    "es": "abcdefghijklmnopqrstuvwxyzáéíóúüñ¿¡",
    "ar": "ابتثجحخدذرزسشصضطظعغفقكلمنهويىةءئؤأإآ",
}


@pytest.mark.parametrize("language", NEEDED)
def test_every_letter_of_the_language_has_a_key(language):
    layout = load_layout(FOLDER, language)
    assert layout.language == language
    typed = {key.text for layer in (Layer.LETTERS, Layer.SHIFTED) for row in layout.rows(layer, False) for key in row}
    assert set(NEEDED[language]) <= typed


@pytest.mark.parametrize("language", sorted(languages()))
@pytest.mark.parametrize("layer", Layer)
def test_no_key_stands_twice_on_a_layer_and_every_layer_has_its_ways_out(language, layer):
    rows = load_layout(FOLDER, language).rows(layer, several=True)
    keys = [key for row in rows for key in row]
    texts = [key.text for key in keys if key.act is None]
    assert len(texts) == len(set(texts))
    acts = {key.act for key in keys if key.act}
    assert acts == set(Act) - ({Act.SHIFT} if layer is Layer.SIGNS else set())
    assert max(sum(key.width for key in row) for row in rows) <= 12.2


@pytest.mark.parametrize("language", sorted(languages()))
def test_layers_have_the_same_number_of_rows_or_fewer(language):
    layout = load_layout(FOLDER, language)
    assert len(layout.shifted) == len(layout.letters) >= len(layout.signs)


def test_digits_and_question_mark_are_on_every_keyboard():
    for language in languages():
        layout = load_layout(FOLDER, language)
        signs = {key.text for row in layout.rows(Layer.SIGNS, False) for key in row}
        assert set("0123456789") <= signs
        assert {"?", "؟"} & signs


def test_a_language_without_a_layout_gets_the_english_one():
    assert load_layout(FOLDER, "zz").language == "en"


def test_the_key_for_the_next_language_is_there_only_when_there_are_several():
    layout = load_layout(FOLDER, "en")
    assert not any(key.act is Act.LANGUAGE for row in layout.rows(Layer.LETTERS, several=False) for key in row)
