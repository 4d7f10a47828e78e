"""No secret stays in a text, whatever its form; ordinary words stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.system.redact import HIDDEN, Redactor, redact

SECRET = "hunter22"
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.abc-_DEF"


@pytest.mark.parametrize(
    "text",
    [
        TOKEN,
        f"refused: {TOKEN}, try again",
        TOKEN.rpartition(".")[0],
        TOKEN.partition(".")[0],
        f"Authorization: Bearer {SECRET}",
        f"authorization: Basic {SECRET}; more",
        f"sent Bearer {SECRET} and",
        f"{{'Authorization': 'Bearer {SECRET}'}}",
        f'{{"X-Api-Key": "{SECRET}"}}',
        f"X-Api-Key: {SECRET}",
        f"api_key={SECRET}",
        f"apiKey = '{SECRET} with more'",
        f"api_key=SecretStr('{SECRET}')",
        f"Set-Cookie: id={SECRET}; Path=/",
        f"https://me:{SECRET}@host/path",
        f"redis://:{SECRET}@host:6379/0",
        f"https://{SECRET}@host",
        f"GET https://host/x?access_token={SECRET}&y=1",
        f"https://host/x?y=1&sandbox_key={SECRET}#z",
        f"wss://host/rtc?access_token={TOKEN}",
        f"password: {SECRET}",
        f'"pin": "{SECRET}"',
    ],
)
def test_what_looks_like_a_secret_is_hidden(text):
    cleaned = redact(text)
    assert SECRET not in cleaned
    assert "eyJ" not in cleaned
    assert HIDDEN in cleaned


@pytest.mark.parametrize(
    "text",
    [
        "the token was refused",
        "https://host:8080/path?x=1&y=2",
        "KeyError: 'idle'",
        "keyboard: us, spinning: 4",
        "mail to me@example.org",
        "visit 7: live -> still_there (idle)",
        "visit.idle_s = 0: not above 0, allowed: any positive number",
    ],
)
def test_ordinary_words_stay(text):
    assert redact(text) == text


def test_known_values_are_hidden_wherever_they_stand():
    redactor = Redactor(["p/q w+1", "hunter", SECRET, "abc"])
    assert redactor(f"x{SECRET}y, p/q w+1 and p%2Fq%20w%2B1") == f"x{HIDDEN}y, {HIDDEN} and {HIDDEN}"
    assert redactor("abc is too short to be hidden") == "abc is too short to be hidden"


def test_what_was_learnt_once_stays_secret():
    redactor = Redactor(["first-one"])
    redactor.learn(["second-one"])
    assert redactor("first-one second-one") == f"{HIDDEN} {HIDDEN}"


@given(st.text(), st.text(), st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=6))
def test_no_text_around_it_brings_a_known_value_out(before, after, secret):
    # HIDDEN itself can never hold one: it has no letter or digit.
    assert secret not in Redactor([secret])(f"{before}{secret}{after}".replace(secret, f" {secret} "))


@given(st.text(max_size=300))
def test_any_text_can_be_cleaned_twice(text):
    assert redact(redact(text)) == redact(text)
