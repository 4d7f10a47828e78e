"""The readiness report: every line is true, nothing is asked needlessly, and no failing part breaks it."""

import json
import os

import pytest

from app.commands.check import clock_findings, disk_findings, is_ready, service_findings, settings_findings
from app.commands.probes import apart, within
from app.commands.report import line, show_json
from app.findings import Finding
from app.settings.advice import advice
from app.settings.load import load
from app.settings.model import ServiceSettings, Settings, VisitSettings, WaitingSettings
from app.state import StateDirectory
from app.system.redact import Redactor
from app.vendors.base import Vendor
from app.vendors.errors import AuthError, Busy, ConfigError, OutOfCredits, TransientError
from app.vendors.registry import vendors
from tests.unit.settings.givens import ShopSettings, read

RIGHT = '[service]\nvendor = "shop"\n[service.shop]\nurl = "https://x"\napi_key = "hunter22"\n'


class Asked:
    """A fake service whose check returns findings, or raises."""

    def __init__(self, answer):
        self.answer = answer
        self.times = 0

    def build(self, context):
        assert context.settings.url == "https://x"
        return self

    async def check(self):
        self.times += 1
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer

    @property
    def vendors(self):
        return {"shop": Vendor("shop", ShopSettings, "livekit", self.build, None)}


async def findings_of(folder, service, text=RIGHT):
    return await service_findings(read(folder, text), Redactor(["hunter22"]), service.vendors, None)


@pytest.mark.asyncio
async def test_the_service_tells_its_own_findings(tmp_path):
    own = [Finding("clock", False, "90 s behind")]
    assert await findings_of(tmp_path, Asked(own)) == [Finding("service", True, "shop"), *own]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("error", "ok", "words"),
    [
        (
            AuthError("shop", "wrong hunter22", http_status=401),
            False,
            "the key is refused (shop: wrong *** (HTTP 401))",
        ),
        (ConfigError("shop", "no such id"), False, "an id or another setting is refused (shop: no such id)"),
        (OutOfCredits("shop"), False, "minutes or credits are used up (shop: OutOfCredits)"),
        (TransientError("shop"), False, "cannot be asked just now (shop: TransientError)"),
        (Busy("shop"), None, "answers, and is full just now (shop: Busy)"),
        (TimeoutError(), False, "gives no answer within 30 s"),
        (RuntimeError("hunter22"), False, "the check itself failed (RuntimeError)"),
    ],
)
async def test_a_refusal_is_a_finding(tmp_path, error, ok, words):
    assert await findings_of(tmp_path, Asked(error)) == [Finding("service", ok, f"shop: {words}")]


@pytest.mark.asyncio
@pytest.mark.parametrize("text", ['[service]\nvendor = "shop"', "[service", '[service]\nvendor = "tavus"'])
async def test_nothing_is_asked_while_the_services_settings_are_wrong(tmp_path, text):
    service = Asked([])
    (finding,) = await findings_of(tmp_path, service, text)
    assert (finding.ok, service.times) == (False, 0)


@pytest.mark.asyncio
async def test_a_mistake_elsewhere_does_not_keep_it_from_asking(tmp_path):
    service = Asked([])
    await findings_of(tmp_path, service, RIGHT + "[visit]\nidle_s = 0")
    assert service.times == 1


def test_notes_are_no_obstacle_and_one_fault_is(tmp_path):
    assert is_ready([Finding("a", True, ""), Finding("b", None, "")])
    assert not is_ready([Finding("a", True, ""), Finding("b", False, "")])
    assert not is_ready(settings_findings(read(tmp_path, "[visit]\nidle_s = 0")))
    assert is_ready(settings_findings(read(tmp_path, "")))


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
def test_secrets_that_others_can_read_are_noted(tmp_path):
    loaded = read(tmp_path, RIGHT)
    loaded.path.chmod(0o644)
    assert "chmod 600" in settings_findings(loaded)[1].text
    loaded.path.chmod(0o600)
    assert len(settings_findings(loaded)) == 1


def test_the_defaults_are_inside_what_is_advised():
    assert advice(Settings()) == []


def test_a_value_outside_what_is_advised_is_noted_and_no_more():
    settings = Settings(visit=VisitSettings(idle_s=5, max_extensions=2), waiting=WaitingSettings(cap_s=1e6))
    assert advice(settings) == [
        Finding("visit.idle_s", None, "5 works; advised: 30 to 300"),
        Finding("visit.max_extensions", None, "2 works; advised: at least 10"),
        Finding("waiting.cap_s", None, "1e+06 works; advised: 60 to 900"),
    ]
    assert is_ready(advice(settings))


def test_values_that_defeat_one_another_are_noted():
    found = advice(Settings(visit=VisitSettings(stall_notice_s=15, stall_end_s=12, chip_s=30, countdown_s=30)))
    assert [finding.item for finding in found] == ["visit.stall_notice_s"]
    found = advice(Settings(visit=VisitSettings(chip_s=10, countdown_s=20)))
    assert [finding.item for finding in found] == ["visit.chip_s", "visit.chip_s"]


TAVUS = '[service]\nvendor = "tavus"\n[service.tavus]\napi_key = "k"\nreplica_id = "r1"\n'


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("", {}),
        ("ready_timeout_s = 120", {}),
        ("ready_timeout_s = 121", {"ready_timeout_s": "121 works; advised: 10 to 120"}),
        ("ready_timeout_s = 9", {"ready_timeout_s": "9 works; advised: 10 to 120"}),
        ("participant_absent_timeout_s = 16", {"participant_absent_timeout_s":
            "16 is over before a slow join, for which visit.connect_timeout_s allows 16"}),
    ],
)  # fmt: skip
def test_times_of_the_chosen_service_are_looked_at(tmp_path, settings, expected):
    file = tmp_path / "kiosk.toml"
    file.write_text(TAVUS + settings)
    found = advice(load(file, environ={}, vendors=vendors()).settings)
    assert {finding.item: finding.text for finding in found} == {
        f"service.tavus.{key}": text for key, text in expected.items()
    }


@pytest.mark.parametrize(
    ("url", "count"),
    [("http://shop.example", 1), ("https://shop.example", 0), ("http://localhost:8080", 0), ("http://[::1]/x", 0)],
)
def test_an_address_that_sends_keys_unencrypted_is_noted(tmp_path, url, count):
    found = advice(read(tmp_path, RIGHT.replace("https://x", url)).settings)
    assert [finding.item for finding in found] == ["service.shop.url"] * count


def test_the_disk_is_the_state_directorys(tmp_path):
    (finding,) = disk_findings(StateDirectory(tmp_path / "state"))
    assert str(tmp_path / "state") in finding.text
    (tmp_path / "file").touch()
    (finding,) = disk_findings(StateDirectory(tmp_path / "file" / "state"))
    assert finding.ok is False


def test_a_clock_before_the_program_was_written_is_wrong():
    assert clock_findings(0.0)[0].ok is False
    assert clock_findings(2e9)[0].ok is True


def test_a_probe_that_fails_is_a_finding():
    def fails():
        raise OSError("token=hunter22")

    assert within("x", fails) == [Finding("x", False, "OSError: token=***")]
    assert within("x", lambda: "fine") == [Finding("x", True, "fine")]
    assert within("x", lambda: []) == []


@pytest.mark.asyncio
@pytest.mark.real_time
async def test_a_probe_that_dies_is_a_finding():
    assert await apart("x", "platform", "system") == within("x", __import__("platform").system)
    (died,) = await apart("x", "os", "abort")
    assert (died.ok, died.text) == (False, "cannot be used: its probe ended with -6")
    (absent,) = await apart("x", "app.no_such_part", "probe")
    assert absent.ok is False


def test_a_finding_is_one_line():
    assert line(Finding("x", False, "a\nb"), 3) == "FAIL    x    a\\nb"
    assert line(Finding("x", None, "")) == "warning x"


def test_json_holds_the_findings(capsys):
    show_json([Finding("x", None, "ü")], ready=True)
    told = capsys.readouterr().out
    assert json.loads(told) == {"ready": True, "findings": [{"item": "x", "ok": None, "text": "ü"}]}
    assert "ü" in told


@pytest.mark.parametrize(("vendor", "hard_limit_s", "notes"), [("shop", 601, 1), ("shop", 600, 0), ("demo", 601, 0)])
def test_a_limit_beyond_the_plan_is_told(vendor, hard_limit_s, notes):
    service = ServiceSettings(vendor=vendor, tables={vendor: ShopSettings(plan_max_s=600)})
    settings = Settings(visit=VisitSettings(hard_limit_s=hard_limit_s), service=service)
    found = [finding for finding in advice(settings) if "plan's longest session" in finding.text]
    assert [finding.ok for finding in found] == [None] * notes
