"""What the package leaves out, and what it must never hold."""

import sys
import zipfile

import build_package
import pytest
from pruning import forbidden, is_wanted, reachable


@pytest.mark.parametrize(
    "name",
    [
        "PySide6/Qt/plugins/platforms/libqxcb.so",
        "PySide6/Qt/plugins/platforms/libqwayland.so",
        "PySide6/Qt/plugins/platforms/libqoffscreen.so",
        "PySide6/Qt/plugins/iconengines/libqsvgicon.so",
        "PySide6/Qt/lib/libQt6Widgets.so.6",
        "libxcb-cursor.so.0",
        "livekit/rtc/resources/liblivekit_ffi.so",
        "moonshine_voice/assets/tiny-en/encoder_model.ort",
        "hibari/assets/hibari.onnx",
    ],
)
def test_what_the_kiosk_needs_stays(name):
    assert is_wanted(name, "linux")


@pytest.mark.parametrize(
    "name",
    [
        "PySide6/Qt/plugins/platforms/libqeglfs.so",
        "PySide6/Qt/plugins/platformthemes/libqgtk3.so",
        "PySide6/Qt/plugins/platforminputcontexts/libqtvirtualkeyboardplugin.so",
        "PySide6/Qt/lib/libQt6VirtualKeyboard.so.6",
        "PySide6/Qt/lib/libQt6Network.so.6",
        "libQt6Network.so.6",
        "PySide6/Qt/translations/qt_de.qm",
        "libstdc++.so.6",
        "libX11.so.6",
        "libxcb.so.1",
        "libasound.so.2",
        "numpy/_core/tests/test_umath.py",
    ],
)
def test_the_rest_goes(name):
    assert not is_wanted(name, "linux")


@pytest.mark.parametrize("system", ["darwin", "win32"])
@pytest.mark.parametrize(
    "name",
    [
        "_sounddevice_data/portaudio-binaries/libportaudio.dylib",
        "_sounddevice_data/portaudio-binaries/libportaudio64bit.dll",
        "PySide6/Qt/plugins/platforms/libqcocoa.dylib",
        "PySide6/plugins/platforms/qwindows.dll",
    ],
)
def test_elsewhere_no_system_brings_what_linux_has(system, name):
    assert is_wanted(name, system)
    assert not is_wanted("PySide6/plugins/platforminputcontexts/qtvirtualkeyboardplugin.dll", system)


def test_a_scan_finds_what_must_not_be_shipped():
    names = [
        "_internal/libQt6Core.so.6",
        "_internal/libQt6Charts.so.6",
        "_internal/av.libs/libx264-1.so",
        "libdrm.so.2",
    ]
    assert forbidden(names) == ["_internal/av.libs/libx264-1.so", "_internal/libQt6Charts.so.6", "libdrm.so.2"]


@pytest.mark.skipif(sys.platform != "linux", reason="reads ELF files")
def test_a_library_that_nothing_asks_for_any_more_goes():
    import _ssl

    needs_libssl = ("python/_ssl.so", _ssl.__file__, "EXTENSION")
    libssl = ("libssl.so.3", _ssl.__file__, "BINARY")
    orphan = ("libgtk-3.so.0", _ssl.__file__, "BINARY")
    assert reachable([needs_libssl, libssl, orphan]) == [needs_libssl, libssl]


def test_elsewhere_the_frozen_folder_is_zipped_for_trying(tmp_path, monkeypatch):
    monkeypatch.setattr(build_package, "WORK", tmp_path / "work")
    monkeypatch.setattr(build_package, "DIST", tmp_path / "dist")
    program = tmp_path / "work" / "avatar-kiosk"
    program.mkdir(parents=True)
    (program / "avatar-kiosk.exe").write_bytes(b"MZ")
    made = build_package.build_trial(program)
    assert made.parent == tmp_path / "dist" and made.name.endswith("-trial.zip")
    with zipfile.ZipFile(made) as archive:
        assert {name for name in archive.namelist() if not name.endswith("/")} == {
            "avatar-kiosk/avatar-kiosk.exe", "avatar-kiosk/LICENSE",
        }  # fmt: skip
