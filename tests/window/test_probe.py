"""The readiness report about the screen: true sizes, the painter and why, and no crash where there is no display."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from app.window.probes.first_paint import painter_finding, screen_findings

PROBE = """
import json
from app.window.probes.first_paint import screen_findings
print(json.dumps([(f.item, f.ok, f.text) for f in screen_findings()]))
"""


def probe(environment):
    run = subprocess.run(
        [sys.executable, "-c", PROBE], env=environment, cwd=Path(__file__).parents[2],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    return json.loads(run.stdout)


@pytest.mark.display
def test_a_real_display_is_told_with_size_session_and_painter(display):
    (item, ok, text), (picture, _, painter) = probe(display)
    assert item == "screen"
    assert ok is not False
    assert "1920 x 1920 pixels" in text
    assert "xcb, session x11" in text
    assert picture == "picture"
    assert painter.startswith("painted by the processor: ")


@pytest.mark.skipif(sys.platform != "linux", reason="only there the display comes from the environment")
def test_without_a_display_the_report_says_so_and_qt_is_not_started():
    (finding,) = screen_findings({})
    assert (finding.item, finding.ok) == ("screen", False)
    assert "DISPLAY" in finding.text


def test_without_a_graphics_card_the_picture_s_own_size_is_advised():
    upright = painter_finding("raster", "no graphics device", (1080, 1920))
    assert upright.ok is None
    assert upright.text.endswith("no graphics device; advised: a screen mode of the picture's size, usually 720 x 1280")
    assert painter_finding("raster", "no graphics device", (1920, 1080)).text.endswith("1280 x 720")


def test_a_screen_of_that_size_is_praised_and_a_graphics_card_needs_nothing():
    assert painter_finding("raster", "no graphics device", (720, 1280)).ok is True
    assert painter_finding("gpu", "Mesa Intel(R) UHD 620", (3840, 2160)).ok is True


def test_a_platform_without_a_screen_of_its_own_is_told_as_well(qapp):
    findings = screen_findings({"QT_QPA_PLATFORM": "offscreen"})
    assert [finding.item for finding in findings] == ["screen", "picture"]
    assert "offscreen" in findings[0].text
