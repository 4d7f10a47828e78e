"""A farewell is recognised where it stands alone, in every language of the kiosk, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.resources import resource
from app.settings.not_yet import languages
from app.visit.farewell_words import FarewellWords, load_farewells, plain_words

ALL = load_farewells(resource("farewells"), languages())

FAREWELLS = {
    "en": [
        "Goodbye",
        "bye bye",
        "Bye-bye!",
        "Good-bye.",
        "OK, thank you very much, bye!",
        "Thanks. That's all. Bye 👋",
        "Thank you for your help, have a nice day",
        "See you later!",
        "Well, I have to go now. Goodbye, my friend.",
    ],
    "de": [
        "Auf Wiedersehen!",
        "TSCHÜSS",
        "tschüß",
        "Danke schön, tschüs",
        "Vielen Dank für Ihre Hilfe, auf Wiedersehen",
        "Okay, das war's. Mach\u2019s gut!",
        "Einen schönen Tag noch",
        "Bis bald",
    ],
    "fr": [
        "Au revoir",
        "Merci beaucoup, au revoir !",
        "A bientot",
        "À bientôt",
        "C\u2019est tout, merci. Bonne journée !",
    ],
    "es": ["¡Adiós!", "adios", "Hasta luego", "Muchas gracias por todo, ¡hasta luego!", "Vale, nos vemos"],
    "ar": [
        "مع السلامة",
        "مع السلامه",
        "مَعَ السَّلامَة",
        "شكرًا، مع السلامة!",
        "شكرا جزيلا، إلى اللقاء",
        "الى اللقاء",
        "وداعا",
        "طيب، يلا باي",
    ],
}
NOT_ALONE = {
    "en": [
        "Bye, where is the cafe?",
        "Thank you",
        "OK",
        "Hello",
        "How do I say goodbye in German?",
        "Goodbye?",
        "Say goodbye to the dinosaurs",
        "What does bye mean",
        "I have to go",
        "Have a nice day and tell me more",
        "by",
    ],
    "de": [
        "Danke",
        "Tschüss, wo ist das Café?",
        "Was heißt auf Wiedersehen auf Englisch",
        "Guten Tag",
        "Servus",
        "Gut",
    ],
    "fr": ["Merci", "Salut", "Bonjour", "Au revoir, où est la sortie ?", "Comment dit-on au revoir"],
    "es": ["Gracias", "Hola", "Buenos días", "Adiós, ¿dónde está la salida?", "Cómo se dice adiós"],
    "ar": ["شكرا", "السلام عليكم", "مرحبا", "كيف أقول مع السلامة", "مع السلامة؟", "السلامة"],
}


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in FAREWELLS.items() for text in texts])
def test_a_farewell_and_nothing_else(code, text):
    assert load_farewells(resource("farewells"), [code]).is_farewell(text)
    assert ALL.is_farewell(text)


@pytest.mark.parametrize("text", [text for texts in NOT_ALONE.values() for text in texts])
def test_other_words_are_no_farewell_in_any_language(text):
    assert not ALL.is_farewell(text)


def test_every_language_of_the_screens_has_its_examples():
    assert set(FAREWELLS) == set(NOT_ALONE) == set(languages())


def test_people_mix_the_languages_of_the_kiosk_and_no_others():
    words = load_farewells(resource("farewells"), ["en", "fr-CA", "zz"])
    assert words.is_farewell("Merci, bye") and words.is_farewell("Thanks, au revoir")
    assert not words.is_farewell("Auf Wiedersehen")


def test_a_phrase_that_begins_like_another_is_read_either_way():
    words = FarewellWords(frozenset({("bye",)}), frozenset({("so",), ("so", "long", "ago"), ("long",)}))
    assert words.is_farewell("So long, bye")
    assert not words.is_farewell("So long ago") and not words.is_farewell("So long agone bye")


@pytest.mark.parametrize("text", ["", " ", "...", "👋", "_"])
def test_no_words_are_no_farewell(text):
    assert not ALL.is_farewell(text) and not ALL.closes(text)


def test_without_phrases_nothing_is_one():
    assert not FarewellWords().is_farewell("bye") and not FarewellWords().closes("bye")


def test_courtesies_alone_and_beginnings_are_told_apart():
    assert ALL.is_courtesy("Thank you, OK") and not ALL.is_courtesy("Thank you, bye") and not ALL.is_courtesy("")
    assert ALL.begins("Good") and ALL.begins("auf wieder") and not ALL.begins("One more")


def test_an_avatar_closes_with_a_farewell_near_its_end():
    assert ALL.closes("It was lovely to talk with you. Goodbye, and enjoy the rest of your day in the museum!")
    assert ALL.closes("مع السلامة، نتمنى لك زيارة ممتعة")
    assert not ALL.closes("The word goodbye comes from God be with you. " + "It is one of many such words. " * 3)


def test_no_phrase_of_a_file_stands_there_for_nothing():
    for code in languages():
        words = load_farewells(resource("farewells"), [code])
        assert words.farewells and words.courtesies and () not in words.farewells | words.courtesies
        assert not words.farewells & words.courtesies, code


@given(st.text(max_size=400))
def test_any_text_is_borne(text):
    ALL.is_farewell(text)
    ALL.closes(text)
    assert plain_words(" ".join(plain_words(text))) == plain_words(text)
