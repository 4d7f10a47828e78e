"""Secrets: read from files of their own, and never in a message, a log or a repr."""

import pytest

from app.settings.pin import check_pin, hash_pin, is_hash
from app.settings.shape import secret_values
from tests.unit.settings.givens import lines, read

SECRET = "hunter22"


def test_a_secret_can_lie_in_a_file_beside_the_settings(tmp_path):
    (tmp_path / "key").write_text(f"  {SECRET}\n")
    loaded = read(tmp_path, '[service.shop]\napi_key_file = "key"')
    assert loaded.mistakes == ()
    assert loaded.settings.service.tables["shop"].api_key.get_secret_value() == SECRET


@pytest.mark.parametrize(
    "content",
    ['{"X-Key": "hunter22", "B": "c"}', 'X-Key = "hunter22"\nB = "c"', "X-Key: hunter22\n\nB: c\n"],
)
def test_headers_can_lie_in_a_file_of_json_or_toml_or_plain_lines(tmp_path, content):
    (tmp_path / "headers").write_text(content)
    loaded = read(tmp_path, '[service.shop]\nheaders_file = "headers"')
    assert loaded.mistakes == ()
    headers = loaded.settings.service.tables["shop"].headers
    assert {name: value.get_secret_value() for name, value in headers.items()} == {"X-Key": SECRET, "B": "c"}


def test_a_secret_file_that_is_not_named_is_none(tmp_path):
    loaded = read(tmp_path, '[service.shop]\napi_key_file = ""')
    assert loaded.mistakes == ()
    assert loaded.settings.service.tables["shop"].api_key.get_secret_value() == ""


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ("3", "not text, allowed: the path of a file that holds the secret"),
        ('"~nobody-has-this-name/key"', "no such home directory, allowed: the path of a text file"),
    ],
)
def test_what_names_no_file_is_one_line(tmp_path, given, wrong):
    assert lines(tmp_path, f"[service.shop]\napi_key_file = {given}") == [
        f"kiosk.toml: service.shop.api_key_file = {given}: {wrong}"
    ]


@pytest.mark.parametrize(
    ("content", "wrong"),
    [(None, "no such file"), ("", "an empty file"), (b"\xff", "not UTF-8"), ("a\nb", "a line break")],
)
def test_a_secret_file_that_is_of_no_use_is_one_line(tmp_path, content, wrong):
    if content is not None:
        (tmp_path / "key").write_bytes(content if isinstance(content, bytes) else content.encode())
    (line,) = lines(tmp_path, '[service]\nvendor = "shop"\n[service.shop]\nurl = "https://x"\napi_key_file = "key"')
    assert line.startswith("kiosk.toml: service.shop.api_key")
    assert wrong in line


@pytest.mark.parametrize("content", ["nonsense", '{"a": 1}', "[]", "bad name: x"])
def test_a_headers_file_without_headers_is_one_line(tmp_path, content):
    (tmp_path / "headers").write_text(content)
    (line,) = lines(tmp_path, '[service.shop]\nheaders_file = "headers"')
    assert line.startswith('kiosk.toml: service.shop.headers_file = "headers": no headers in it')
    assert content not in line


def test_a_secret_given_twice_is_a_mistake(tmp_path):
    (tmp_path / "key").write_text(SECRET)
    (line,) = lines(tmp_path, f'[service.shop]\napi_key = "{SECRET}"\napi_key_file = "key"')
    assert "given twice" in line
    assert lines(tmp_path, '[service.shop]\napi_key = ""\napi_key_file = "key"') == []


@pytest.mark.parametrize(
    "text",
    [
        f'[service.shop]\napi_key = ["{SECRET}"]',
        f'[service.shop]\napi_key = {{a = "{SECRET}"}}',
        f'[service.shop]\nheaders = "{SECRET}"',
        f'[service.shop]\nheaders = {{a = ["{SECRET}"]}}',
        f'[service.shop]\nheaders = {{"a b" = "{SECRET}"}}',
        f'[service.shop]\nheaders = {{a = "{SECRET}\\n"}}',
        f'[service.shop]\nApi_Key = "{SECRET}"',
        f'[service.shop]\ntoken_of_mine = "{SECRET}"',
        f'[service]\nshop = "{SECRET}"',
        f'service = "{SECRET}"',
        f'[service]\napi_key = "{SECRET}"',
        f'api_key = "{SECRET}"',
        f'[[service.shop]]\napi_key = "{SECRET}"',
        f'[servce.shop]\napi_key = "{SECRET}"',
        f'[staff]\npin = "{SECRET}"',
        f'[status]\nlisten = "0.0.0.0:x"\ntoken = "{SECRET}"',
        f'[service.shop]\nrelease_url = "https://host:x/?token={SECRET}"',
        f'[line]\nredis_url = "redis://:{SECRET}@host:x"',
        f'[service.shop]\napi_key = "{SECRET}',
    ],
)
def test_a_mistake_never_shows_a_secret(tmp_path, text):
    found = lines(tmp_path, text)
    assert found
    assert all(SECRET not in line for line in found)


def test_secrets_are_listed_for_the_logs_and_hidden_in_every_repr(tmp_path):
    text = f'[service.shop]\napi_key = "{SECRET}1"\nheaders = {{A = "{SECRET}2"}}\n[status]\ntoken = "{SECRET}3"'
    loaded = read(tmp_path, text)
    assert sorted(secret_values(loaded.settings)) == [f"{SECRET}{n}" for n in (1, 2, 3)]
    assert SECRET not in repr(loaded)


def test_a_pin_is_kept_as_a_hash_that_only_it_opens(tmp_path):
    hashed = hash_pin("20260")
    assert is_hash(hashed)
    assert "20260" not in hashed
    assert hash_pin("20260") != hashed
    assert check_pin("20260", hashed)
    assert not check_pin("20261", hashed)
    assert lines(tmp_path, f'[staff]\npin = "{hashed}"') == []


@pytest.mark.parametrize("pin", ["", "123", "1234567890123", "12a4", "\uff11\uff12\uff13\uff14", "1234\n"])
def test_only_4_to_12_digits_are_a_pin(pin):
    with pytest.raises(ValueError, match="4 to 12 digits"):
        hash_pin(pin)


@pytest.mark.parametrize(
    "hashed",
    ["", "1234", "scrypt$1$1$1$YWFhYWFhYWFhYWFhYWFhYQ==$YWFhYWFhYWFhYWFhYWFhYQ==",
     "scrypt$99999999$8$1$YWFhYWFhYWFhYWFhYWFhYQ==$YWFhYWFhYWFhYWFhYWFhYQ==",
     "scrypt$32768$8$1$YWFhYWFhYWFhYWFhYWFhY===$YWFhYWFhYWFhYWFhYWFhYQ==",
     "scrypt$32768$8$1$YWFhYWFhYWFhYWFhYWFhY$YWFhYWFhYWFhYWFhYWFhYQ=="],
)  # fmt: skip
def test_what_is_not_our_hash_opens_to_nobody(hashed):
    assert not is_hash(hashed)
    assert not check_pin("1234", hashed)


def test_a_hash_whose_numbers_scrypt_refuses_opens_to_nobody():
    assert not check_pin("1234", "scrypt$65536$1$1$YWFhYWFhYWFhYWFhYWFhYQ==$YWFhYWFhYWFhYWFhYWFhYQ==")
