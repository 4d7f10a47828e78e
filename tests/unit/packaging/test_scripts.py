"""The scripts around the program: what they run, and how they tell good from bad."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from smoke_test import unexpected

import app

ROOT = Path(__file__).parents[3]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


@pytest.mark.parametrize("line", ["Traceback (most recent call last):", "ok  but FFI Panic: gone", "something new"])
def test_a_line_nobody_expects_fails_the_self_test(line):
    assert unexpected(f"ok  settings\n{line}\nSELF-TEST PASS\n") == [line]


def test_an_ordinary_self_test_passes():
    assert unexpected("ok  settings\nok  fonts\n\nSELF-TEST PASS\n") == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt", "requirements-go.txt"])
def test_lock_files_are_hashed_and_name_no_index(name):
    text = (ROOT / "packaging" / name).read_text()
    pins = re.findall(r"^[a-z0-9][^\s=]*==\S+.*\\\n    --hash=sha256:", text, re.MULTILINE)
    assert len(pins) == len(re.findall(r"^\S+==", text, re.MULTILINE)) > 0
    assert not re.search(r"index|https?:|^-|file:", text, re.MULTILINE)


def test_the_lock_holds_what_the_project_asks_for():
    locked = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / "packaging" / "requirements.txt").read_text(), re.MULTILINE))
    asked = sum(PROJECT["project"]["optional-dependencies"].values(), PROJECT["project"]["dependencies"])
    names = {re.match(r"[\w-]+", line)[0].lower().replace("_", "-") for line in asked}
    assert names <= locked


def test_the_locks_of_official_clients_hold_what_is_asked_for_and_name_no_index():
    folder = ROOT / "packaging" / "official"
    groups = {name: asked for name, asked in PROJECT["dependency-groups"].items() if name.startswith("official-")}
    assert {f"{name.removeprefix('official-')}.txt" for name in groups} == {path.name for path in folder.glob("*.txt")}
    for name, asked in groups.items():
        pins = (folder / f"{name.removeprefix('official-')}.txt").read_text().splitlines()
        assert {re.sub(r"\[.*\]", "", line) for line in asked} <= set(re.sub(r"\[.*\]", "", pin) for pin in pins)
        assert all(re.match(r"[a-z0-9.-]+(\[[a-z,-]+\])?==\S+( ;.*)?$", pin) for pin in pins)
    packages = json.loads((folder / "package.json").read_text())
    lock = json.loads((folder / "package-lock.json").read_text())["packages"]
    for name, version in {**packages["dependencies"], **packages["devDependencies"]}.items():
        assert lock[f"node_modules/{name}"]["version"] == version
    assert all("integrity" in entry and "resolved" not in entry for name, entry in lock.items() if name)


def test_the_page_of_official_clients_names_the_versions():
    page = (ROOT / "docs/official-clients.md").read_text()
    groups = {name: asked for name, asked in PROJECT["dependency-groups"].items() if name.startswith("official-")}
    packages = json.loads((ROOT / "packaging" / "official" / "package.json").read_text())["dependencies"]
    wanted = [re.sub(r"\[.*\]", "", line).split("==") for asked in groups.values() for line in asked]
    for name, version in [*wanted, *packages.items()]:
        assert re.search(rf"^\| \w+ `{re.escape(name)}`.* \| {re.escape(version)} \|", page, re.MULTILINE), name


def test_a_checkout_and_the_package_have_one_version():
    assert app.__version__ == PROJECT["project"]["version"]


def test_what_runs_before_landing_is_every_check_and_every_test():
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert script.read_text().splitlines()[-1] == "exec make check test"


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
def test_every_make_target_explains_itself():
    shown = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    targets = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[1].split()
    assert {line.split()[1] for line in shown.splitlines()} == {*targets} - {"dev"}


def test_modules_know_only_whom_they_may_know():
    told = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout
