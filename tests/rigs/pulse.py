"""A private PulseAudio server with a virtual speaker and a virtual microphone: real sound without a sound card.

A visitor's voice is played into the sink behind the microphone; what the kiosk plays is recorded from the speaker's
monitor. PortAudio and ALSA read their environment at first use, so whatever opens a device runs in a child process
that has `SoundServer.environment()`.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import numpy as np
import pytest

from app.audio.base import Sound

RATE = 48_000
_FORMAT = ["--raw", "--format=s16le", f"--rate={RATE}", "--channels=1"]
_LOW_LATENCY = "--latency-msec=20"
# By name, a device that is gone cannot be opened; the default would be whatever is left.
_ASOUNDRC = """
pcm.!default { type pulse }
ctl.!default { type pulse }
pcm.speaker { type pulse device speaker hint { show on description "speaker" } }
pcm.microphone { type pulse device microphone hint { show on description "microphone" } }
"""
_SETTLE_S = 2.0  # what a null sink renders ahead before the silent stream comes; other streams stand still so long
_ROOT = Path(__file__).parents[2]


class SoundServer:
    """One PulseAudio server with the sinks "speaker" and "mic"; the source "microphone" hears what "mic" plays.

    Everything about it lies in `home`, so a child process can make an object of its own for the running server.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self._pid_file = home / "pid"
        self._server: subprocess.Popen[bytes] | None = None
        self._feeders: list[subprocess.Popen[bytes]] = []

    def environment(self) -> dict[str, str]:
        """Variables with which a process finds this server, and no other."""
        gone = {"PULSE_SERVER", "PULSE_SINK", "PULSE_SOURCE", "DBUS_SESSION_BUS_ADDRESS", "PIPEWIRE_RUNTIME_DIR"}
        kept = {key: value for key, value in os.environ.items() if key not in gone}
        return kept | {"HOME": str(self.home), "XDG_RUNTIME_DIR": str(self.home), "XDG_CONFIG_HOME": str(self.home)}

    def start(self) -> None:
        """Start the server and both virtual devices; returns when they can be used."""
        (self.home / ".asoundrc").write_text(_ASOUNDRC)
        (self.home / "pulse").mkdir(exist_ok=True)
        (self.home / "pulse" / "client.conf").write_text("autospawn = no\n")
        command = ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no"]
        command += ["-L", "module-native-protocol-unix", "-L", "module-cli-protocol-unix"]
        self._server = self._start(command)
        self._pid_file.write_text(str(self._server.pid))
        deadline = time.monotonic() + 10
        while self._run("pactl", "info", check=False).returncode:
            if time.monotonic() > deadline:
                raise RuntimeError("pulseaudio did not start")
            time.sleep(0.05)
        self._plug_in("speaker")
        self._plug_in("mic")
        time.sleep(_SETTLE_S)

    def plug_in(self, sink: str) -> None:
        """Load the sink "speaker" or "mic" (with the source "microphone"); returns when it runs as hardware would."""
        self._plug_in(sink)
        time.sleep(_SETTLE_S)

    def _plug_in(self, sink: str) -> None:
        properties = f"sink_properties=device.description={sink}"
        self._load("module-null-sink", f"sink_name={sink}", f"rate={RATE}", "channels=1", properties)
        if sink == "mic":
            self._load("module-remap-source", "master=mic.monitor", "source_name=microphone")
            self._run("pactl", "set-default-source", "microphone")
        else:
            self._run("pactl", "set-default-sink", sink)
        # A null sink begins with 2 s of latency until somebody asks for less: a silent stream keeps it at 20 ms.
        command = ["pacat", "--playback", *_FORMAT, _LOW_LATENCY, f"--device={sink}", "/dev/zero"]
        self._feeders.append(self._start(command))  # ends with its sink

    def unplug(self, sink: str) -> None:
        """Take the sink "speaker" or "mic" away, as if its cable had been pulled: who used it is cut off."""
        kind, streams, device = ("sinks", "sink-inputs", "speaker")
        if sink == "mic":
            kind, streams, device = ("sources", "source-outputs", "microphone")
        number = next(d["index"] for d in self._list(kind) if d["name"] == device)
        clients = {s["client"] for s in self._list(streams) if s[kind[:-1]] == number}
        for line in reversed(self._run("pactl", "list", "short", "modules").stdout.splitlines()):
            number, _, arguments = line.partition("\t")
            if f"sink_name={sink} " in arguments or f"master={sink}.monitor" in arguments:
                self._run("pactl", "unload-module", number)
        # The server would move them to any other device, as no cable does.
        with socket.socket(socket.AF_UNIX) as console:
            console.connect(str(self.home / "pulse" / "cli"))
            console.settimeout(5)
            console.sendall("".join(f"kill-client {client}\n" for client in clients).encode())
            console.shutdown(socket.SHUT_WR)
            while console.recv(4096):
                pass  # until it has understood everything

    def speak(self, sound: Sound) -> None:
        """Play int16 mono at 48 kHz in front of the microphone; returns when it was said."""
        with self.speaking(sound):
            pass

    @contextlib.contextmanager
    def speaking(self, sound: Sound) -> Iterator[None]:
        """The same while the body runs; leaving waits for the end."""
        path = self.home / f"said-{time.monotonic_ns()}.raw"
        path.write_bytes(np.asarray(sound, np.int16).tobytes())
        command = ["pacat", "--playback", *_FORMAT, _LOW_LATENCY, "--device=mic", str(path)]
        process = self._start(command)
        try:
            yield
            process.wait(timeout=60)
        finally:
            self._end(process)
            path.unlink()

    @contextlib.contextmanager
    def recording(self, source: str = "speaker.monitor") -> Iterator[Recording]:
        """Record what the speaker plays while the body runs; read `sound` afterwards."""
        recording = Recording(self.home / f"heard-{time.monotonic_ns()}.raw")
        with recording.path.open("wb") as file:
            command = ["pacat", "--record", *_FORMAT, _LOW_LATENCY, f"--device={source}"]
            process = self._start(command, file)
            deadline = time.monotonic() + 5
            while not recording.path.stat().st_size and time.monotonic() < deadline:
                time.sleep(0.01)
            try:
                yield recording
                time.sleep(0.1)  # what is still on its way to the file
            finally:
                self._end(process)

    @contextlib.contextmanager
    def echo(self, delay_ms: int = 80, gain: float = 0.5) -> Iterator[None]:
        """The microphone hears the speaker, later and softer, while the body runs."""
        module = self._load("module-loopback", "source=speaker.monitor", "sink=mic", f"latency_msec={delay_ms}",
                            "adjust_time=0", "rate=48000", "channels=1")  # fmt: skip
        number = next(i["index"] for i in self._list("sink-inputs") if str(i.get("owner_module")) == module)
        self._run("pactl", "set-sink-input-volume", str(number), str(int(65536 * np.cbrt(gain))))
        try:
            yield
        finally:
            self._run("pactl", "unload-module", module, check=False)

    def child(self, *arguments: str) -> subprocess.Popen[str]:
        """Start `python ARGUMENTS` in the repository root with this server's environment; text pipes on all sides."""
        pipe = subprocess.PIPE
        command = [sys.executable, *arguments]
        return subprocess.Popen(
            command, cwd=_ROOT, env=self.environment(), stdin=pipe, stdout=pipe, stderr=pipe, text=True
        )

    def freeze(self, seconds: float) -> None:
        """Let the server hang; returns when it goes on."""
        pid = int(self._pid_file.read_text())
        os.kill(pid, signal.SIGSTOP)
        try:
            time.sleep(seconds)
        finally:
            os.kill(pid, signal.SIGCONT)

    def stop(self) -> None:
        """End the server at once, as if it had crashed; idempotent."""
        with contextlib.suppress(ProcessLookupError, FileNotFoundError):
            os.kill(int(self._pid_file.read_text()), signal.SIGKILL)
        self._pid_file.unlink(missing_ok=True)
        if self._server:
            self._server.wait(timeout=10)
        for feeder in self._feeders:
            self._end(feeder)
        self._feeders.clear()

    def _start(self, command: list[str], out: IO[bytes] | int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
        # Where it may be: before the tests of others, as a sound server runs on a real machine.
        command = ["nice", "-n", "-11", *command]
        return subprocess.Popen(command, env=self.environment(), stdout=out, stderr=subprocess.DEVNULL)

    def _list(self, kind: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self._run("pactl", "--format=json", "list", kind).stdout)
        return found

    def _load(self, *arguments: str) -> str:
        return self._run("pactl", "load-module", *arguments).stdout.strip()

    def _run(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, env=self.environment(), check=check, capture_output=True, text=True, timeout=10)

    @staticmethod
    def _end(process: subprocess.Popen[bytes]) -> None:
        process.kill()
        process.wait(timeout=10)


class Recording:
    """What a source gave: `sound` is int16 mono at 48 kHz."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def sound(self) -> Sound:
        raw = self.path.read_bytes()
        return np.frombuffer(raw[: len(raw) // 2 * 2], np.int16)


@contextlib.contextmanager
def open_sound() -> Iterator[SoundServer]:
    """A fresh sound server with a virtual speaker and a virtual microphone, for the block."""
    missing = [program for program in ("pulseaudio", "pacat", "pactl") if not shutil.which(program)]
    if missing:
        reason = f"needs {', '.join(missing)}: apt-get install pulseaudio libportaudio2 libasound2-plugins"
        if os.environ.get("KIOSK_TEST_STRICT"):
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    with tempfile.TemporaryDirectory(prefix="kiosk-sound-") as folder:
        server = SoundServer(Path(folder))
        try:
            server.start()
            yield server
        finally:
            server.stop()


@pytest.fixture
def sound_server() -> Iterator[SoundServer]:
    """One for this test alone; see `open_sound`."""
    with open_sound() as server:
        yield server
