"""Which painter a machine gets, when the GPU painter is replaced, and that its shaders are there for every system."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QShader

from app.picture import PixelFormat
from app.resources import resource
from app.window.video.choice import Pace, choose, is_software
from app.window.video.gpu_resources import load_shader
from tests.window.picture_stage import PictureStage, RemoteStage
from tests.window.pictures import bars, plain
from tests.window.test_video import assert_bars, close_to, colour

ASK = (
    "from PySide6.QtGui import QGuiApplication as A; a = A([]); from app.window.video.choice import choose; print(({}))"
)
GREEN = (0, 255, 0)


@pytest.mark.parametrize(
    "name",
    [
        "llvmpipe (LLVM 15.0.6, 256 bits)", "softpipe", "Google SwiftShader", "Microsoft Basic Render Driver",
        "ANGLE (Microsoft, Microsoft Basic Render Driver Direct3D11)", "WARP", "Apple Software Renderer", "", " ",
    ],
)  # fmt: skip
def test_software_rasterisers_are_known_by_name(name):
    assert is_software(name)


@pytest.mark.parametrize(
    "name", ["Mesa Intel(R) UHD Graphics 620", "NVIDIA RTX A400", "V3D 4.2", "Apple M2", "AMD Warpath"]
)
def test_real_devices_are_not_mistaken_for_them(name):
    assert not is_software(name)


def ask(environment, question):
    run = subprocess.run(
        [sys.executable, "-c", ASK.format(question)], env=environment, cwd=Path(__file__).parents[2],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    return run.stdout.strip()


@pytest.mark.display
@pytest.mark.skipif(sys.platform != "linux", reason="asks OpenGL on Linux alone")
def test_a_machine_whose_opengl_is_llvmpipe_paints_on_the_cpu_and_says_why(display):
    answer = ask(display, "choose(lambda: True)")
    assert answer.startswith("('raster', 'software rasteriser: llvmpipe")


@pytest.mark.display
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /dev")
def test_without_a_graphics_device_opengl_is_not_even_loaded(display):
    answer = ask(display, "choose(lambda: False), 'libLLVM' in open('/proc/self/maps').read()")
    assert answer == "(('raster', 'no graphics device'), False)"


def test_a_platform_without_a_screen_is_painted_on_the_cpu(qapp):
    assert choose(lambda: True) == ("raster", "the display platform offscreen has no graphics card")


def given_up(stage):
    return [(level, reason) for level, message, reason in stage.log if message == "GPU painter given up"]


@pytest.mark.display
@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"painter": "gpu", "broken_shader": True}, "picture.vert is broken on purpose"),
        ({"painter": "auto", "choice": ("gpu", "a wrong guess")}, "software rasteriser: "),
    ],
)
def test_a_gpu_painter_that_cannot_start_gives_way_once_and_says_so(display, options, reason):
    with RemoteStage(display, **options) as stage:
        shot = stage.show(bars(720, 1280, kind=PixelFormat.BGRA))
        assert_bars(shot, 720, 1280)
        facts = stage.facts()
        assert facts["painter"] == facts["vitals_painter"] == facts["video"].painter == "raster"
        assert facts["wanted"] is PixelFormat.BGRA
        assert facts["degraded"] == {"the picture is painted without the graphics card"}
        assert facts["surface"] == "RasterSurface"  # nothing of the window goes through the graphics card any more
        assert len(given_up(stage)) == 1
        assert given_up(stage)[0][0] == "WARNING"
        assert given_up(stage)[0][1].startswith(reason)


@pytest.mark.expect_log("GPU painter given up")
@pytest.mark.qt_log_ignore("QRhiWidget: .*")
def test_where_there_is_no_graphics_context_at_all_the_picture_is_painted_all_the_same(qapp):
    with PictureStage("gpu") as stage:
        close_to(stage.show(plain(GREEN)), colour(GREEN))
        assert stage.facts()["painter"] == "raster"


@pytest.mark.display
def test_a_gpu_painter_that_paints_too_few_frames_gives_way(display):
    with RemoteStage(display, "gpu") as stage:
        stage.fall_behind(7.0)
        stage.spin()
        assert [reason for _, reason in given_up(stage)] == ["it paints too few of the frames that come"]
        close_to(stage.show(plain(GREEN, kind=PixelFormat.BGRA)), colour(GREEN))


def run_pace(per_second, painted_share, seconds, refresh_hz=60.0):
    pace, came, painted, at = Pace(), 0, 0.0, 50.0
    for _ in range(int(seconds * per_second)):
        came, painted, at = came + 1, painted + painted_share, at + 1 / per_second
        if pace.is_behind(at, came, int(painted), refresh_hz):
            return at - 50.0
    return None


def test_a_painter_that_keeps_up_is_left_alone():
    assert run_pace(30, 1.0, 60) is None
    assert run_pace(30, 0.8, 60) is None


def test_a_painter_that_lags_is_noticed_after_some_seconds():
    assert 5 < run_pace(30, 0.5, 60) < 8


def test_more_than_the_screen_can_show_is_not_asked():
    assert run_pace(60, 0.5, 60, refresh_hz=30.0) is None


def test_a_single_hitch_is_forgiven():
    pace = Pace()
    steps = [(0, 0, 0), (3.1, 93, 10), (6.2, 186, 100), (9.3, 279, 110), (12.4, 372, 200)]
    assert not any(pace.is_behind(at, came, painted, 60.0) for at, came, painted in steps)


def test_shaders_hold_code_for_every_interface():
    for name in ("picture.vert", "picture.frag"):
        kinds = {(key.source().name, key.sourceVersion().version()) for key in load_shader(name).availableShaders()}
        assert {("SpirvShader", 100), ("HlslShader", 50), ("MslShader", 12)} <= kinds
        assert {("GlslShader", 100), ("GlslShader", 120), ("GlslShader", 150)} <= kinds
        assert load_shader(name).stage() is (
            QShader.Stage.VertexStage if name.endswith("vert") else QShader.Stage.FragmentStage
        )


def test_shaders_were_built_from_the_sources_beside_them():
    folder = resource("shaders")
    ledger = dict(reversed(line.split()) for line in (folder / "built-from.txt").read_text().splitlines())
    assert ledger == {
        source.name: hashlib.sha256(source.read_bytes()).hexdigest()
        for source in (folder / "picture.vert", folder / "picture.frag")
    }, "run packaging/shaders.py"
