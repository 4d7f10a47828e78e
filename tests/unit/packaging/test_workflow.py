"""Each commit and each push runs what `make check` and `.ci/run` run, with no more rights than that needs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]
HOOKS = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
WORKFLOW = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())
JOBS: dict[str, Any] = WORKFLOW["jobs"]
STEPS = [step for job in JOBS.values() for step in job["steps"]]


def test_the_hooks_are_what_make_check_runs():
    check = re.search(r"^check:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)[1]
    commands = [line.strip().replace("$(BIN)", ".venv/bin") for line in check.splitlines()]
    hooks = [hook["entry"].replace(" --force-exclude", "") for repo in HOOKS["repos"] for hook in repo["hooks"]]
    assert hooks == [re.sub(r" (\.|packaging/\*\.py)$", "", command) for command in commands]


def test_hooks_download_nothing():
    assert [repo["repo"] for repo in HOOKS["repos"]] == ["local"]
    assert {hook["language"] for repo in HOOKS["repos"] for hook in repo["hooks"]} == {"unsupported"}


def test_a_workflow_may_read_the_source_and_nothing_else():
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert not any("permissions" in job for job in JOBS.values())
    checkouts = [step for step in STEPS if step.get("uses", "").startswith("actions/checkout@")]
    assert checkouts and all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_every_action_is_of_one_major_version_and_from_the_makers_of_the_runner():
    uses = {step["uses"] for step in STEPS if "uses" in step}
    assert uses and all(re.fullmatch(r"actions/[a-z-]+@v\d+", each) for each in uses)
    assert len({each.partition("@")[0] for each in uses}) == len(uses)


@pytest.mark.parametrize("name", JOBS)
def test_no_job_runs_for_ever(name):
    assert 0 < JOBS[name]["timeout-minutes"] <= 90


def test_linux_runs_everything_on_the_oldest_python_and_the_units_on_the_others():
    assert any(step.get("run") == "bash .ci/run" for step in JOBS["linux"]["steps"])
    assert JOBS["linux"]["env"]["PYTHON"] == "python3.11"
    assert JOBS["pythons"]["strategy"]["matrix"]["python"] == ["3.12", "3.13"]


def test_the_other_systems_keep_what_they_build():
    assert JOBS["desktops"]["strategy"]["matrix"]["os"] == ["windows-2022", "macos-14"]
    for name in ("desktops", "package"):
        assert any(step.get("uses", "").startswith("actions/upload-artifact@") for step in JOBS[name]["steps"])
