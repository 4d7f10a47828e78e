"""One line for each mistake; right values still take effect."""

import math
from dataclasses import replace

import pytest
from pydantic import ValidationError

from app.settings.model import Settings, VisitSettings
from tests.unit.settings.givens import SHOP, lines, read, warnings

NEEDED = '[service]\nvendor = "shop"\n[service.shop]\nurl = "https://x"\napi_key = "k"\n'


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[visit]\nidle_s = 0", "kiosk.toml: visit.idle_s = 0: not above 0, allowed: any positive number"),
        ("[visit]\nidle_s = -1.5", "kiosk.toml: visit.idle_s = -1.5: not above 0, allowed: any positive number"),
        ("[visit]\nidle_s = nan", "kiosk.toml: visit.idle_s = nan: not a finite number, allowed: a finite number"),
        ("[visit]\nidle_s = -inf", "kiosk.toml: visit.idle_s = -inf: not a finite number, allowed: a finite number"),
        ("[visit]\nidle_s = true", "kiosk.toml: visit.idle_s = true: not a number, allowed: any positive number"),
        ('[visit]\nidle_s = "30"', 'kiosk.toml: visit.idle_s = "30": not a number, allowed: any positive number'),
        ("[visit]\ngrace_s = -1", "kiosk.toml: visit.grace_s = -1: below 0, allowed: 0 or any positive number"),
        (
            "[visit]\nmax_extensions = 1.5",
            "kiosk.toml: visit.max_extensions = 1.5: not a whole number, allowed: 0 or any positive whole number",
        ),
        (
            "[visit]\nmax_extensions = -1",
            "kiosk.toml: visit.max_extensions = -1: below 0, allowed: 0 or any positive whole number",
        ),
        ('[visit]\nnotice = "no"', 'kiosk.toml: visit.notice = "no": not one of its values, allowed: screen, tap'),
        (
            f"[visit]\nidle_s = 0x{'f' * 4000}",
            "kiosk.toml: visit.idle_s = a very large number: too large, allowed: a number of ordinary size",
        ),
        ("[visit]\nidel_s = 3", "kiosk.toml: visit.idel_s = 3: unknown key, nearest known name: visit.idle_s"),
        ("[visit]\npoll_s = 3", "kiosk.toml: visit.poll_s = 3: unknown key, nearest known name: waiting.poll_s"),
        ("[visit]\ncap_s = 3", "kiosk.toml: visit.cap_s = 3: unknown key, nearest known name: waiting.cap_s"),
        ("idle_s = 3", "kiosk.toml: idle_s = 3: unknown key, nearest known name: visit.idle_s"),
        ("[vist]\nidle_s = 3", "kiosk.toml: vist = {...}: unknown table, nearest known name: visit"),
        ("visit = 3", "kiosk.toml: visit = 3: not a table, allowed: [visit] with its keys below"),
        ("[[visit]]\nidle_s = 3", "kiosk.toml: visit = [{...}]: not a table, allowed: [visit] with its keys below"),
        (
            '[kiosk]\nid = "a b"',
            'kiosk.toml: kiosk.id = "a b": not a usable name, allowed: letters, digits and "-", 64 at most',
        ),
        (
            '[kiosk]\nlanguage = "de"\nlanguages = ["en"]',
            'kiosk.toml: kiosk.languages = ["en"]: lacks the first language, allowed: a list that holds "de"',
        ),
        (
            '[kiosk]\nlanguages = "en"',
            'kiosk.toml: kiosk.languages = "en": not a list, allowed: a list in [ ]',
        ),
        ("[audio]\nvolume = 2", "kiosk.toml: audio.volume = 2: out of range, allowed: a number from 0 to 1"),
        (
            '[audio]\nmode = "loud"',
            'kiosk.toml: audio.mode = "loud": not one of its values, '
            "allowed: hands-free, push-to-talk, half-duplex, text",
        ),
        (
            "[audio]\necho_cancellation = 1",
            "kiosk.toml: audio.echo_cancellation = 1: neither true nor false, allowed: true, false",
        ),
        (
            '[hours.week]\nmo = ["10:00-18:00"]',
            'kiosk.toml: hours.week.mo = ["10:00-18:00"]: not one of its values, '
            "allowed: mon, tue, wed, thu, fri, sat, sun",
        ),
        (
            '[hours.week]\nmon = ["10:00-18:00", "25:00-26:00"]',
            'kiosk.toml: hours.week.mon[1] = "25:00-26:00": not an opening time, allowed: "HH:MM-HH:MM"',
        ),
        (
            '[hours]\nclosed = [2027-12-25, "2027-13-01"]',
            'kiosk.toml: hours.closed[1] = "2027-13-01": not a date, allowed: a date such as "2027-12-25"',
        ),
        (
            '[hours]\ntimezone = "../etc"',
            'kiosk.toml: hours.timezone = "../etc": unknown time zone, '
            'allowed: an IANA name such as "Europe/Vienna", or ""',
        ),
        (
            '[staff]\npin = "1234"',
            "kiosk.toml: staff.pin = ***: not a hashed PIN, "
            'allowed: the hash that "avatar-kiosk setup" makes, never the PIN itself',
        ),
        (
            '[status]\nlisten = "0.0.0.0:9464"',
            'kiosk.toml: status.token = "": required where others can reach the address, '
            "allowed: any text, or a loopback address in listen",
        ),
        (
            '[status]\nlisten = "localhost"',
            'kiosk.toml: status.listen = "localhost": not an address to listen on, allowed: HOST:PORT, '
            'for example "127.0.0.1:9464" or "[::1]:9464", with a port from 1 to 65535',
        ),
        (
            '[line]\nredis_url = "http://host"',
            'kiosk.toml: line.redis_url = "http://host": not such an address, '
            "allowed: redis://HOST or rediss://HOST, with port and path if needed",
        ),
        (
            '[mqtt]\nurl = "http://host"',
            'kiosk.toml: mqtt.url = "http://host": not such an address, '
            "allowed: mqtt://HOST or mqtts://HOST, with port and path if needed",
        ),
        (
            f"[look]\nquestions = {'[' * 60}{']' * 60}",
            "kiosk.toml: look.questions[0] = [...]: nested too deep, allowed: a few levels",
        ),
        (
            '[service]\nvendor = "bey"',
            'kiosk.toml: service.vendor = "bey": not built yet, allowed: demo, shop',
        ),
        (
            '[service]\nvendor = "shopp"',
            'kiosk.toml: service.vendor = "shopp": unknown service, nearest known: shop, allowed: demo, shop',
        ),
        (
            '[service]\nvendor = "heygen"',
            'kiosk.toml: service.vendor = "heygen": unknown service, allowed: demo, shop',
        ),
        (
            '[kiosk]\nlanguage = "english"',
            'kiosk.toml: kiosk.language = "english": not a language, allowed: its code, for example "en" or "pt-BR"',
        ),
        ("[service]\nvendor = 3", "kiosk.toml: service.vendor = 3: not text, allowed: demo, shop"),
        ("service = 3", "kiosk.toml: service = ***: not a table, allowed: [service] with its keys below"),
        (
            "[service.shp]\nx = 1",
            "kiosk.toml: service.shp = {...}: unknown table, nearest known name: service.shop",
        ),
        (
            '[service.bey]\nbase_url = "api.bey.dev"',
            'kiosk.toml: service.bey.base_url = "api.bey.dev": not such an address, '
            "allowed: https://HOST or http://HOST, with port and path if needed",
        ),
        (
            "[service.shop]\nextra = {a = {b = [1, inf]}}",
            "kiosk.toml: service.shop.extra.a.b[1] = inf: not a finite number, allowed: a finite number",
        ),
        (
            "[service.shop]\nplan_max_s = 0",
            "kiosk.toml: service.shop.plan_max_s = 0: not above 0, allowed: any positive number",
        ),
    ],
)
def test_a_mistake_is_one_line_that_says_what_is_wrong_and_what_is_allowed(tmp_path, text, line):
    assert lines(tmp_path, text) == [line]


def test_every_mistake_has_its_own_line(tmp_path):
    found = lines(tmp_path, "[visit]\nidle_s = 0\nchip_s = 0\n[waiting]\npoll_s = 0\n[audio]\nvolume = 9")
    assert [line.split(" = ")[0] for line in found] == [
        "kiosk.toml: visit.idle_s",
        "kiosk.toml: visit.chip_s",
        "kiosk.toml: waiting.poll_s",
        "kiosk.toml: audio.volume",
    ]


@pytest.mark.parametrize("value", ["1e-9", "1", "0.5", "86400000"])
def test_any_positive_duration_is_allowed(tmp_path, value):
    loaded = read(tmp_path, f"[visit]\nidle_s = {value}\n[waiting]\ncap_s = {value}")
    assert loaded.mistakes == ()
    assert loaded.settings.visit.idle_s == float(value)


def test_zero_is_allowed_where_the_contract_says_so(tmp_path):
    text = "[visit]\ntouch_guard_s = 0\ngrace_s = 0\nfarewell_s = 0\nwrap_up_s = 0\nmax_extensions = 0\n"
    text += "[line]\nslots = 0\n[budget]\ndaily_minutes = 0\nmonthly_minutes = 0\ncredits = 0\n"
    text += "[audio]\nvolume = 0"
    assert lines(tmp_path, text) == []


@pytest.mark.parametrize("listen", ["127.0.0.1:9464", "localhost:1", "[::1]:65535", "127.9.9.9:80"])
def test_the_status_page_needs_no_token_on_this_machine_alone(tmp_path, listen):
    assert lines(tmp_path, f'[status]\nlisten = "{listen}"') == []


@pytest.mark.parametrize("listen", ["[::]:80", "192.168.1.2:80", "kiosk.museum.example:80", "0.0.0.0:80"])
def test_the_status_page_needs_a_token_elsewhere(tmp_path, listen):
    assert len(lines(tmp_path, f'[status]\nlisten = "{listen}"')) == 1
    assert lines(tmp_path, f'[status]\nlisten = "{listen}"\ntoken = "t0ken"') == []


@pytest.mark.parametrize(
    "listen", ["", ":80", "host:", "host:0", "host:65536", "[::1:80", "host:80/x", "[zz]:1", "[1.2.3.4]:1"]
)
def test_only_an_empty_address_turns_the_status_page_off_without_a_word(tmp_path, listen):
    assert bool(lines(tmp_path, f'[status]\nlisten = "{listen}"')) == bool(listen)


@pytest.mark.parametrize(
    "url",
    ["https://", "https:/x", "ftp://x", "x", "https://a b", "https://a:0", "https://a:99999", "https://[::1", "//x"],
)
def test_an_address_is_http_or_https_with_a_host(tmp_path, url):
    assert len(lines(tmp_path, f'[service.shop]\nrelease_url = "{url}"')) == 1


def test_a_password_in_an_address_is_refused_and_not_shown(tmp_path):
    (line,) = lines(tmp_path, '[service.shop]\nrelease_url = "https://me:hunter22@host/x"')
    assert "hunter22" not in line
    assert 'service.shop.release_url = "https://***@host/x"' in line


def test_missing_required_keys_of_the_chosen_service_are_mistakes(tmp_path):
    assert lines(tmp_path, '[service]\nvendor = "shop"') == [
        'kiosk.toml: service.shop.url = "": required for the service shop, allowed: what its account shows',
        'kiosk.toml: service.shop.api_key = "": required for the service shop, allowed: what its account shows',
    ]
    assert lines(tmp_path, NEEDED) == []
    assert lines(tmp_path, "[service.shop]\nurl = ''") == []


def test_of_a_group_of_required_keys_one_is_enough(tmp_path):
    either = replace(SHOP, required=(("url", "release_url"),))
    chosen = '[service]\nvendor = "shop"\n'
    assert read(tmp_path, chosen + '[service.shop]\nrelease_url = "https://x"', vendors={"shop": either}).mistakes == ()
    missing = read(tmp_path, chosen, vendors={"shop": either}).mistakes
    assert [str(mistake).partition(": ")[2] for mistake in missing] == [
        'service.shop.url = "": required for the service shop (or release_url), allowed: what its account shows'
    ]
    wrong = read(tmp_path, chosen + '[service.shop]\nrelease_url = "x"', vendors={"shop": either}).mistakes
    assert [mistake.key for mistake in wrong] == ["service.shop.release_url"]


def test_a_wrong_required_key_is_said_once(tmp_path):
    text = '[service]\nvendor = "shop"\n[service.shop]\nurl = "https://x"\n'
    assert lines(tmp_path, text + "api_key = 5") == [
        "kiosk.toml: service.shop.api_key = ***: not text, allowed: text in quotes"
    ]
    assert len(lines(tmp_path, text + 'api_key_file = "nowhere"')) == 1


def test_the_other_settings_still_count(tmp_path):
    settings = read(
        tmp_path,
        '[status]\nlisten = "127.0.0.1:9464"\n[kiosk]\nplace = "Hall 4"\nplaace = ""\n[visit]\nidle_s = 0\nchip_s = 7\n'
        '[service]\nvendor = "nobody"\n[service.shop]\ntries = 9\nloud = 3',
    ).settings
    assert settings.status.listen == "127.0.0.1:9464"
    assert settings.kiosk.place == "Hall 4"
    assert (settings.visit.idle_s, settings.visit.chip_s) == (45.0, 7.0)
    assert settings.service.vendor == "demo"
    assert settings.service.tables["shop"].tries == 9


def test_a_status_page_with_a_mistake_stays_shut(tmp_path):
    for text in ('token_file = "nowhere"', 'token = "a\\nb"', "token = 5", "tokn = 'x'\nlisten = 'x'"):
        settings = read(tmp_path, f'[status]\nlisten = "0.0.0.0:80"\n{text}').settings
        assert settings.status == Settings().status


def test_the_first_language_is_offered_by_itself(tmp_path):
    assert read(tmp_path, '[kiosk]\nlanguage = "fr"').settings.kiosk.languages == ["fr"]


def test_a_key_without_effect_yet_is_a_warning(tmp_path):
    assert warnings(tmp_path, '[mqtt]\nurl = "mqtt://broker"\n[budget]\ndaily_minutes = 0') == [
        'kiosk.toml: mqtt.url = "mqtt://broker": has no effect yet'
    ]
    assert warnings(tmp_path, '[service.bey]\napi_key = "abc"\nagent_id = ""') == [
        "kiosk.toml: service.bey.api_key = ***: has no effect yet"
    ]


def test_a_key_that_takes_effect_is_no_warning(tmp_path):
    assert warnings(tmp_path, '[look]\ntheme = "house"\n[line]\nslots = 3') == []


def test_a_value_cannot_break_its_line_or_grow_without_end(tmp_path):
    (line,) = lines(tmp_path, '[visit]\nnotice = "a\\nb\\u2028c\\u202e\\u001b[31m"')
    assert "\n" not in line
    assert line.isprintable()
    (line,) = lines(tmp_path, f'[visit]\nnotice = "{"x" * 5000}"')
    assert len(line) < 200


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_a_model_that_is_built_by_hand_takes_no_time_without_end(value):
    with pytest.raises(ValidationError, match="not a finite number, allowed: any positive number"):
        VisitSettings(idle_s=value)
