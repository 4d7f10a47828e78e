"""What staff see when the settings or the key are wrong, and that it mends itself."""

from __future__ import annotations

import pytest

from tests.end.conftest import livekit_toml

# The scripted agent runs in this process, and its library complains about rooms that were closed under it.
pytestmark = [pytest.mark.expect_log("livekit"), pytest.mark.asyncio, pytest.mark.display]


async def test_wrong_settings_show_unavailable_until_they_are_right(start) -> None:
    program = start('[service]\nvendor = "demo"\n[visit]\nidle_s = -1\n')
    wrong = await program.until("unavailable", 40)
    assert wrong["unavailable"] == "config"
    assert "visit.idle_s = -1" in program.output and "Traceback" not in program.output
    right = program.config.read_text().replace("idle_s = -1", "idle_s = 30")
    program.config.write_text(right)
    mended = await program.until("attract", 20)
    assert mended["unavailable"] is None
    assert program.end() == 0


@pytest.mark.live
async def test_a_refused_key_is_told_to_staff_and_never_says_please_wait(start, livekit_server) -> None:
    from tests.vendors.livekit_endpoint import LiveKitEndpoint

    endpoint = LiveKitEndpoint(livekit_server, key="right-key")
    await endpoint.start()
    try:
        program = start(livekit_toml(endpoint, more='headers = { "X-Kiosk-Key" = "CANARY-wrong-key" }'))
        await program.until("attract", 40)
        await program.press("Return")
        await program.until("notice")
        await program.press("Return")
        found = await program.until("unavailable", 8)
        assert found["unavailable"] == "auth" and found["last_end"] == "unavailable"
        assert program.end() == 0
        everything = program.output + "".join(
            path.read_text(errors="replace") for path in program.state.rglob("*") if path.is_file()
        )
        assert "CANARY" not in everything
    finally:
        await endpoint.close()


async def test_a_second_start_on_the_same_state_directory_says_so(start) -> None:
    first = start('[service]\nvendor = "demo"\n')
    await first.until("attract", 40)
    second = start('[service]\nvendor = "demo"\n', "--state-dir", str(first.state))
    assert second.process.wait(20) == 1
    assert "already runs" in second.output and second.output.count("\n") == 1
