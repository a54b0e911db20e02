"""Settings as a deployment gives them: environment, `.env`, files that hold secrets.

Everything goes through Settings.load().
"""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path

import pytest

from waymark.settings import Settings, SettingsError, masked_url

SECRET = "a-signing-key-of-more-than-32-characters"
POSTGRES = "postgresql://walter:hunter2@db.example.org/waymark"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder and no WAYMARK_ variable of the machine that runs the tests."""
    for name in [name for name in os.environ if name.upper().startswith("WAYMARK_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def load(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
    for name, value in variables.items():
        monkeypatch.setenv(f"WAYMARK_{name}", value)
    return Settings.load()


def refusal(monkeypatch: pytest.MonkeyPatch, **variables: str) -> str:
    with pytest.raises(SettingsError) as caught:
        load(monkeypatch, **variables)
    return str(caught.value)


def test_nothing_given_is_an_embedded_database_on_this_machine_only() -> None:
    settings = Settings.load()
    assert settings.is_embedded
    assert settings.database_url.get_secret_value() == f"sqlite:///{settings.data_dir}/waymark.db"
    assert (settings.host, settings.port, settings.rate_limits, settings.metrics) == (
        "127.0.0.1",
        8000,
        True,
        False,
    )
    assert settings.clock is None
    assert settings.clock_file is None


def test_the_data_folder_moves_the_database(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, DATA_DIR="my data")
    assert settings.database_url.get_secret_value() == f"sqlite:///{folder}/my data/waymark.db"


def test_every_source_in_its_rank(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / ".env").write_text("WAYMARK_PORT=1\nWAYMARK_LOG=json\nWAYMARK_HOST=::1\nOTHER=x\n")
    monkeypatch.setenv("WAYMARK_PORT", "2")
    monkeypatch.setenv("WAYMARK_LOG", "")
    settings = Settings.load(port=3, host=None)
    assert (settings.port, settings.log, settings.host) == (3, "json", "::1")
    assert Settings.load().port == 2


@pytest.mark.parametrize(("text", "meant"), [("on", True), ("off", False)])
def test_switches(text: str, meant: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, RATE_LIMITS=text, METRICS=text)
    assert (settings.rate_limits, settings.metrics) == (meant, meant)


def test_lists_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(
        monkeypatch,
        CORS_ORIGINS="https://a.example, http://localhost:3000",
        TRUSTED_PROXIES="10.0.0.0/8,::1",
    )
    assert settings.cors_origins == ("https://a.example", "http://localhost:3000")
    assert settings.trusted_proxies == (ip_network("10.0.0.0/8"), ip_network("::1"))


def test_secrets_come_from_files(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "secret").write_text(f"{SECRET}\n")
    (folder / "url").write_text(f"{POSTGRES}\n")
    settings = load(monkeypatch, SECRET_FILE="secret", DATABASE_URL_FILE=str(folder / "url"))
    assert settings.get_secret() == SECRET
    assert settings.database_url.get_secret_value() == POSTGRES
    assert not settings.is_embedded


def test_the_short_scheme_is_the_same_database(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, DATABASE_URL=POSTGRES.replace("postgresql", "postgres"), SECRET=SECRET)
    assert settings.database_url.get_secret_value() == POSTGRES


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"PORT": "abc"}, ["PORT"]),
        ({"PORT": "65536"}, ["PORT"]),
        ({"LOG": "xml"}, ["LOG"]),
        ({"METRICS": "maybe"}, ["METRICS"]),
        ({"DATABASE_URL": "mysql://localhost/x"}, ["DATABASE_URL"]),
        ({"DATABASE_URL": "postgresql://localhost"}, ["DATABASE_URL"]),
        ({"DATABASE_URL": "postgresql://localhost:port/x"}, ["DATABASE_URL"]),
        ({"DATABASE_URL": "postgresql://[::1/x"}, ["DATABASE_URL"]),
        ({"DATABASE_URL": "sqlite:///:memory:"}, ["DATABASE_URL"]),
        ({"DATABASE_URL": "sqlite://"}, ["DATABASE_URL"]),
        ({"DATABASE_URL": POSTGRES}, ["SECRET"]),
        ({"SECRET": "short"}, ["SECRET"]),
        ({"SECRET_FILE": "missing"}, ["SECRET_FILE"]),
        ({"CORS_ORIGINS": "https://a.example/path"}, ["CORS_ORIGINS"]),
        ({"CORS_ORIGINS": "a.example"}, ["CORS_ORIGINS"]),
        ({"TRUSTED_PROXIES": "10.0.0.300"}, ["TRUSTED_PROXIES"]),
        ({"OIDC_ISSUER": "ftp://issuer.example"}, ["OIDC_ISSUER"]),
        ({"POOL_MIN_SIZE": "5", "POOL_MAX_SIZE": "4"}, ["POOL_MAX_SIZE"]),
        ({"CLOCK": "2026-03-02T09:30:00"}, ["CLOCK"]),
        ({"CLOCK": "1772443800"}, ["CLOCK"]),
        ({"CLOCK_FILE": "missing"}, ["CLOCK_FILE"]),
        ({"PORT": "x", "LOG": "x", "BODY_LIMIT_BYTES": "0"}, ["PORT", "LOG", "BODY_LIMIT_BYTES"]),
    ],
    ids=str,
)
def test_wrong_settings_are_all_named(
    variables: dict[str, str], named: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = refusal(monkeypatch, **variables).splitlines()[1:]
    assert sorted(line.split(":")[0].strip() for line in lines) == sorted(f"WAYMARK_{name}" for name in named)


@pytest.mark.parametrize("name", ["SECRET", "DATABASE_URL"])
def test_a_value_and_its_file_exclude_each_other(
    name: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "held").write_text("sqlite:///the-one-that-is-in-the-file")
    message = refusal(
        monkeypatch, **{name: "sqlite:///the-one-of-the-environment", f"{name}_FILE": str(folder / "held")}
    )
    assert f"WAYMARK_{name}: and WAYMARK_{name}_FILE exclude each other" in message


def test_both_clocks_exclude_each_other(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "now").write_text("2026-03-02T09:30:00Z")
    message = refusal(monkeypatch, CLOCK="2026-03-02T09:30:00Z", CLOCK_FILE="now")
    assert "WAYMARK_CLOCK_FILE: and WAYMARK_CLOCK exclude each other" in message


def test_the_clock_is_an_instant_in_any_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, CLOCK="2026-03-02T09:30:00+05:00")
    assert settings.clock == datetime(2026, 3, 2, 4, 30, tzinfo=UTC)


def test_no_message_and_no_picture_of_the_settings_shows_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {"DATABASE_URL": "postgresql://walter:hunter2@h:x/db", "SECRET": "swordfish", "PORT": "x"}
    assert not {"hunter2", "swordfish"} & set(refusal(monkeypatch, **wrong).replace(":", " ").split())
    right = load(monkeypatch, DATABASE_URL=POSTGRES, SECRET=SECRET, PORT="1")
    for picture in (repr(right), str(right), right.model_dump_json()):
        assert "hunter2" not in picture
        assert SECRET not in picture


def test_a_damaged_env_file_is_named(folder: Path) -> None:
    (folder / ".env").write_bytes(b"WAYMARK_LOG=\xff\xfe\n")
    with pytest.raises(SettingsError, match=r"\.env"):
        Settings.load()


def test_the_embedded_secret_is_made_once_and_private(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, DATA_DIR=str(folder / "new" / "data"))
    with ThreadPoolExecutor(8) as starters:
        made = set(starters.map(lambda _: settings.get_secret(), range(32)))
    assert len(made) == 1
    assert len(made.pop()) >= 32
    kept = settings.data_dir / "secret"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert list(settings.data_dir.iterdir()) == [kept]


def test_a_damaged_kept_secret_is_refused_not_replaced(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "secret").write_text("")
    settings = load(monkeypatch, DATA_DIR=str(folder))
    with pytest.raises(SettingsError, match="WAYMARK_SECRET"):
        settings.get_secret()


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (POSTGRES, "postgresql://walter:***@db.example.org/waymark"),
        ("postgresql://u:p@ss/w:rd@h:5432/d?a=b", "postgresql://u:***@h:5432/d?a=b"),
        (
            "postgresql://h/d?user=u&password=p&sslpassword=q",
            "postgresql://h/d?user=u&password=***&sslpassword=***",
        ),
        ("postgresql://u@h/d", "postgresql://u@h/d"),
        ("sqlite:////var/lib/waymark.db", "sqlite:////var/lib/waymark.db"),
    ],
)
def test_masked_url(url: str, shown: str) -> None:
    assert masked_url(url) == shown
