"""What Microsoft Teams is given by the program around it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from urllib.parse import urlsplit

from bot import config
from bot.nearby import is_loopback

PLATFORM = "teams"
# How the service calls Teams among all the channels that a bot may be in.
CHANNEL = "msteams"

LOGIN_URL = "https://login.microsoftonline.com"
METADATA_URL = "https://login.botframework.com/v1/.well-known/openidconfiguration"
SCOPE = "https://api.botframework.com/.default"
ISSUERS = ("https://api.botframework.com",)
# Where the Connector is: of the public cloud, and of the American government's three.
SERVICE_HOSTS = (
    "smba.trafficmanager.net",
    "smba.infra.gcc.teams.microsoft.com",
    "smba.infra.gov.teams.microsoft.us",
    "smba.infra.dod.teams.microsoft.us",
)
# Where Teams keeps what people send: these, and everything below them.
FILE_HOSTS = ("sharepoint.com", "sharepoint.us", "sharepoint-mil.us")
IDENTITY_URL = "http://169.254.169.254/metadata/identity/oauth2/token"

Clock = Callable[[], datetime]


class AppType(StrEnum):
    """How the bot is registered, in Azure's own words."""

    SINGLE_TENANT = "SingleTenant"
    MANAGED_IDENTITY = "UserAssignedMSI"
    MULTI_TENANT = "MultiTenant"


class Misconfigured(ValueError):
    """Settings with which Teams would not work, or would let anybody in; the text names them."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How the desk is connected to Teams; raises `Misconfigured`.

    `issuers` are whose tokens are taken, `metadata_url` says where their keys are. `service_hosts`
    are the only hosts that the desk's own token is ever sent to; `file_hosts` are where files are
    fetched from and put. `identity_url` and `identity_key` are where the managed identity of this
    machine is asked for, and what has to be shown there. `public_url` is how the desk is reached.

    `trial` is for a Connector on this machine, as in tests and in the Playground: addresses on
    loopback are taken as well, over http. Without an `app_id` nobody signs there. It needs a desk
    that nobody else reaches: `loopback` says that it listens on this machine only.
    """

    app_id: str = ""
    password: str = field(default="", repr=False)
    tenant_id: str = ""
    app_type: AppType = AppType.SINGLE_TENANT
    issuers: tuple[str, ...] = ISSUERS
    metadata_url: str = METADATA_URL
    login_url: str = LOGIN_URL
    scope: str = SCOPE
    identity_url: str = IDENTITY_URL
    identity_key: str = field(default="", repr=False)
    service_hosts: tuple[str, ...] = SERVICE_HOSTS
    file_hosts: tuple[str, ...] = FILE_HOSTS
    public_url: str = ""
    trial: bool = False
    loopback: bool = False

    def __post_init__(self) -> None:
        """Refuse what would leave the door open, or could never work."""
        if self.trial and not self.loopback:
            raise Misconfigured(
                "A trial of Teams lets in whoever reaches the desk: it must listen on 127.0.0.1."
            )
        if self.anonymous:
            return
        if not self.app_id:
            raise Misconfigured(
                "MicrosoftAppId is missing: without it anybody could speak as anybody in Teams."
            )
        if self.app_type is AppType.SINGLE_TENANT and not self.tenant_id:
            raise Misconfigured("MicrosoftAppTenantId is missing: a SingleTenant bot needs it.")
        if self.app_type is not AppType.MANAGED_IDENTITY and not self.password:
            raise Misconfigured(f"MicrosoftAppPassword is missing: a {self.app_type} bot needs it.")
        if not all(self.issuers) or not self.issuers:
            raise Misconfigured("No issuer is accepted: nobody in Teams could be heard.")
        for url in (self.metadata_url, self.login_url):
            if not self._is_safe(url):
                raise Misconfigured(f"{url} must begin with https://")

    @property
    def anonymous(self) -> bool:
        """Whether requests are taken without a token, from this machine alone."""
        return self.trial and not self.app_id

    def _is_safe(self, url: str) -> bool:
        parts = urlsplit(url)
        return parts.scheme == "https" or (self.trial and is_loopback(parts.hostname or ""))


def settings_of(given: config.Settings) -> Settings:
    """What Teams needs of the program's settings; raises `Misconfigured`."""
    password, key = given.teams_app_password, given.teams_identity_key
    return Settings(
        app_id=given.teams_app_id or "",
        password=password.get_secret_value() if password else "",
        tenant_id=given.teams_tenant_id or "",
        app_type=AppType(given.teams_app_type),
        issuers=given.teams_issuers or ISSUERS,
        metadata_url=given.teams_metadata_url or METADATA_URL,
        login_url=given.teams_login_url or LOGIN_URL,
        scope=given.teams_scope or SCOPE,
        identity_url=given.teams_identity_url or IDENTITY_URL,
        identity_key=key.get_secret_value() if key else "",
        service_hosts=given.teams_service_hosts or SERVICE_HOSTS,
        # An address that leads to the reader's own machine is worse than none.
        public_url=given.public_url or "",
        trial=given.teams_trial,
        loopback=given.loopback,
    )


def wall() -> datetime:
    """The machine's own time, by which tokens end; the desk's may be moved in the demo."""
    return datetime.now(UTC)
