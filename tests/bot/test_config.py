"""The settings: read once, checked as a whole, refused in words that repeat no secret."""

from pathlib import Path
from typing import Any

import pytest

from bot import config
from bot.config import BadSettings
from bot.teams.deps import settings_of as settings_of_teams
from tests.bot.terminal import settings_of

SECRET = "q8Zr2vLm5Xt7Bn4Kc9Wd1Hs6Jf3Gy0Pa"
APP = "0f3a4b5c-1111-4222-8333-9abcdef01234"


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
        ({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}, False, False),
        ({"MicrosoftAppId": APP, "MicrosoftAppType": "UserAssignedMSI"}, False, False),
        ({"DESK_TEAMS_TRIAL": "true"}, False, False),
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
    strangers = ("DESK_SERVICE_HOST", "DESK_PORT", "SLACK_WEBHOOK_URL", "SLACK_USER_TOKEN", "PATH")
    misspelt = {
        "DESK_PROT": "DESK_PORT",
        "DESK_SLACK_BOT_TOKEN": "SLACK_BOT_TOKEN",
        "SLACK_SINGING_SECRET": "SLACK_SIGNING_SECRET",
        "MicrosoftAppTenant": "MicrosoftAppTenantId",
        "DESK_MicrosoftAppId": "MicrosoftAppId",
        "DESK_TEAMS_TRAIL": "DESK_TEAMS_TRIAL",
    }

    assert config.misspelt(dict.fromkeys([*strangers, *misspelt], "1")) == misspelt


def test_the_example_names_every_setting_and_nothing_else() -> None:
    text = (Path(__file__).parents[2] / ".env.example").read_text("utf-8")
    named = {
        line.lstrip("#").split("=")[0]
        for line in text.splitlines()
        if line.startswith("#") and "=" in line and not line.startswith("# ")
    }
    assert named == {config.variable(field) for field in config.Settings.model_fields}


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


# --- Slack ----------------------------------------------------------------------------------------

TOKEN = "xoxb-11-22-AbCd"
SIGNING = "8f742231b10e8888abcd99abcdef85a5"
APP_TOKEN = "xapp-1-A0-22-abc"
CLIENT = {"SLACK_CLIENT_ID": "111.222", "SLACK_CLIENT_SECRET": "0f742231b10e8888abcd99abcdef85a5"}
OTHERS = {"DESK_SECRET_KEY": SECRET, "DESK_PUBLIC_URL": "https://desk.example.com"}


@pytest.mark.parametrize(
    "given",
    [
        {"SLACK_BOT_TOKEN": TOKEN, "SLACK_SIGNING_SECRET": SIGNING},
        {"SLACK_BOT_TOKEN": TOKEN, "SLACK_APP_TOKEN": APP_TOKEN},
        {"SLACK_SIGNING_SECRET": SIGNING, **CLIENT, **OTHERS},
        {"SLACK_BOT_TOKEN": TOKEN, "SLACK_APP_TOKEN": APP_TOKEN, **CLIENT, **OTHERS},
    ],
)
def test_slack_is_on_with_what_it_needs(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str]
) -> None:
    settings = read(monkeypatch, **given)

    assert settings.platforms == ("slack",)
    assert settings.slack_api_url == "https://slack.com/api/"
    assert not any(value in repr(settings) for name, value in given.items() if "TOKEN" in name)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"SLACK_BOT_TOKEN": TOKEN}, ["SLACK_SIGNING_SECRET: is missing, so nothing can be heard"]),
        ({"SLACK_SIGNING_SECRET": SIGNING}, ["SLACK_BOT_TOKEN: is missing, so nobody can be"]),
        ({"SLACK_APP_TOKEN": APP_TOKEN}, ["SLACK_BOT_TOKEN: is missing, so nobody can be"]),
        (
            {"SLACK_CLIENT_ID": "111.222", "SLACK_BOT_TOKEN": TOKEN, "SLACK_APP_TOKEN": APP_TOKEN},
            ["SLACK_CLIENT_SECRET: is missing, and SLACK_CLIENT_ID is of no use"],
        ),
        (
            {**CLIENT},
            ["SLACK_SIGNING_SECRET: ", "DESK_SECRET_KEY: is missing", "DESK_PUBLIC_URL: is mi"],
        ),
        ({**CLIENT, **OTHERS}, ["SLACK_SIGNING_SECRET: is missing, so nothing can be heard"]),
        (
            {"SLACK_SIGNING_SECRET": SIGNING, **CLIENT, "DESK_SECRET_KEY": SECRET},
            ["DESK_PUBLIC_URL: is missing"],
        ),
    ],
)
def test_half_of_slack_is_refused_with_the_other_half(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], words: list[str]
) -> None:
    said = refused(monkeypatch, **given).splitlines()

    assert len(said) == len(words)
    assert all(line.startswith(begin) for line, begin in zip(said, words, strict=True))
    assert not any(value in line for line in said for value in given.values())


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("SLACK_BOT_TOKEN", "hunter2", "it begins with xoxb-"),
        ("SLACK_BOT_TOKEN", "xoxp-1-2-abc", "it begins with xoxb-"),
        ("SLACK_BOT_TOKEN", "xoxb-1-2-abc ", "it begins with xoxb-"),
        ("SLACK_BOT_TOKEN", "xoxe.xoxb-1-abc", "Turn off token rotation"),
        ("SLACK_APP_TOKEN", "xoxb-1-2-abc", "it begins with xapp-"),
        ("SLACK_SIGNING_SECRET", "xoxb12345678901234567890", "letters and digits"),
        ("SLACK_SIGNING_SECRET", "<the secret>", "letters and digits"),
        ("SLACK_CLIENT_ID", "A0123456789", "two numbers with a point between"),
        ("SLACK_CLIENT_SECRET", "hunter2", "letters and digits"),
        ("DESK_SLACK_API_URL", "slack.example/api", "must be the address of a Web API"),
        ("DESK_SLACK_API_URL", "ftp://slack.example/", "must be the address of a Web API"),
    ],
)
def test_a_value_of_slack_that_is_another_is_refused_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, reason: str
) -> None:
    said = refused(monkeypatch, **{name: value})

    assert said.startswith(f"{name}: ")
    assert reason in said
    assert value.strip() not in said


def test_a_web_api_somewhere_else_turns_nothing_on(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, DESK_SLACK_API_URL="http://127.0.0.1:9500/api")

    assert settings.slack_api_url == "http://127.0.0.1:9500/api/"
    assert settings.demo


# --- Microsoft Teams ------------------------------------------------------------------------------

TENANT = "9b1d2c3e-5555-4666-8777-0123456789ab"
VALUE = "8Q8~abcdefghijklmnopqrstuvwxyz0123456789"
SINGLE = {"MicrosoftAppId": APP, "MicrosoftAppPassword": VALUE, "MicrosoftAppTenantId": TENANT}
MACHINE = {"MicrosoftAppId": APP, "MicrosoftAppType": "UserAssignedMSI"}
MULTI = {"MicrosoftAppId": APP, "MicrosoftAppPassword": VALUE, "MicrosoftAppType": "MultiTenant"}
CLOUD = {
    "DESK_TEAMS_ISSUERS": "https://api.botframework.us, https://sts.example/",
    "DESK_TEAMS_METADATA_URL": "https://login.botframework.azure.us/v1/openid",
    "DESK_TEAMS_LOGIN_URL": "https://login.microsoftonline.us",
    "DESK_TEAMS_SCOPE": "https://api.botframework.us/.default",
    "DESK_TEAMS_SERVICE_HOSTS": "smba.infra.gov.teams.microsoft.us",
}


@pytest.mark.parametrize("given", [SINGLE, MACHINE, MULTI, {**SINGLE, **CLOUD}])
def test_teams_is_on_with_what_it_needs(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str]
) -> None:
    settings = read(monkeypatch, **given)

    assert settings.platforms == ("teams",)
    assert VALUE not in repr(settings)
    made = settings_of_teams(settings)
    assert (made.app_id, made.app_type) == (APP, given.get("MicrosoftAppType", "SingleTenant"))
    assert made.trial is False
    assert VALUE not in repr(made)


def test_another_cloud_is_taken_as_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    public = settings_of_teams(read(monkeypatch, **SINGLE))
    other = settings_of_teams(read(monkeypatch, **SINGLE, **CLOUD))

    assert public.issuers == ("https://api.botframework.com",)
    assert public.service_hosts[0] == "smba.trafficmanager.net"
    assert other.issuers == ("https://api.botframework.us", "https://sts.example/")
    assert other.service_hosts == ("smba.infra.gov.teams.microsoft.us",)
    assert (other.metadata_url, other.login_url, other.scope) == tuple(CLOUD.values())[1:4]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"MicrosoftAppPassword": VALUE, "MicrosoftAppTenantId": TENANT}, ["MicrosoftAppId: is"]),
        ({"MicrosoftAppId": APP, "MicrosoftAppPassword": VALUE}, ["MicrosoftAppTenantId: is mis"]),
        ({"MicrosoftAppId": APP, "MicrosoftAppTenantId": TENANT}, ["MicrosoftAppPassword: is mi"]),
        ({"MicrosoftAppId": APP}, ["MicrosoftAppTenantId: ", "MicrosoftAppPassword: "]),
        (
            {**SINGLE, "DESK_TEAMS_LOGIN_URL": "http://127.0.0.1:9/login"},
            ["DESK_TEAMS_LOGIN_URL: must begin with https://"],
        ),
        (
            {"DESK_TEAMS_TRIAL": "true", "DESK_HOST": "0.0.0.0", "DESK_SECRET_KEY": SECRET},
            ["DESK_TEAMS_TRIAL: lets in whoever reaches the desk"],
        ),
        (
            {"DESK_TEAMS_TRIAL": "true", "DESK_TEAMS_LOGIN_URL": "http://login.example/"},
            ["DESK_TEAMS_LOGIN_URL: must begin with https://"],
        ),
    ],
)
def test_half_of_teams_is_refused_with_the_other_half(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], words: list[str]
) -> None:
    said = refused(monkeypatch, **given).splitlines()

    assert len(said) == len(words)
    assert all(line.startswith(begin) for line, begin in zip(said, words, strict=True))
    assert not any(value in line for line in said for value in (APP, VALUE, TENANT))


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("MicrosoftAppId", "6f1c", "five groups"),
        ("MicrosoftAppTenantId", "contoso.onmicrosoft.com", "five groups"),
        ("MicrosoftAppPassword", TENANT, "Its Value is wanted"),
        ("MicrosoftAppPassword", "hunter2", "8 characters"),
        ("MicrosoftAppPassword", "two words here", "no spaces"),
        ("MicrosoftAppType", "Shared", "must be one of"),
        ("DESK_TEAMS_ISSUERS", ",,", "with commas between"),
        ("DESK_TEAMS_SERVICE_HOSTS", "https://smba.example", "names of hosts alone"),
        ("DESK_TEAMS_SERVICE_HOSTS", "smba.example/emea", "names of hosts alone"),
        ("DESK_TEAMS_SERVICE_HOSTS", "smba.example:443", "names of hosts alone"),
        ("DESK_TEAMS_METADATA_URL", "login.example", "must begin with https://"),
    ],
)
def test_a_value_of_teams_that_is_another_is_refused_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, reason: str
) -> None:
    said = refused(monkeypatch, **{**SINGLE, name: value})

    assert said.startswith(f"{name}: ")
    assert reason in said
    assert value.strip() not in said.replace("no spaces", "")


def test_a_trial_on_this_machine_needs_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    made = settings_of_teams(read(monkeypatch, DESK_TEAMS_TRIAL="true"))
    signed = settings_of_teams(
        read(monkeypatch, **SINGLE, DESK_TEAMS_TRIAL="true", DESK_TEAMS_LOGIN_URL="http://[::1]:9")
    )

    assert made.anonymous
    assert signed.trial
    assert not signed.anonymous


@pytest.mark.parametrize("trial", ["true", "false"])
def test_another_cloud_alone_turns_nothing_on(monkeypatch: pytest.MonkeyPatch, trial: str) -> None:
    settings = read(monkeypatch, DESK_TEAMS_TRIAL=trial, DESK_TEAMS_SCOPE="https://x/.default")

    assert settings.platforms == (("teams",) if trial == "true" else ())
