"""The arguments of the command line, and the exit codes that scripts rely on."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app import __version__
from app.commands.parser import again, parse

COMMANDS = ["run", "demo", "setup", "check", "visits", "release", "self-test"]
HEAVY = {"PySide6", "qasync", "livekit", "httpx", "sounddevice", "hibari", "numpy", "pydantic"}
RARE = {"tomlkit", "prometheus_client"}  # by `setup`, and where the status server runs


@pytest.fixture
def kiosk(tmp_path):
    """Run `python -m app` with a clean profile; returns the finished process."""

    def run(*arguments: str, stdin: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("KIOSK_", "XDG_"))}
        home = {"HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
        return subprocess.run(
            [sys.executable, "-m", "app", *arguments],
            env={**clean, **home, **environ}, cwd=Path(__file__).parents[3], input=stdin, capture_output=True,
            text=True, timeout=100, check=False,
        )  # fmt: skip

    return run


# ---------------------------------------------------------------- parsing


def test_without_a_command_it_runs():
    given = parse([])
    assert given.command == "run"
    assert (given.config, given.state_dir, given.windowed, given.log_level) == (None, None, None, "info")


@pytest.mark.parametrize("command", COMMANDS)
def test_options_of_all_stand_before_or_after_the_command(command):
    options = ["--config", "k.toml", "--state-dir", "s", "--log-level", "debug"]
    for arguments in ([command, *options], [*options, command]):
        given = parse(arguments)
        assert (given.command, given.config, given.state_dir) == (command, Path("k.toml"), Path("s"))
        assert given.log_level == "debug"


@pytest.mark.parametrize("command", ["run", "demo"])
def test_running_has_a_window_a_display_and_a_parent(command):
    given = parse([command, "--windowed", "540x960", "--display", "HDMI-1", "--no-supervise"])
    assert (given.windowed, given.display, given.no_supervise) == ((540, 960), "HDMI-1", True)


def test_the_demo_can_be_busy():
    assert parse(["demo", "--busy", "2.5"]).busy == 2.5


@pytest.mark.parametrize(
    "arguments",
    [
        ["fly"],
        ["run", "fast"],
        ["--fast"],
        ["--conf", "x"],
        ["--config"],
        ["--config", ""],
        ["--log-level", "loud"],
        ["--windowed", "540"],
        ["--windowed", "0x960"],
        ["--windowed", "-5x960"],
        ["check", "--windowed", "540x960"],
        ["--windowed", "540x960", "check"],
        ["run", "--busy", "3"],
        ["--busy", "3"],
        ["demo", "--busy", "nan"],
        ["demo", "--busy", "inf"],
        ["demo", "--busy", "-1"],
        ["demo", "--busy", "soon"],
        ["run", "--json"],
        ["setup", "--json"],
        ["check", "--force"],
        ["visits", "--since", "yesterday"],
        ["run", "a\nb\x1b[31m"],
    ],
)
def test_wrong_usage_is_exit_code_2_and_one_line(capsys, arguments):
    with pytest.raises(SystemExit) as end:
        parse(arguments)
    told = capsys.readouterr()
    assert end.value.code == 2
    assert told.out == ""
    assert told.err.endswith("\n")
    assert told.err[:-1].isprintable()
    assert told.err.startswith("avatar-kiosk: ")


@pytest.mark.parametrize("arguments", [["--help"], *([command, "--help"] for command in COMMANDS)])
def test_help_is_everywhere(capsys, arguments):
    with pytest.raises(SystemExit) as end:
        parse(arguments)
    assert end.value.code == 0
    assert capsys.readouterr().out.startswith("usage: avatar-kiosk")


def test_it_tells_its_version(capsys):
    with pytest.raises(SystemExit) as end:
        parse(["--version"])
    assert end.value.code == 0
    assert capsys.readouterr().out == f"avatar-kiosk {__version__}\n"


def test_a_child_gets_the_options_of_its_parent():
    given = parse(
        ["--config", "a b.toml", "demo", "--busy", "3", "--windowed", "540x960", "--display=-x", "--state-dir=s"]
    )
    same = parse(again(given, "demo"))
    assert same == given
    for_release = parse(again(given, "release"))
    assert (for_release.command, for_release.config, for_release.state_dir) == (
        "release",
        given.config,
        given.state_dir,
    )


# ---------------------------------------------------------------- the program


def test_the_command_line_alone_loads_nothing_heavy():
    code = "import app.__main__, app.system.parent, sys; print(*sorted({m.partition('.')[0] for m in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert (HEAVY | RARE) & set(loaded) == set()


def test_a_kiosk_loads_what_few_need_only_when_it_is_needed():
    code = (
        "import sys, app.compose.process, app.compose.composition\n"
        "print(*sorted({m.partition('.')[0] for m in sys.modules}))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert RARE & set(loaded) == set()


def test_a_release_loads_only_what_it_needs():
    """A session costs money until it has begun."""
    code = (
        "import sys, app.commands.release\n"
        "from app.settings.load import load\n"
        "from app.vendors.registry import vendors\n"
        "load(None, vendors=vendors()), print(*{m.partition('.')[0] for m in sys.modules})"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert ({"numpy", "livekit", "daily", "PySide6", "qasync"} | RARE) & set(loaded) == set()


def test_check_says_every_mistake_on_a_line_of_its_own(kiosk, tmp_path):
    file = tmp_path / "k.toml"
    file.write_text('[visit]\nidle_s = 0\nidel_s = 1\n[service]\nvendor = "livekit"\n')
    done = kiosk("check", "--config", str(file))
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"{file}: visit.idel_s = 1: unknown key, nearest known name: visit.idle_s",
        f"{file}: visit.idle_s = 0: not above 0, allowed: any positive number",
        f'{file}: service.livekit.token_url = "": required for the service livekit, allowed: what its account shows',
    ]
    assert "not asked: its settings are wrong" in done.stdout
    assert done.stdout.endswith("NOT READY\n")


def test_check_prints_json(kiosk, tmp_path):
    done = kiosk("check", "--json", "--config", str(tmp_path / "none.toml"))
    report = json.loads(done.stdout)
    assert done.returncode == 1
    assert report["ready"] is False
    assert report["mistakes"] == done.stderr.splitlines()
    assert {"item", "ok", "text"} == set(report["findings"][0])


def test_check_and_self_test_end_with_1_where_settings_are_wrong(kiosk, tmp_path):
    file = tmp_path / "k.toml"
    file.write_text("[visit]\nidle_s = nan")
    done = kiosk("self-test", "--config", str(file))
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1].startswith("SELF-TEST FAIL: settings")


def test_visits_say_that_there_are_none_whatever_the_settings_say(kiosk, tmp_path):
    file = tmp_path / "k.toml"
    file.write_text("[visit]\nidle_s = 0")
    done = kiosk("visits", "--config", str(file))
    assert (done.returncode, done.stdout) == (0, "No visit has been recorded yet.\n")
    assert done.stderr == f"warning: {file}: visit.idle_s = 0: not above 0, allowed: any positive number\n"


def test_release_has_nothing_to_do_in_a_new_place(kiosk, tmp_path):
    done = kiosk("release", "--state-dir", str(tmp_path / "state"))
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 1


@pytest.mark.parametrize("command", ["run", "demo", "release"])
def test_a_state_directory_that_cannot_be_used_is_one_line(kiosk, tmp_path, command):
    (tmp_path / "file").touch()
    done = kiosk(command, "--state-dir", str(tmp_path / "file" / "x"))
    assert done.returncode == 1
    assert done.stderr == (f"avatar-kiosk: the state directory {tmp_path}/file/x cannot be used: Not a directory\n")


def test_setup_saves_what_it_was_told(kiosk, tmp_path):
    answers = "demo\nHall 4\n20270\n20270\n"
    done = kiosk("setup", "--config", str(tmp_path / "new" / "k.toml"), stdin=answers)
    assert done.returncode == 0
    assert done.stderr == ""
    checked = kiosk("visits", "--config", str(tmp_path / "new" / "k.toml"))
    assert checked.stderr == ""
    assert kiosk("setup", "--config", str(tmp_path / "new" / "k.toml"), stdin="").returncode == 1


def test_a_reader_that_goes_away_is_no_fault(tmp_path):
    # The reader closes before the report is written, whatever the machine is busy with.
    command = f"{sys.executable} -m app visits --config {tmp_path}/x | (exec <&-; cat /dev/null; true)"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr
