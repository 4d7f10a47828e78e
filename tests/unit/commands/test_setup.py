"""Set-up asks few questions, saves a private file, and leaves everything else in the file unchanged."""

import os
import stat
import tomllib
from dataclasses import replace

import pytest

from app.commands.setup import ask_and_save
from app.resources import resource
from app.settings.edit import save, set_value
from app.settings.load import load
from app.settings.pin import check_pin
from app.settings.service import VendorSettings
from app.vendors.base import Vendor
from app.vendors.registry import vendors
from tests.unit.settings.givens import SHOP

# The example file has a table for each service that is built.
VENDORS = {**vendors(), "demo": Vendor("demo", VendorSettings, "local", None, None), "shop": SHOP}


class Person:
    """A fake terminal: gives its answers in order, and ends the input when they are used up."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.heard = []
        self.hidden = []

    def say(self, text):
        self.heard.append(text)

    def ask(self, question, *, hidden=False):
        if not self.answers:
            raise EOFError
        if hidden:
            self.hidden.append(question)
        return self.answers.pop(0)


def loaded(file):
    return load(file, environ={}, vendors=VENDORS)


def setup(file, *answers, vendors=VENDORS):
    person = Person(*answers)
    return ask_and_save(loaded(file), vendors, person), person


def test_a_new_file_is_the_example_with_the_answers_in_it(tmp_path):
    file = tmp_path / "new" / "kiosk.toml"
    saved, person = setup(file, "shop", "https://x", "hunter22", "Hall 4", "20270", "20270")
    assert saved
    settings = loaded(file).settings
    assert loaded(file).mistakes == ()
    assert (settings.service.vendor, settings.kiosk.place) == ("shop", "Hall 4")
    assert settings.service.tables["shop"].api_key.get_secret_value() == "hunter22"
    assert check_pin("20270", settings.staff.pin.get_secret_value())
    assert "20270" not in file.read_text()
    assert file.read_text().count("#") == resource("kiosk.toml").read_text().count("#")
    assert len(person.hidden) == 3
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_wrong_answer_is_explained_and_asked_again(tmp_path):
    file = tmp_path / "kiosk.toml"
    answers = ["shopp", "shop", "", "x", "https://x", "", "k", "", "12", "1234", "1235", "4321", "4321"]
    saved, person = setup(file, *answers)
    assert saved
    assert f"Please write one of: demo, {', '.join(sorted(VENDORS.keys() - {'demo'}))}." in person.heard
    assert person.heard.count("It is required.") == 2
    assert "A PIN has 4 to 12 digits." in person.heard
    assert "They differ." in person.heard
    assert check_pin("4321", loaded(file).settings.staff.pin.get_secret_value())


def test_of_a_group_of_keys_one_answer_is_enough(tmp_path):
    file = tmp_path / "kiosk.toml"
    either = VENDORS | {"shop": replace(SHOP, required=(("url", "release_url"), "api_key"))}
    saved, person = setup(file, "shop", "", "", "https://x", "k", "", "", vendors=either)
    assert saved
    assert person.heard.count("It is required.") == 1
    shop = loaded(file).settings.service.tables["shop"]
    assert (shop.url, shop.release_url) == ("", "https://x")


def test_what_is_there_stays_with_its_comments(tmp_path):
    file = tmp_path / "kiosk.toml"
    before = '# mine\n[visit]\nidle_s = 99 # long\n\n[kiosk]\nplace = "Old"  # "the" place\n[staff] # x\n'
    file.write_text(before)
    assert setup(file, "y", "", "New", "")[0]
    assert file.read_text() == before.replace('place = "Old"', 'place = "New"')


def test_an_existing_file_is_changed_only_after_a_yes(tmp_path):
    file = tmp_path / "kiosk.toml"
    file.write_text("[kiosk]\n")
    assert not setup(file, "n")[0]
    assert not setup(file, "")[0]
    assert file.read_text() == "[kiosk]\n"


@pytest.mark.parametrize("count", range(6))
def test_leaving_in_the_middle_saves_nothing(tmp_path, count):
    file = tmp_path / "kiosk.toml"
    answers = ["shop", "https://x", "hunter22", "Hall 4", "20270", "20270"][:count]
    saved, person = setup(file, *answers)
    assert not saved
    assert not file.exists()
    assert person.heard[-1] == "Left without saving."


def test_a_secret_from_a_file_of_its_own_is_not_copied_into_the_settings(tmp_path):
    file = tmp_path / "kiosk.toml"
    (tmp_path / "key").write_text("hunter22")
    file.write_text('[service]\nvendor = "shop"\n[service.shop]\nurl = "https://x"\napi_key_file = "key"\n')
    assert setup(file, "y", "", "", "", "Hall 4", "")[0]
    assert "hunter22" not in file.read_text()
    saved, person = setup(file, "y", "", "", "another", "", "")
    assert not saved
    assert "service.shop.api_key cannot be changed" in person.heard[-1]


@pytest.mark.parametrize("content", [b"[kiosk", b"\xff", b'kiosk = {place = "x"}\n'])
def test_a_file_that_only_an_editor_can_mend_is_left_alone(tmp_path, content):
    file = tmp_path / "kiosk.toml"
    file.write_bytes(content)
    assert not setup(file, "y", "", "New", "")[0]
    assert file.read_bytes() == content


def test_a_file_that_cannot_be_written_is_one_line(tmp_path):
    (tmp_path / "file").touch()
    saved, person = setup(tmp_path / "file" / "kiosk.toml", "demo", "Hall 4", "")
    assert not saved
    assert person.heard[-1].startswith("Not saved: ")


@pytest.mark.parametrize("value", ["", 'a "b" \\ #c', "tab\t, line\n, null\0", "ü €", "'", '"""'])
@pytest.mark.parametrize("line", ["", "place = 'old' # kept", 'place = "a # b"', "other = 1"])
def test_any_text_can_be_set(value, line):
    changed = set_value(f"[kiosk]\n{line}\n[x]\ny = 1\n", "kiosk", "place", value)
    assert tomllib.loads(changed)["kiosk"]["place"] == value
    assert tomllib.loads(changed)["x"] == {"y": 1}
    assert ("# kept" in changed) == ("# kept" in line)


def test_a_value_over_several_lines_is_left_to_an_editor():
    with pytest.raises(ValueError, match="cannot be changed"):
        set_value('[kiosk]\nplace = """a\nb"""\n', "kiosk", "place", "x")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", '[kiosk]\nplace = "New"\n'),
        ("a = 1\n", 'a = 1\n\n[kiosk]\nplace = "New"\n'),
        ("[kiosk]\n# of x\n[x]\ny=1 # y\n", '[kiosk]\nplace = "New"\n# of x\n[x]\ny=1 # y\n'),
        ("[kiosk]\nid='a' # id\n\n# of x\n[x]\n", "[kiosk]\nid='a' # id\nplace = \"New\"\n\n# of x\n[x]\n"),
        ("[x]\r\ny = 1\r\n[kiosk] # k\r\n", '[x]\ny = 1\n[kiosk] # k\nplace = "New"\n'),
        ("kiosk.place = 'a' # dotted\n[x]\n", 'kiosk.place = "New" # dotted\n[x]\n'),
        ("[kiosk.sub]\na=1\n[x]\n[kiosk]\nid='a'\n", "[kiosk.sub]\na=1\n[x]\n[kiosk]\nid='a'\nplace = \"New\"\n"),
    ],
)
def test_a_new_key_comes_behind_those_of_its_table_and_nothing_else_moves(before, after):
    assert set_value(before, "kiosk", "place", "New") == after


def test_a_new_table_in_a_table_comes_before_the_comment_of_the_next_one():
    before = "[service]\nvendor = 'shop'\n\n# of x\n[x]\n"
    after = "[service]\nvendor = 'shop'\n\n[service.shop]\nurl = \"u\"\n\n# of x\n[x]\n"
    assert set_value(before, "service.shop", "url", "u") == after


@pytest.mark.parametrize(("value", "column"), [("x", 20), ("longer", 20), ("longer than the column", 33)])
def test_a_comment_stays_in_its_column_where_that_is_free(value, column):
    changed = set_value("[kiosk]\nplace = 'old'       # where\n", "kiosk", "place", value)
    assert changed.splitlines()[1].index("#") == column


@pytest.mark.parametrize("text", ["[[[", "[[kiosk]]\n", "kiosk = 3\n", "[kiosk.place]\nx = 1\n", "a = " + "[" * 9999])
def test_what_cannot_be_changed_is_one_kind_of_error(text):
    with pytest.raises(ValueError, match=r"^kiosk\.place cannot be changed"):
        set_value(text, "kiosk", "place", "x")


def test_what_is_not_text_is_not_shown_in_the_error():
    with pytest.raises(ValueError, match=r"^kiosk\.place cannot be changed"):
        set_value("", "kiosk", "place", "\udcff")


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    file = tmp_path / "kiosk.toml"
    file.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        save(file, "new \udcff")
    assert [path.name for path in tmp_path.iterdir()] == ["kiosk.toml"]
    assert file.read_text() == "old"
