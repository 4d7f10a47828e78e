"""Which file is read, the message when it cannot be read, and when it counts as changed."""

import os
from types import SimpleNamespace

import pytest

from app.settings.load import load
from tests.unit.settings.givens import VENDORS, lines, read, warnings


def test_the_command_line_wins_over_the_environment_and_that_over_the_usual_place(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    usual = tmp_path / "avatar-kiosk" / "kiosk.toml"
    usual.parent.mkdir()
    for name, file in (("usual", usual), ("env", tmp_path / "env.toml"), ("line", tmp_path / "line.toml")):
        file.write_text(f'[kiosk]\nplace = "{name}"')
    environ = {"KIOSK_CONFIG": str(tmp_path / "env.toml")}
    assert load(tmp_path / "line.toml", environ=environ, vendors=VENDORS).settings.kiosk.place == "line"
    assert load(None, environ=environ, vendors=VENDORS).settings.kiosk.place == "env"
    assert load(None, environ={}, vendors=VENDORS).settings.kiosk.place == "usual"


def test_no_file_is_the_demo(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    loaded = load(None, environ={}, vendors=VENDORS)
    assert loaded.mistakes == ()
    assert not loaded.found
    assert loaded.settings.service.vendor == "demo"
    assert loaded.path == tmp_path / "avatar-kiosk" / "kiosk.toml"


def test_a_file_that_was_named_has_to_be_there(tmp_path):
    for loaded in (
        load(tmp_path / "x.toml", environ={}, vendors=VENDORS),
        load(None, environ={"KIOSK_CONFIG": str(tmp_path / "x.toml")}, vendors=VENDORS),
    ):
        (mistake,) = loaded.mistakes
        assert str(mistake) == f"{tmp_path}/x.toml: cannot be read: no such file, allowed: a text file"


def test_a_file_that_cannot_be_read_is_one_line(tmp_path):
    (mistake,) = load(tmp_path, environ={}, vendors=VENDORS).mistakes
    assert str(mistake) == f"{tmp_path}: cannot be read: it is a directory, allowed: a text file"
    os.mkfifo(tmp_path / "pipe")
    (mistake,) = load(tmp_path / "pipe", environ={}, vendors=VENDORS).mistakes
    assert "not a plain file" in str(mistake)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [("a\0b", "not a usable file name"), ("x" * 300, "File name too long")],
)
def test_a_name_that_no_file_can_have_is_one_line(tmp_path, name, wrong):
    (mistake,) = load(tmp_path / name, environ={}, vendors=VENDORS).mistakes
    assert str(mistake).endswith(f": cannot be read: {wrong}, allowed: a text file")


def test_a_file_that_the_user_may_not_read_is_one_line(tmp_path, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("app.settings.files.os", SimpleNamespace(stat=refuse))
    (mistake,) = load(tmp_path / "kiosk.toml", environ={}, vendors=VENDORS).mistakes
    wrong = "no permission, allowed: a file that the kiosk's user may read"
    assert str(mistake) == f"{tmp_path}/kiosk.toml: cannot be read: {wrong}"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="only an ordinary user can be refused a file")
def test_a_file_without_permission_is_one_line(tmp_path):
    file = tmp_path / "kiosk.toml"
    file.touch(mode=0o000)
    (mistake,) = load(file, environ={}, vendors=VENDORS).mistakes
    assert "no permission" in str(mistake)


TOML = 'allowed: TOML, such as idle_s = 45 or id = "lobby-1"'


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"[visit]\nidle_s = ", f"kiosk.toml: line 2: no value that can be read; text needs quotes, {TOML}"),
        (b"[visit\n", f'kiosk.toml: line 1: a "]" is missing, {TOML}'),
        (b"[visit]\nidle_s = 1\nidle_s = 2", f"kiosk.toml: line 3: this key stands in the file twice, {TOML}"),
        (b"# fine\n# \xff\n", "kiosk.toml: line 2: not UTF-8, allowed: a text file saved as UTF-8"),
        ("[visit]".encode("utf-16"), "kiosk.toml: saved as UTF-16, allowed: UTF-8"),
        (
            b"x = " + b"[" * 5000,
            "kiosk.toml: a number with too many digits or lists in lists without end, allowed: TOML of ordinary size",
        ),
        (b"#" * 1_000_001, "kiosk.toml: too large, allowed: at most 1,000,000 bytes"),
    ],
)
def test_a_damaged_file_is_one_line(tmp_path, content, line):
    assert lines(tmp_path, content) == [line]


def test_a_byte_order_mark_is_a_warning(tmp_path):
    content = b'\xef\xbb\xbf[kiosk]\nplace = "x"'
    assert lines(tmp_path, content) == []
    assert len(warnings(tmp_path, content)) == 1
    assert read(tmp_path, content).settings.kiosk.place == "x"


def test_a_changed_file_is_noticed(tmp_path):
    loaded = read(tmp_path, "[visit]\nidle_s = 0")
    assert not loaded.changed()
    (tmp_path / "kiosk.toml").write_text("[visit]\nidle_s = 9")
    assert loaded.changed()
    again = load(tmp_path / "kiosk.toml", environ={}, vendors=VENDORS)
    assert not again.changed()
    assert loaded.again().settings.visit.idle_s == 9


def test_a_file_that_comes_or_goes_is_noticed(tmp_path):
    file = tmp_path / "kiosk.toml"
    loaded = load(file, environ={}, vendors=VENDORS)
    assert not loaded.changed()
    file.write_text("")
    assert loaded.changed()
    loaded = loaded.again()
    file.unlink()
    assert loaded.changed()


def test_a_changed_secret_file_is_noticed(tmp_path):
    (tmp_path / "key").write_text("one")
    loaded = read(tmp_path, '[service.shop]\napi_key_file = "key"')
    assert not loaded.changed()
    (tmp_path / "key").write_text("two")
    assert loaded.changed()
    assert loaded.again().settings.service.tables["shop"].api_key.get_secret_value() == "two"


def test_the_demo_needs_none_of_it(tmp_path):
    loaded = read(tmp_path, '[kiosk]\nplace = "x"\n[service]\nvendor = "shop"\n').as_demo()
    assert loaded.mistakes == ()
    assert len(loaded.warnings) == 2
    assert loaded.settings.service.vendor == "demo"
    assert loaded.settings.kiosk.place == "x"
    assert loaded.again().settings.service.vendor == "demo"
