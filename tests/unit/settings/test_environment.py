"""Every value can come from the environment, which overrides the file."""

import pytest

from tests.unit.settings.givens import lines, read, warnings

NOT_FINITE = "not a finite number, allowed: a finite number"


def test_the_environment_wins_over_the_file(tmp_path):
    settings = read(tmp_path, "[visit]\nidle_s = 10\nchip_s = 11", {"KIOSK_VISIT__IDLE_S": "30"}).settings
    assert (settings.visit.idle_s, settings.visit.chip_s) == (30.0, 11.0)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("KIOSK_VISIT__IDLE_S", "1.5", 1.5),
        ("KIOSK_VISIT__IDLE_S", "1e2", 100.0),
        ("KIOSK_VISIT__MAX_EXTENSIONS", "3", 3),
        ("KIOSK_AUDIO__ECHO_CANCELLATION", "false", False),
        ("KIOSK_AUDIO__ECHO_CANCELLATION", "ON", True),
        ("KIOSK_AUDIO__INPUT", "7", "7"),
        ("KIOSK_KIOSK__PLACE", "true", "true"),
        ("KIOSK_KIOSK__PLACE", "", ""),
        ("KIOSK_LOOK__QUESTIONS", '["a", "b"]', ["a", "b"]),
        ("KIOSK_LOOK__QUESTIONS", "['a']", ["a"]),
        ("KIOSK_HOURS__WEEK", 'mon = "x"', None),
        ("KIOSK_HOURS__WEEK", '{mon = ["10:00-18:00"]}', {"mon": ["10:00-18:00"]}),
        ("KIOSK_HOURS__WEEK", '{"mon": ["10:00-18:00"]}', {"mon": ["10:00-18:00"]}),
        ("KIOSK_HOURS__WEEK__MON", '["10:00-18:00"]', {"mon": ["10:00-18:00"]}),
    ],
)
def test_text_becomes_the_kind_of_value_that_its_key_has(tmp_path, name, text, value):
    loaded = read(tmp_path, "", {name: text})
    if value is None:
        assert len(loaded.mistakes) == 1
        return
    assert loaded.mistakes == ()
    table, key = name.removeprefix("KIOSK_").lower().split("__")[:2]
    assert getattr(getattr(loaded.settings, table), key) == value


def test_a_service_and_its_keys_can_come_from_the_environment_alone(tmp_path):
    environ = {
        "KIOSK_SERVICE__VENDOR": "shop",
        "KIOSK_SERVICE__SHOP__URL": "https://host",
        "KIOSK_SERVICE__SHOP__API_KEY": "12345",
        "KIOSK_SERVICE__SHOP__HEADERS": '{"X-Key": "v"}',
        "KIOSK_SERVICE__SHOP__TRIES": "7",
        "KIOSK_SERVICE__SHOP__LOUD": "true",
        "KIOSK_SERVICE__SHOP__EXTRA": "{a = 1}",
    }
    loaded = read(tmp_path, "", environ)
    assert loaded.mistakes == ()
    shop = loaded.settings.service.tables["shop"]
    assert loaded.settings.service.vendor == "shop"
    assert (shop.tries, shop.loud, shop.extra) == (7, True, {"a": 1})
    assert shop.api_key.get_secret_value() == "12345"
    assert shop.headers["X-Key"].get_secret_value() == "v"


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("KIOSK_VISIT__IDLE_S", "0", "environment: visit.idle_s = 0: not above 0, allowed: any positive number"),
        ("KIOSK_VISIT__IDLE_S", "", 'environment: visit.idle_s = "": not a number, allowed: any positive number'),
        ("KIOSK_VISIT__IDLE_S", "nan", f"environment: visit.idle_s = nan: {NOT_FINITE}"),
        ("KIOSK_VISIT__IDLE_S", "9" * 5000, f"environment: visit.idle_s = inf: {NOT_FINITE}"),
        ("KIOSK_VISIT__IDEL_S", "3", 'environment: visit.idel_s = "3": unknown key, nearest known name: visit.idle_s'),
        ("KIOSK_VIST__IDLE_S", "3", "environment: vist = {...}: unknown table, nearest known name: visit"),
        ("KIOSK_SERVICE__SHOP__API_KEE", "hunter22", "environment: service.shop.api_kee = ***: unknown key, "
         "nearest known name: service.shop.api_key"),
        ("KIOSK_STAFF__PIN", "1234", 'environment: staff.pin = ***: not a hashed PIN, allowed: the hash that '
         '"avatar-kiosk setup" makes, never the PIN itself'),
        ("KIOSK_SERVICE__SHOP__EXTRA", r'{"\udcff": 1}',
         r'environment: service.shop.extra.\udcff: not UTF-8, allowed: text in UTF-8'),
        ("KIOSK_KIOSK__PLACE", "\udcff", r'environment: kiosk.place = "\udcff": not UTF-8, allowed: text in UTF-8'),
    ],
)  # fmt: skip
def test_a_mistake_there_names_the_environment(tmp_path, name, text, line):
    assert lines(tmp_path, "[visit]\nchip_s = 5", {name: text}) == [line]


def test_what_is_missing_is_missing_in_the_file(tmp_path):
    found = lines(tmp_path, "", {"KIOSK_SERVICE__VENDOR": "shop"})
    assert [line.split(":")[0] for line in found] == ["kiosk.toml", "kiosk.toml"]


def test_either_name_of_a_secret_wins_over_the_files_other_one(tmp_path):
    (tmp_path / "key").write_text("from-file\n")
    inline = read(tmp_path, '[service.shop]\napi_key_file = "key"', {"KIOSK_SERVICE__SHOP__API_KEY": "direct"})
    assert inline.mistakes == ()
    assert inline.settings.service.tables["shop"].api_key.get_secret_value() == "direct"
    environ = {"KIOSK_SERVICE__SHOP__API_KEY_FILE": str(tmp_path / "key")}
    by_file = read(tmp_path, '[service.shop]\napi_key = "direct"', environ)
    assert by_file.mistakes == ()
    assert by_file.settings.service.tables["shop"].api_key.get_secret_value() == "from-file"


def test_other_names_are_none_of_our_business(tmp_path):
    environ = {
        "KIOSK_TEST_STRICT": "1",
        "KIOSK": "x",
        "KIOSK_CONFIG": "elsewhere",
        "PATH": "/bin",
        "XKIOSK_VISIT__A": "1",
    }
    loaded = read(tmp_path, "", environ)
    assert (loaded.mistakes, loaded.warnings) == ((), ())


def test_one_underscore_too_few_is_a_warning(tmp_path):
    assert warnings(tmp_path, "", {"KIOSK_VISIT_IDLE_S": "3"}) == [
        'environment: KIOSK_VISIT_IDLE_S = "3": has no effect, allowed: KIOSK_VISIT__IDLE_S, with two underscores'
    ]
