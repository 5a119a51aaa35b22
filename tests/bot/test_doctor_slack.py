"""What the doctor finds in Slack (tokens, scopes, channels, Socket Mode), and how to mend it."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from bot import doctor
from bot.findings import Finding
from bot.slack import doctor as slack_doctor
from bot.slack import manifest, rostered
from desk.linking import Installation
from storage import migrate
from storage.cipher import Cipher
from storage.desk import StoredDesk
from tests.bot.rosters import apply, roster_of
from tests.bot.slack_process import APP_TOKEN, ROSTER, workspace
from tests.bot.surgery import MARCH, SECRET, free_port
from tests.bot.terminal import Started, forget_settings
from tests.fakes.slack import Slack
from tests.fakes.slack.installing import CLIENT_ID, CLIENT_SECRET

URL = "https://desk.example.com"
DATABASE = "sqlite:///var/desk.db"
FINE = [Finding("slack")]


@pytest_asyncio.fixture
async def slack(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Slack]:
    """A Slack in which everything is in order, and a desk that is set up for it."""
    forget_settings(monkeypatch)
    monkeypatch.chdir(tmp_path)
    slack = workspace()
    async with slack.running():
        for name, value in {
            "DESK_PORT": free_port(),
            "DESK_PUBLIC_URL": URL,
            "DESK_SECRET_KEY": SECRET,
            "DESK_SLACK_API_URL": f"{slack.url}/api/",
            "SLACK_BOT_TOKEN": next(iter(slack.installs)),
            "SLACK_SIGNING_SECRET": slack.secret,
        }.items():
            monkeypatch.setenv(name, value)
        await with_roster(tmp_path, ROSTER)
        yield slack


async def with_roster(folder: Path, text: str) -> None:
    (folder / "var").mkdir(exist_ok=True)
    await migrate.migrate(DATABASE)
    async with await StoredDesk.open(DATABASE, cipher=Cipher(SECRET)) as desk:
        await apply(desk, roster_of(folder, text))


async def installed(slack: Slack, team: str, **more: str) -> Installation:
    """The app in a partner's workspace, as the desk keeps it."""
    slack.team(team, team.title())
    token = slack.install(team)
    row = Installation("slack", team, token, scopes=tuple(slack.scopes), name=team.title())
    row = replace(row, **more)  # type: ignore[arg-type]  # a test's shorthand
    async with await StoredDesk.open(DATABASE, cipher=Cipher(SECRET)) as desk:
        await desk.run(lambda uow: uow.installations.put(row))
        await desk.run(lambda uow: uow.people.link_workspace("slack", team, "northwind"))
    return row


async def found() -> list[Finding]:
    """What the whole doctor says of Slack."""
    return [one for one in await doctor.examine(MARCH, None) if one.part == "slack"]


async def only() -> Finding:
    (one,) = await found()
    assert one.mend
    return one


def without_scopes(slack: Slack, *missing: str) -> None:
    install = next(iter(slack.installs.values()))
    install.scopes -= frozenset(missing)


async def test_a_slack_in_order_is_in_order(slack: Slack) -> None:
    assert await found() == FINE
    methods = {method for method, _ in slack.calls}
    assert methods == {"auth.test", "users.conversations"}


async def test_a_desk_without_slack_asks_nothing(
    slack: Slack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SLACK_BOT_TOKEN")
    monkeypatch.delenv("SLACK_SIGNING_SECRET")
    said = await found()

    assert [one.wrong for one in said] == [
        "channel operators is in Slack, and Slack is off",
        "channel support-cloud is in Slack, and Slack is off",
    ]
    assert slack.calls == []


# --- tokens ---------------------------------------------------------------------------------------


async def test_a_token_that_is_no_good(slack: Slack) -> None:
    next(iter(slack.installs.values())).revoked = True
    one = await only()

    assert one.wrong == (
        "Slack refuses the token of SLACK_BOT_TOKEN: the token was revoked (token_revoked)"
    )
    assert "OAuth & Permissions" in one.mend


async def test_a_partners_token_that_is_no_good(slack: Slack) -> None:
    row = await installed(slack, "TNORTH")
    assert await found() == FINE
    slack.installs[row.token].revoked = True
    one = await only()

    assert "the token of Tnorth (TNORTH): the token was revoked" in one.wrong
    assert one.mend.endswith(f"{URL}/slack/install")


async def test_each_missing_scope_with_what_it_is_for_and_what_cannot_be_heard(
    slack: Slack,
) -> None:
    without_scopes(slack, "reactions:read", "chat:write.customize")
    customize, reactions = await found()

    assert customize.wrong.startswith(
        "Vendor (TVENDOR): the app lacks the scope chat:write.customize, so it cannot show who"
    )
    assert "do not arrive" not in customize.wrong
    assert reactions.wrong.endswith("these events do not arrive: reaction_added")
    assert "`partnerdesk slack manifest`" in reactions.mend


async def test_every_event_is_missed_by_its_scope(slack: Slack) -> None:
    without_scopes(slack, *manifest.SCOPES)
    said = " ".join(one.wrong for one in await found())

    assert all(event in said for event, scope in manifest.EVENTS.items() if scope)


# --- channels and people --------------------------------------------------------------------------


async def test_a_channel_that_the_app_is_not_in(slack: Slack) -> None:
    slack.channels["CCLOUD"].members.remove("UBOTTVENDOR")
    one = await only()

    assert one.wrong == "channel support-cloud (#support-cloud, CCLOUD): the app is not in it"
    assert one.mend == "Say in it: /invite @Partnerdesk"


async def test_a_channel_that_is_archived(slack: Slack) -> None:
    slack.channels["CCLOUD"].archived = True
    one = await only()

    assert one.wrong == "channel support-cloud (#support-cloud, CCLOUD) is archived"
    assert "another channel in the roster" in one.mend


async def test_a_private_channel_that_the_app_cannot_see(slack: Slack) -> None:
    slack.channels["COPS"].members.remove("UBOTTVENDOR")
    one = await only()

    assert "channel operators (#operators, COPS): the channel is gone, or the app is" in one.wrong
    assert "/invite @Partnerdesk" in one.mend


async def test_channels_on_several_pages(slack: Slack) -> None:
    slack.page = 1
    assert await found() == FINE


async def test_many_channels_that_are_shut_are_not_asked_for_for_ever(
    slack: Slack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rostered, "SINGLY", 1)
    for channel in slack.channels.values():
        channel.members.remove("UBOTTVENDOR")
    _, rest = await found()

    assert rest.wrong == "1 more channels of the roster are shut to the app"


async def test_a_workspace_that_is_mistyped(slack: Slack, tmp_path: Path) -> None:
    await with_roster(
        tmp_path, ROSTER.replace('"TVENDOR", user = "UMEI"', '"TVENDER", user = "U1"')
    )
    one = await only()

    assert one.wrong == "people mei: the app is not in the workspace TVENDER"
    assert "It is in Vendor (TVENDOR)." in one.mend


# --- the settings ---------------------------------------------------------------------------------


async def test_socket_mode(slack: Slack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SLACK_SIGNING_SECRET")
    monkeypatch.delenv("DESK_PUBLIC_URL")
    monkeypatch.setenv("SLACK_APP_TOKEN", APP_TOKEN)
    assert await found() == FINE
    assert slack.delivery.sockets == []
    slack.unkind.refuses("apps.connections.open", "invalid_auth")
    one = await only()

    assert one.wrong.startswith("Slack refuses SLACK_APP_TOKEN: the token is not valid")
    assert "connections:write" in one.mend


async def test_the_clients_secret(slack: Slack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_CLIENT_ID", CLIENT_ID)
    monkeypatch.setenv("SLACK_CLIENT_SECRET", CLIENT_SECRET[::-1])
    one = await only()

    assert one.wrong == "Slack refuses SLACK_CLIENT_ID and SLACK_CLIENT_SECRET: bad_client_secret"
    monkeypatch.setenv("SLACK_CLIENT_SECRET", CLIENT_SECRET)
    assert await found() == FINE


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "Slack is to call the desk, and DESK_PUBLIC_URL is not set"),
        ("http://desk.example.com", "DESK_PUBLIC_URL is not https, and Slack calls nothing else"),
    ],
)
async def test_an_address_that_slack_cannot_call(
    slack: Slack, monkeypatch: pytest.MonkeyPatch, url: str, words: str
) -> None:
    monkeypatch.setenv("DESK_PUBLIC_URL", url)
    assert (await only()).wrong == words


# --- the network ----------------------------------------------------------------------------------


async def test_a_network_that_is_down(slack: Slack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_SLACK_API_URL", f"http://127.0.0.1:{free_port()}/api/")
    one = await only()

    assert one.wrong.startswith("Slack cannot be asked at http://127.0.0.1:")
    assert "Slack cannot be reached: ClientConnectorError" in one.wrong
    assert "DESK_SLACK_API_URL" in one.mend


async def test_a_slack_that_never_answers_ends_in_time(
    slack: Slack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slack_doctor, "ONE", 0.2)
    with closing(socket.create_server(("127.0.0.1", 0))) as deaf:
        address = f"http://127.0.0.1:{deaf.getsockname()[1]}/api/"
        monkeypatch.setenv("DESK_SLACK_API_URL", address)
        one = await only()

    assert one.wrong == f"Slack cannot be asked at {address}: no answer from Slack: TimeoutError"


async def test_many_slow_answers_end_in_time_too(
    slack: Slack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slack_doctor, "ALL", 0.2)
    with closing(socket.create_server(("127.0.0.1", 0))) as deaf:
        address = f"http://127.0.0.1:{deaf.getsockname()[1]}/api/"
        monkeypatch.setenv("DESK_SLACK_API_URL", address)
        one = await only()

    assert one.wrong.endswith("it takes too long to answer")


async def test_a_slack_that_asks_to_wait(slack: Slack) -> None:
    slack.unkind.fails("users.conversations", "429", after=30)
    one = await only()

    assert one.wrong == "not everything was looked at: Slack asks to wait"


async def test_what_was_found_before_the_network_went_down_is_kept(slack: Slack) -> None:
    without_scopes(slack, "reactions:read")
    slack.unkind.fails("users.conversations", "reset")
    scope, network = await found()

    assert "reactions:read" in scope.wrong
    assert "cannot be asked" in network.wrong


# --- the command ----------------------------------------------------------------------------------


async def test_no_token_is_in_what_it_says(slack: Slack) -> None:
    row = await installed(slack, "TNORTH")
    for install in slack.installs.values():
        install.revoked = True
    said = " ".join(f"{one.wrong} {one.mend}" for one in await doctor.examine(MARCH, None))

    assert said.count("token_revoked") == 2
    assert not any(secret in said for secret in (row.token, *slack.installs, slack.secret))


async def test_the_command_says_it_and_exits_with_one(slack: Slack, tmp_path: Path) -> None:
    slack.channels["CCLOUD"].archived = True
    settings = {k: v for k, v in os.environ.items() if k.startswith(("DESK_", "SLACK_"))}
    with Started(tmp_path, "doctor", **settings) as process:
        line = await asyncio.to_thread(process.line_with, "support-cloud")
        assert await asyncio.to_thread(process.ended) == 1

    assert line == "wrong  slack: channel support-cloud (#support-cloud, CCLOUD) is archived"
    assert process.logged == []
