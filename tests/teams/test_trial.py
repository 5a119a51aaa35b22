"""A trial on one machine: who is let in without a token, and when there is none at all."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from bot.teams.auth import TurnedAway, check_neighbour
from bot.teams.deps import AppType, Misconfigured, Settings
from bot.teams.hosts import is_file, is_service
from tests.teams.transport import Transport, open_transport

GOOD: dict[str, Any] = {"app_id": "an-id", "password": "secret", "tenant_id": "a-tenant"}
TRIAL: dict[str, Any] = {"trial": True, "loopback": True}


@pytest_asyncio.fixture
async def anonymous() -> AsyncIterator[Transport]:
    """A trial without an app id."""
    async with open_transport(app_id="", password="", tenant_id="") as made:
        yield made


async def knock(made: Transport, *headers: tuple[str, str], **changes: Any) -> int:
    import json

    body = json.dumps(made.message(**changes)).encode()
    return (await made.teams.delivery.post(body, headers)).status


async def test_a_program_on_this_machine_needs_no_token(anonymous: Transport) -> None:
    assert await knock(anonymous) == 200
    assert anonymous.teams.asked == []


@pytest.mark.parametrize(
    "header",
    [
        ("Origin", "https://evil.example"),
        ("Host", "evil.example"),
        ("Host", "127.0.0.1.evil.example:8080"),
        ("X-Forwarded-For", "203.0.113.7"),
        ("Forwarded", "for=203.0.113.7"),
        ("X-Real-IP", "203.0.113.7"),
    ],
)
async def test_a_page_or_a_proxy_is_no_such_program(
    anonymous: Transport, header: tuple[str, str]
) -> None:
    assert await knock(anonymous, header) == 401
    assert anonymous.received == []


async def test_a_page_cannot_send_json_unasked(anonymous: Transport) -> None:
    assert await knock(anonymous, ("Content-Type", "text/plain")) == 415


async def test_a_stranger_is_not_answered_in_a_trial_either(anonymous: Transport) -> None:
    assert await knock(anonymous, serviceUrl="http://evil.example/") == 403
    assert await knock(anonymous, serviceUrl="http://localhost:3978/_connector") == 200


@pytest.mark.parametrize("remote", ["203.0.113.7", "10.0.0.1", "::2", None, ""])
def test_another_machine_needs_a_token(remote: str | None) -> None:
    with pytest.raises(TurnedAway, match="another machine"):
        check_neighbour(remote, {"Host": "127.0.0.1:8080"})


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost", "localhost:80", "[::1]:8080"])
def test_this_machine_has_several_names(host: str) -> None:
    check_neighbour("::1", {"Host": host})


async def test_with_an_app_id_a_trial_wants_tokens(transport: Transport) -> None:
    assert transport.link.settings.trial
    assert await knock(transport) == 401


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "MicrosoftAppId"),
        ({"password": "secret", "tenant_id": "a-tenant"}, "MicrosoftAppId"),
        ({"loopback": True}, "MicrosoftAppId"),
        ({"trial": True}, "127.0.0.1"),
        ({**GOOD, "trial": True}, "127.0.0.1"),
        ({**GOOD, "tenant_id": ""}, "MicrosoftAppTenantId"),
        ({**GOOD, "password": ""}, "MicrosoftAppPassword"),
        ({**GOOD, "app_type": AppType.MULTI_TENANT, "password": ""}, "MicrosoftAppPassword"),
        ({**GOOD, "issuers": ()}, "issuer"),
        ({**GOOD, "issuers": ("",)}, "issuer"),
        ({**GOOD, "metadata_url": "http://login.example/keys"}, "https://"),
        ({**GOOD, "login_url": "http://127.0.0.1/login"}, "https://"),
    ],
)
def test_what_would_leave_the_door_open_is_refused_at_the_start(
    given: dict[str, Any], words: str
) -> None:
    with pytest.raises(Misconfigured, match=words):
        Settings(**given)


@pytest.mark.parametrize(
    "given",
    [
        GOOD,
        {**GOOD, "app_type": AppType.MULTI_TENANT, "tenant_id": ""},
        {"app_id": "an-id", "app_type": AppType.MANAGED_IDENTITY},
        TRIAL,
    ],
)
def test_what_works_is_taken(given: dict[str, Any]) -> None:
    assert Settings(**given).anonymous == (given is TRIAL)


def test_secrets_are_not_shown() -> None:
    assert "secret" not in repr(Settings(**GOOD, identity_key="secret"))


def test_this_machine_is_no_connector_outside_of_a_trial() -> None:
    for url in ("http://127.0.0.1:8080/", "https://localhost/", "https://127.0.0.1/"):
        assert not is_service(url, Settings(**GOOD))
        assert is_service(url, Settings(**TRIAL))


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://northwind-my.sharepoint.com/personal/x/_layouts/15/download.aspx?a=%20", True),
        ("https://sharepoint.com/x", True),
        ("https://northwind.sharepoint.us/x", True),
        ("https://evilsharepoint.com/x", False),
        ("https://northwind.sharepoint.com.evil.example/x", False),
        ("https://evil.example/northwind.sharepoint.com", False),
        ("https://northwind.sharepoint.com@evil.example/x", False),
        ("https://evil.example\\@northwind.sharepoint.com/x", False),
        ("https://northwind.sharepoint.com\\@evil.example/x", False),
        ("https://northwind.sharepoint.com:444/x", False),
        ("http://northwind.sharepoint.com/x", False),
        ("https://northwind.sharepoint.com/x y", False),
        ("https://northwind.sharepoint.com/x\r\nHost: evil", False),
        ("http://169.254.169.254/metadata", False),
        ("http://127.0.0.1/x", False),
        ("https://northwind.sharepoint.com/" + "x" * 5000, False),
        ("", False),
    ],
)  # fmt: skip
def test_files_are_where_teams_keeps_them(url: str, good: bool) -> None:
    assert is_file(url, Settings(**GOOD)) is good
