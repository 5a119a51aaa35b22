"""The settings: read once, checked as a whole, refused in words that repeat no secret."""

from pathlib import Path
from typing import Any

import pytest

from bot import config
from bot.config import BadSettings
from tests.bot.terminal import settings_of

SECRET = "q8Zr2vLm5Xt7Bn4Kc9Wd1Hs6Jf3Gy0Pa"


def read(monkeypatch: pytest.MonkeyPatch, **given: str) -> config.Settings:
    settings_of(given, monkeypatch)
    return config.read(None)


def refused(monkeypatch: pytest.MonkeyPatch, **given: str) -> str:
    with pytest.raises(BadSettings) as caught:
        read(monkeypatch, **given)
    return str(caught.value)


def test_without_any_variable_it_is_the_demo_on_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = read(monkeypatch)

    assert (settings.host, settings.port) == ("127.0.0.1", 8080)
    assert settings.database_url.get_secret_value() == "sqlite:///var/desk.db"
    assert settings.files_url.get_secret_value() == "var/files"
    assert settings.url(8080) == "http://127.0.0.1:8080"
    assert settings.loopback
    assert settings.sample
    assert settings.demo


@pytest.mark.parametrize(
    ("given", "sample", "demo"),
    [
        ({}, True, True),
        ({"DESK_SECRET_KEY": SECRET}, True, False),
        ({"DESK_ROSTER": "mine.toml"}, False, False),
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, False, False),
        ({"MicrosoftAppId": "6f1c"}, False, False),
        ({"DESK_ROSTER": ""}, True, True),
    ],
)
def test_the_demo_ends_where_something_of_ones_own_is_configured(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], sample: bool, demo: bool
) -> None:
    settings = read(monkeypatch, **given)

    assert (settings.sample, settings.demo) == (sample, demo)


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "192.168.1.7", "desk.example.com", "127.0.0.1.evil"]
)
def test_without_a_secret_key_only_this_machine_is_listened_on(
    monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    words = refused(monkeypatch, DESK_HOST=host)

    assert words.startswith("DESK_HOST: without DESK_SECRET_KEY")
    assert "token_urlsafe" in words
    assert read(monkeypatch, DESK_HOST=host, DESK_SECRET_KEY=SECRET).host == host


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost"])
def test_loopback_needs_no_secret_key(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    assert read(monkeypatch, DESK_HOST=host).loopback


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("DESK_PORT", "eighty", "must be a whole number"),
        ("DESK_PORT", "65536", "must be 65535 or less"),
        ("DESK_PORT", "-1", "must be 0 or more"),
        ("DESK_LOG_LEVEL", "loud", "must be one of"),
        ("DESK_DATABASE_URL", "mysql://a:b@c/d", "A database URL is sqlite"),
        ("DESK_DATABASE_URL", "sqlite://", "A SQLite URL names a file"),
        ("DESK_FILES_URL", "ftp://example.com", "must be a directory"),
        ("DESK_FILES_URL", "file:var", "must be a directory"),
        ("DESK_PUBLIC_URL", "desk.example.com", "must be how people reach the desk"),
        ("DESK_PUBLIC_URL", "https://example.com/desk", "must end after the host name"),
        ("DESK_SECRET_KEY", "kurz", "must have 32 characters or more"),
        ("DESK_SECRET_KEY", "a" * 40, "must be random"),
    ],
)
def test_a_wrong_value_is_refused_by_the_name_of_its_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, reason: str
) -> None:
    words = refused(monkeypatch, **{name: value})

    assert words.startswith(f"{name}: ")
    assert reason in words


def test_every_fault_is_said_at_once_and_no_value_is_repeated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    words = refused(
        monkeypatch,
        DESK_PORT="seven",
        DESK_SECRET_KEY="hunter2",
        DESK_DATABASE_URL="mysql://root:swordfish@db/x",
    )

    assert len(words.splitlines()) == 3
    assert not any(secret in words for secret in ("seven", "hunter2", "swordfish"))


def test_secrets_are_not_shown_where_settings_are_printed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = read(
        monkeypatch, DESK_SECRET_KEY=SECRET, DESK_DATABASE_URL="postgres://a:swordfish@db/x"
    )

    assert SECRET not in repr(settings)
    assert "swordfish" not in repr(settings)


def test_settings_are_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    settings: Any = read(monkeypatch)

    with pytest.raises(ValueError, match="frozen"):
        settings.port = 1


def test_the_environment_wins_over_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text("DESK_PORT=1111\nDESK_LOG_LEVEL=WARNING\nOTHER=1\n")
    settings_of({"DESK_PORT": "2222"}, monkeypatch)

    settings = config.read(env_file)

    assert (settings.port, settings.log_level) == (2222, "warning")


def test_a_public_url_is_what_links_are_made_of(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, DESK_PUBLIC_URL="https://desk.example.com/")

    assert settings.url(8080) == "https://desk.example.com"
    assert read(monkeypatch, DESK_HOST="::1").url(80) == "http://[::1]:80"


def test_a_misspelt_variable_is_noticed_and_a_stranger_is_not() -> None:
    environ = {"DESK_PROT": "1", "DESK_SERVICE_HOST": "10.0.0.1", "DESK_PORT": "1", "PATH": "/"}

    assert config.misspelt(environ) == {"DESK_PROT": "DESK_PORT"}


def test_the_example_names_every_setting_and_nothing_else() -> None:
    text = (Path(__file__).parents[2] / ".env.example").read_text("utf-8")
    named = {
        line.lstrip("#").split("=")[0]
        for line in text.splitlines()
        if line.startswith("#") and "=" in line and not line.startswith("# ")
    }
    fields = set(config.Settings.model_fields) - {"teams_app_id", "teams_app_password"}
    ours = {name.upper() for name in fields if name.startswith("slack_")}
    known = {f"DESK_{name.upper()}" for name in fields if not name.startswith("slack_")}

    assert named == known | ours | {"MicrosoftAppId", "MicrosoftAppPassword"}


def test_the_example_is_read_without_a_fault(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings_of({}, monkeypatch)
    example = (Path(__file__).parents[2] / ".env.example").read_text("utf-8")
    every = tmp_path / ".env"
    every.write_text(
        "\n".join(
            line.removeprefix("#")
            for line in example.splitlines()
            if "=" in line and not line.startswith("# ")
        )
    )

    assert config.read(every) == config.read(None)
