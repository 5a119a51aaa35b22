"""The settings of Microsoft Teams: Azure's own variables, and where its services are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode

from bot import credentials
from bot.nearby import is_loopback

AppType = Literal["SingleTenant", "UserAssignedMSI", "MultiTenant"]
Several = Annotated[tuple[str, ...], NoDecode]


def _azure(name: str) -> object:
    """A variable that Azure names, and not we."""
    return Field(validation_alias=AliasChoices(name))


class MicrosoftSettings(BaseSettings):
    """What an operator says of Teams. None stands for Microsoft's public cloud."""

    teams_app_id: Annotated[str | None, _azure("MicrosoftAppId")] = None
    teams_app_password: Annotated[SecretStr | None, _azure("MicrosoftAppPassword")] = None
    teams_tenant_id: Annotated[str | None, _azure("MicrosoftAppTenantId")] = None
    teams_app_type: Annotated[AppType, _azure("MicrosoftAppType")] = "SingleTenant"
    # Where a managed identity is asked for; an app service of Azure sets both by itself.
    teams_identity_url: Annotated[str | None, _azure("IDENTITY_ENDPOINT")] = None
    teams_identity_key: Annotated[SecretStr | None, _azure("IDENTITY_HEADER")] = None
    teams_issuers: Several | None = None
    teams_metadata_url: str | None = None
    teams_login_url: str | None = None
    teams_scope: str | None = None
    teams_service_hosts: Several | None = None
    teams_trial: bool = False

    @field_validator("teams_app_id", "teams_tenant_id")
    @classmethod
    def _is_an_id(cls, value: str | None) -> str | None:
        if value and (fault := credentials.guid_fault(value)):
            raise ValueError(fault)
        return value.lower() if value else value

    @field_validator("teams_app_password")
    @classmethod
    def _is_a_password(cls, value: SecretStr | None) -> SecretStr | None:
        if value and (fault := credentials.password_fault(value.get_secret_value())):
            raise ValueError(fault)
        return value

    @field_validator("teams_issuers", "teams_service_hosts", mode="before")
    @classmethod
    def _apart(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        found = tuple(one.strip() for one in value.split(",") if one.strip())
        if not found:
            raise ValueError("must name one or more, with commas between")
        return found

    @field_validator("teams_service_hosts")
    @classmethod
    def _are_hosts(cls, hosts: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if any(urlsplit(f"//{one}").hostname != one for one in hosts or ()):
            raise ValueError("must be names of hosts alone, like smba.trafficmanager.net")
        return hosts

    @field_validator("teams_metadata_url", "teams_login_url")
    @classmethod
    def _is_a_service(cls, url: str | None) -> str | None:
        parts = urlsplit(url or "")
        if url and (parts.scheme not in {"http", "https"} or not parts.hostname):
            raise ValueError("must begin with https://")
        return url

    @property
    def teams(self) -> bool:
        """Whether anything is set that turns Teams on."""
        given = (self.teams_app_id, self.teams_app_password, self.teams_tenant_id)
        return any(given) or self.teams_trial

    def missing_of_teams(self, *, loopback: bool) -> Iterator[str]:
        """What is missing, or may not be, a line each; `loopback` says who reaches the desk."""
        if self.teams_trial and not loopback:
            yield (
                "DESK_TEAMS_TRIAL: lets in whoever reaches the desk, so it must listen on this "
                "machine only. Set DESK_HOST=127.0.0.1, or take the trial away"
            )
        yield from self._in_the_clear()
        if not self.teams or (self.teams_trial and not self.teams_app_id):
            return
        if not self.teams_app_id:
            yield "MicrosoftAppId: is missing, and the other variables of Teams need it"
        if self.teams_app_type == "SingleTenant" and not self.teams_tenant_id:
            yield (
                "MicrosoftAppTenantId: is missing, and a SingleTenant bot gets its token from "
                "its own tenant. Set it, or MicrosoftAppType as the bot is registered"
            )
        if self.teams_app_type != "UserAssignedMSI" and not self.teams_app_password:
            yield (
                "MicrosoftAppPassword: is missing, so nobody can be answered in Teams. Set it, or "
                "MicrosoftAppType=UserAssignedMSI where this machine is registered as the bot"
            )

    def _in_the_clear(self) -> Iterator[str]:
        """Keys and tokens come over https, or from this machine in a trial."""
        for name in ("teams_metadata_url", "teams_login_url"):
            parts = urlsplit(getattr(self, name) or "")
            here = self.teams_trial and is_loopback(parts.hostname or "")
            if parts.scheme == "http" and not here:
                yield f"DESK_{name.upper()}: must begin with https://"
