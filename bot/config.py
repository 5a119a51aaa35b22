"""The settings: the environment read once, checked as a whole, and frozen.

A `.env` in the working directory counts too; the environment wins over it. What is wrong is said
for every variable in one go, without ever repeating a value, because a value may be a secret.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AliasChoices,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import ErrorDetails
from pydantic_settings import SettingsConfigDict

from bot import credentials
from bot.microsoft import MicrosoftSettings
from bot.nearby import is_loopback
from storage import address
from storage.cipher import Cipher

ENV_FILE = Path(".env")
PREFIX = "DESK_"
OURS = (PREFIX, "SLACK_", "MicrosoftApp")
SHORTEST_SECRET = 32
STORES = frozenset({"file", "s3", "gs", "az"})
HOW_TO_MAKE_ONE = 'python -c "import secrets; print(secrets.token_urlsafe(48))"'

LogLevel = Literal["debug", "info", "warning", "error"]
Port = Annotated[int, Field(ge=0, le=65535)]


class BadSettings(Exception):
    """Settings that cannot be used; `faults` has a line for each, naming the variable."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        self.faults = faults
        super().__init__("\n".join(faults))


class Settings(MicrosoftSettings):
    """What an operator decides. Made by `read`; `.env.example` says what each is for."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file_encoding="utf-8", extra="ignore", frozen=True,
        env_ignore_empty=True, hide_input_in_errors=True,
    )  # fmt: skip

    host: str = "127.0.0.1"
    port: Port = 8080
    public_url: str | None = None
    # A secret, because the URL of a PostgreSQL has a password in it.
    database_url: SecretStr = SecretStr("sqlite:///var/desk.db")
    files_url: SecretStr = SecretStr("var/files")
    roster: Path | None = None
    programs: Path | None = None
    holidays: Path | None = None
    secret_key: SecretStr | None = None
    log_level: LogLevel = "info"

    slack_bot_token: Annotated[
        SecretStr | None, Field(validation_alias=AliasChoices("SLACK_BOT_TOKEN"))
    ] = None
    slack_signing_secret: Annotated[
        SecretStr | None, Field(validation_alias=AliasChoices("SLACK_SIGNING_SECRET"))
    ] = None
    slack_app_token: Annotated[
        SecretStr | None, Field(validation_alias=AliasChoices("SLACK_APP_TOKEN"))
    ] = None
    slack_client_id: Annotated[
        str | None, Field(validation_alias=AliasChoices("SLACK_CLIENT_ID"))
    ] = None
    slack_client_secret: Annotated[
        SecretStr | None, Field(validation_alias=AliasChoices("SLACK_CLIENT_SECRET"))
    ] = None
    slack_api_url: str = "https://slack.com/api/"

    @field_validator("database_url")
    @classmethod
    def _is_a_database(cls, url: SecretStr) -> SecretStr:
        address.parse(url.get_secret_value())
        return url

    @field_validator("files_url")
    @classmethod
    def _is_a_store(cls, url: SecretStr) -> SecretStr:
        scheme, colon, _ = url.get_secret_value().partition(":")
        if colon and (scheme not in STORES or "://" not in url.get_secret_value()):
            raise ValueError("must be a directory, or the URL of an object store like s3://bucket")
        return url

    @field_validator("public_url")
    @classmethod
    def _is_an_address(cls, url: str | None) -> str | None:
        if url is None:
            return None
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("must be how people reach the desk, like https://desk.example.com")
        if parts.path.strip("/") or parts.query or parts.fragment:
            raise ValueError("must end after the host name: the desk lives at the root")
        return url.rstrip("/")

    @field_validator("secret_key")
    @classmethod
    def _is_a_secret(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is None:
            return None
        if fault := secret_fault(secret.get_secret_value()):
            raise ValueError(fault)
        return secret

    @field_validator(
        "slack_bot_token",
        "slack_signing_secret",
        "slack_app_token",
        "slack_client_id",
        "slack_client_secret",
    )
    @classmethod
    def _looks_right(
        cls, value: SecretStr | str | None, info: ValidationInfo
    ) -> SecretStr | str | None:
        if value is None:
            return None
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        if fault := credentials.shape_fault(str(info.field_name).upper(), text):
            raise ValueError(fault)
        return value

    @field_validator("slack_api_url")
    @classmethod
    def _is_an_api(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
            raise ValueError("must be the address of a Web API, like https://slack.com/api/")
        return url if url.endswith("/") else url + "/"

    @field_validator("log_level", mode="before")
    @classmethod
    def _in_small_letters(cls, level: Any) -> Any:
        return level.lower() if isinstance(level, str) else level

    @property
    def loopback(self) -> bool:
        """Whether the desk can be reached from this machine only."""
        return is_loopback(self.host)

    @property
    def sample(self) -> bool:
        """Whether an empty database gets the sample roster: nothing of one's own is configured."""
        return self.roster is None and not self.platforms

    @property
    def demo(self) -> bool:
        """Whether people may be switched and the clock be moved, if the sample roster is loaded.

        Never with a secret key: that is what a desk for others needs.
        """
        return self.sample and self.secret_key is None

    @property
    def given(self) -> frozenset[str]:
        """The variables that have a value of their own."""
        return frozenset(variable(name) for name, value in self if value is not None)

    @property
    def platforms(self) -> tuple[str, ...]:
        """The platforms besides the web for which something is set."""
        slack = any(name in self.given for name in credentials.SLACK)
        return tuple(n for n, given in (("slack", slack), ("teams", self.teams)) if given)

    @property
    def cipher(self) -> Cipher | None:
        """What encrypts the tokens of other people's workspaces; None without a secret key."""
        return Cipher(self.secret_key.get_secret_value()) if self.secret_key else None

    def url(self, port: int) -> str:
        """How people reach the web chat; `port` is the one that is listened on."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url or f"http://{host}:{port}"


def read(env_file: Path | None = ENV_FILE) -> Settings:
    """The settings as the environment has them now; raises `BadSettings` with every fault."""
    try:
        settings = Settings(_env_file=env_file)
    except ValidationError as error:
        raise BadSettings(tuple(_in_words(e) for e in error.errors())) from None
    except UnicodeDecodeError:
        raise BadSettings((f"{env_file}: is not UTF-8 text",)) from None
    faults = (
        *credentials.halves(settings.given),
        *settings.missing_of_teams(loopback=settings.loopback),
    )
    if settings.secret_key is None and not settings.loopback:
        faults = (
            "DESK_HOST: without DESK_SECRET_KEY the desk listens on this machine only, "
            "because anybody could sign in as anybody. Set DESK_HOST=127.0.0.1, or make "
            f"DESK_SECRET_KEY with: {HOW_TO_MAKE_ONE}",
            *faults,
        )
    if faults:
        raise BadSettings(faults)
    return settings


def misspelt(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Variables that look like ours and are not, with the one that was probably meant.

    They are no reason to refuse: a container platform makes such names for a service "desk".
    """
    known = [variable(name) for name in Settings.model_fields]
    strangers = (name for name in environ if name.startswith(OURS) and name not in known)
    near = {name: get_close_matches(_bare(name), known, n=1, cutoff=0.85) for name in strangers}
    return {name: meant[0] for name, meant in near.items() if meant}


def _bare(name: str) -> str:
    """The chats' own variables have no prefix of ours."""
    return name.removeprefix(PREFIX) if name.removeprefix(PREFIX).startswith(OURS) else name


def variable(field: str) -> str:
    """The environment variable of a setting."""
    alias = Settings.model_fields[field].validation_alias
    return str(alias.choices[0]) if isinstance(alias, AliasChoices) else PREFIX + field.upper()


def secret_fault(secret: str) -> str:
    """What is wrong with a secret key, in words; "" where nothing is."""
    if len(secret) < SHORTEST_SECRET:
        return f"must have {SHORTEST_SECRET} characters or more; make one with: {HOW_TO_MAKE_ONE}"
    if len(set(secret)) < 8 or secret != secret.strip():
        return f"must be random, without spaces around it; make one with: {HOW_TO_MAKE_ONE}"
    return ""


_REASONS = {
    "int_parsing": "must be a whole number",
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be {le} or less",
    "literal_error": "must be one of {expected}",
    "value_error": "{error}",
}


def _in_words(error: ErrorDetails) -> str:
    name = str(error["loc"][0])
    named = variable(name) if name in Settings.model_fields else name
    reason = _REASONS.get(error["type"], error["msg"])
    return f"{named}: {reason.format_map(dict(error.get('ctx', {})))}"
