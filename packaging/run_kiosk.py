"""`make run`: the kiosk where there is a screen; elsewhere a demo visit on a virtual screen, with screenshots."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from visitor import Failed, Kiosk, virtual_screen

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "build" / "screenshots"
SIZES = {"portrait": "1080x1920", "landscape": "1920x1080"}
IDLE = {"KIOSK_VISIT__IDLE_S": "10"}  # so that "still there?" comes soon; its question keeps the usual 20 s
ANSWER_S = 3.0  # into the answer, so that the picture shows a sentence


def main(options: list[str]) -> int:
    command = [sys.executable, "-m", "app"]
    os.chdir(ROOT)
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        os.execv(command[0], [*command, "run", *options])
    print("There is no display here, so a visitor comes to the demo on a virtual one. This takes about two minutes.")
    if subprocess.run(["bash", "packaging/system.sh", "screen"], check=False).returncode:
        return 1
    try:
        for name, size in SIZES.items():
            visit(command, size, PICTURES / name)
    except Failed as failure:
        print(failure, file=sys.stderr)
        return 1
    print(f"Pictures of every step are in {PICTURES.relative_to(ROOT)}/. Start it on a screen to talk with the avatar.")
    return 0


def visit(command: list[str], size: str, pictures: Path) -> None:
    """Make one visit from attract to attract, with screenshots. Raises Failed where something else happens."""
    with virtual_screen(size) as screen:
        demo = [*command, "demo", "--windowed", size, "--busy", "9"]
        with Kiosk(demo, {**screen, **IDLE, "PYTHONPATH": str(ROOT)}) as kiosk:

            def take(name: str) -> None:
                kiosk.photograph(pictures / f"{name}.png")
                print(f"  {pictures.name}: {name}", flush=True)

            kiosk.wait_for_screen("attract", most_s=60)
            take("attract")
            kiosk.press("Return")
            kiosk.wait_for_screen("notice")
            take("notice")
            kiosk.press("Return")
            kiosk.wait_for_screen("waiting")
            time.sleep(4)  # reason and elapsed time come after three seconds
            take("waiting")
            kiosk.wait_for_screen("live", most_s=60)
            take("live")
            kiosk.focus("question-1")
            before = kiosk.wait_for("a status", lambda found: found["visit"])["visit"]["captions"]
            kiosk.press("Return")
            kiosk.wait_for("an answer", lambda found: found["visit"] and found["visit"]["captions"] >= before + 2)
            time.sleep(ANSWER_S)
            take("answer")
            kiosk.wait_for_screen("still_there", most_s=90)
            take("still_there")
            kiosk.press("Escape")
            kiosk.wait_for_screen("farewell")
            take("farewell")
            kiosk.wait_for_screen("attract")
            code = kiosk.end()
            if code != 0:
                raise Failed(f"the kiosk ended with {code}:\n{kiosk.output()}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
