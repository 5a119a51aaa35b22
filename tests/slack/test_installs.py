"""Where the app is installed: tokens are renewed once, removed for good, and never mixed up."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from bot.platform import Address, Permanent, Retryable, SignInBroken
from bot.slack.errors import Refused
from bot.slack.installs import FRESH, NotInstalled
from bot.slack.link import Link
from bot.slack.renewal import EARLY, RENEWING
from desk.errors import NoKey
from desk.linking import Installation
from handlers.views.kinds import DoneView
from storage.cipher import Cipher
from storage.desk import within
from tests.fakes.slack import installing
from tests.fakes.slack.installing import CLIENT_ID, CLIENT_SECRET
from tests.slack.world import VENDOR, World, account, installed, open_world

NORTH = "TNORTH"
RENEWAL = "oauth.v2.access"
VIEW = DoneView(("Something was done.",))


@pytest_asyncio.fixture
async def rotating(tmp_path: Path) -> AsyncIterator[World]:
    """A desk that may renew tokens."""
    async with open_world(tmp_path, client_id=CLIENT_ID, client_secret=CLIENT_SECRET) as world:
        yield world


async def stored(world: World, team: str = NORTH) -> Installation | None:
    """What stands in the database."""
    return await world.desk.run(lambda uow: uow.installations.get("slack", team))


async def put(world: World, row: Installation) -> None:
    await world.desk.run(lambda uow: uow.installations.put(row))
    world.link.installs.forget()


async def ends(world: World, **left: float) -> Installation:
    """Northwind's token ends after so long, as tokens do where rotation is on."""
    install = world.slack.of_team(NORTH)
    row = await stored(world)
    assert install is not None
    assert row is not None
    installing.ends(world.slack, install, timedelta(**left).total_seconds())
    until = datetime.fromtimestamp(install.expires_at or 0, UTC)
    row = replace(row, refresh_token=install.refresh_token, expires_at=until)
    await put(world, row)
    return row


async def another(world: World) -> Link:
    """Another process at the same desk."""
    now = world.link.wall
    return await Link.open(world.desk, world.files, world.link.settings, now, now)


def renewals(world: World) -> int:
    return sum(method == RENEWAL for method, _ in world.slack.calls)


# --- tokens that end ------------------------------------------------------------------------------


async def test_a_token_that_lasts_is_left_alone(rotating: World) -> None:
    row = await ends(rotating, hours=2, seconds=1)
    assert await rotating.link.installs.token(row) == row.token
    await rotating.link.installs.close()
    assert renewals(rotating) == 0


async def test_a_token_that_ends_soon_is_renewed_while_the_old_one_serves(rotating: World) -> None:
    row = await ends(rotating, minutes=EARLY.total_seconds() / 60 - 1)

    assert await rotating.link.installs.token(row) == row.token
    await rotating.link.installs.close()

    kept = await stored(rotating)
    assert kept is not None
    assert kept.token == next(
        one.token for one in rotating.slack.installs.values() if one.team == NORTH
    )
    assert kept.token != row.token
    assert kept.refresh_token != row.refresh_token
    assert kept.expires_at == rotating.now + timedelta(hours=12)
    assert await rotating.link.installs.to_reach(NORTH) == kept
    assert renewals(rotating) == 1


async def test_ten_at_the_same_moment_renew_a_token_once(rotating: World) -> None:
    row = await ends(rotating, seconds=-1)
    installs = rotating.link.installs

    tokens = await asyncio.gather(*(installs.token(row) for _ in range(10)))

    assert renewals(rotating) == 1
    assert set(tokens) == {(await installs.to_reach(NORTH)).token}


async def test_whoever_looks_at_an_old_row_does_not_renew_it_again(rotating: World) -> None:
    """Slack would revoke the token that the others have just got."""
    row = await ends(rotating, seconds=-1)
    first = await rotating.link.installs.token(row)

    assert await rotating.link.installs.token(row) == first
    async with await another(rotating) as other:
        assert await other.installs.token(row) == first
    assert renewals(rotating) == 1
    # The right to renew was given back: nobody waits for a lease to end.
    rotating.later(hours=12)
    assert await rotating.link.installs.token(row) != first


async def test_of_two_processes_one_renews_and_the_other_waits(rotating: World) -> None:
    row = await ends(rotating, seconds=-1)
    gate = rotating.slack.unkind.hangs(RENEWAL)
    async with await another(rotating) as other:
        first = asyncio.ensure_future(rotating.link.installs.token(row))
        await rotating.slack.until(lambda: renewals(rotating) == 1)

        with pytest.raises(Retryable) as wait:
            await other.installs.token(row)
        assert wait.value.after == timedelta(seconds=2)
        gate.set()
        assert await first == (await other.installs.to_reach(NORTH)).token
    assert renewals(rotating) == 1


async def test_a_process_that_died_over_it_holds_nobody_back_for_long(rotating: World) -> None:
    row = await ends(rotating, seconds=-1)
    now = rotating.now
    await rotating.desk.run(
        lambda uow: uow.installations.renew("slack", NORTH, now, now + RENEWING)
    )
    with pytest.raises(Retryable):
        await rotating.link.installs.token(row)

    rotating.later(seconds=RENEWING.total_seconds())
    assert await rotating.link.installs.token(row) != row.token


async def test_who_is_in_a_hurry_does_not_cut_a_renewal_off(rotating: World) -> None:
    """The refresh token is used up by then: the answer must be kept, whoever waits for it."""
    row = await ends(rotating, seconds=-1)
    gate = rotating.slack.unkind.hangs(RENEWAL)
    with within(0.05), pytest.raises(Retryable):
        await rotating.link.installs.token(row)
    gate.set()

    kept = await rotating.link.installs.to_reach(NORTH)

    assert kept == await stored(rotating)
    assert renewals(rotating) == 1


async def test_a_new_token_that_cannot_be_saved_is_not_lost(rotating: World) -> None:
    row = await ends(rotating, seconds=-1)
    gate = rotating.slack.unkind.hangs(RENEWAL)
    renewing = asyncio.ensure_future(rotating.link.installs.token(row))
    await rotating.slack.until(lambda: renewals(rotating) == 1)
    rotating.watched.refuses = 2
    gate.set()

    with capture_logs() as logs:
        token = await renewing
        assert (await rotating.link.installs.to_reach(NORTH)).token == token
    assert [one["event"] for one in logs] == ["slack.token_not_kept"] * 2
    assert await stored(rotating) == row

    # The next use finds the database there again.
    assert (await rotating.link.installs.to_reach(NORTH)).token == token
    kept = await stored(rotating)
    assert kept is not None
    assert kept.token == token
    assert renewals(rotating) == 1


async def test_what_could_not_be_saved_is_saved_in_the_end(rotating: World) -> None:
    row = await ends(rotating, seconds=-1)
    gate = rotating.slack.unkind.hangs(RENEWAL)
    renewing = asyncio.ensure_future(rotating.link.installs.token(row))
    await rotating.slack.until(lambda: renewals(rotating) == 1)
    rotating.watched.refuses = 1
    gate.set()
    token = await renewing

    await rotating.link.installs.close()

    kept = await stored(rotating)
    assert kept is not None
    assert kept.token == token


async def test_an_app_that_is_removed_meanwhile_does_not_come_back(rotating: World) -> None:
    row = await ends(rotating, seconds=-1)
    gate = rotating.slack.unkind.hangs(RENEWAL)
    renewing = asyncio.ensure_future(rotating.link.installs.token(row))
    await rotating.slack.until(lambda: renewals(rotating) == 1)
    await rotating.desk.run(lambda uow: uow.installations.remove("slack", NORTH))
    gate.set()
    await renewing

    assert await stored(rotating) is None


async def test_a_refused_renewal_is_no_reason_to_be_silent_while_the_token_is_good(
    rotating: World,
) -> None:
    row = await ends(rotating, minutes=30)
    rotating.slack.unkind.refuses(RENEWAL, "invalid_refresh_token", times=9)
    to = Address("slack", NORTH, user=account("nora"))

    with capture_logs() as logs:
        await rotating.platform.post(to, VIEW, "key:1")
        await rotating.link.installs.close()
        await rotating.platform.post(to, VIEW, "key:2")
        await rotating.link.installs.close()

    assert len(rotating.direct("nora").messages) == 2
    assert [one["reason"] for one in logs if one["log_level"] == "error"] == [
        "oauth.v2.access: invalid_refresh_token"
    ]
    assert await stored(rotating) == row


async def test_a_token_that_ended_without_another_is_a_workspace_without_the_app(
    rotating: World,
) -> None:
    row = await ends(rotating, seconds=-1)
    rotating.slack.unkind.refuses(RENEWAL, "invalid_refresh_token", times=9)
    with pytest.raises(NotInstalled):
        await rotating.link.installs.token(row)

    with pytest.raises(Permanent, match="not installed") as no:
        await rotating.platform.post(Address("slack", NORTH, user=account("nora")), VIEW, "key:1")
    assert no.value.mend == "Let its people install the app again."
    answer = await rotating.hand("nora").command("/quota")
    assert answer.status == 200
    assert "not installed in this workspace any more" in answer.text
    # And Slack is not asked again and again.
    assert renewals(rotating) == 1
    # The operators' own question is put to Slack all the same.
    with pytest.raises(Refused):
        await rotating.link.installs.renewed(row)


async def test_an_answer_that_is_lost_leaves_what_can_be_mended(rotating: World) -> None:
    """Slack renewed it, and nobody learned how: the old refresh token is used up."""
    row = await ends(rotating, seconds=-1)
    rotating.slack.unkind.fails(RENEWAL, "after")
    with pytest.raises(Retryable):
        await rotating.link.installs.token(row)
    rotating.later(seconds=RENEWING.total_seconds())
    with pytest.raises(NotInstalled):
        await rotating.link.installs.token(row)

    await installed(rotating, NORTH)
    rotating.link.installs.forget()
    assert (await rotating.link.installs.to_reach(NORTH)).expires_at is None


async def test_a_token_that_another_process_renewed_is_read_again(rotating: World) -> None:
    """Its message is sent with the new one, and nobody else is asked instead."""
    row = await ends(rotating, minutes=30)
    to = Address("slack", NORTH, user=account("nora"))
    async with await another(rotating) as other:
        await other.installs.token(row)
        await rotating.link.installs.to_reach(NORTH)
        await other.installs.close()
    rotating.slack.unkind.fails(RENEWAL, "500", times=9)

    with pytest.raises(Retryable) as again:
        await rotating.platform.post(to, VIEW, "key:1")
    assert again.value.after == timedelta(0)
    await rotating.platform.post(to, VIEW, "key:1")

    assert len(rotating.direct("nora").messages) == 1


# --- the app is taken out -------------------------------------------------------------------------


async def test_an_app_that_was_taken_out_is_forgotten_with_its_token(slack_world: World) -> None:
    world = slack_world
    brought = await installing.uninstalled(world.slack, NORTH)
    await world.rest()

    assert await stored(world) is None
    told = [text for text in world.texts("COPS") if "Northwind" in text]
    assert len(told) == 1
    assert "The app was removed from the Slack workspace Northwind." in told[0]
    assert "install the app again" in told[0]

    # The same events once more, in whatever order.
    for envelope in (*reversed(brought), *brought):
        assert (await world.slack.delivery.event(envelope)).status == 200
    await world.rest()
    assert sum("Northwind" in text for text in world.texts("COPS")) == 1


async def test_whoever_sends_there_afterwards_is_told_to_ask_somebody_else(
    slack_world: World,
) -> None:
    to = Address("slack", NORTH, channel="DNORANORTH")
    await installing.uninstalled(slack_world.slack, NORTH)
    with pytest.raises(Permanent) as no:
        await slack_world.platform.post(to, VIEW, "key:1")
    assert no.value.mend


async def test_an_event_that_comes_late_does_not_end_what_was_installed_anew(
    slack_world: World,
) -> None:
    world = slack_world
    brought = await installing.uninstalled(world.slack, NORTH)
    await installed(world, NORTH)
    world.link.installs.forget()
    anew = await stored(world)

    for envelope in brought:
        assert (await world.slack.delivery.event(envelope)).status == 200

    assert await stored(world) == anew
    assert "30" in (await world.hand("carla").command("/quota")).text


async def test_while_slack_does_not_say_whose_token_is_good_nothing_is_removed(
    slack_world: World,
) -> None:
    world = slack_world
    world.slack.unkind.fails("auth.test", "html")
    brought = await installing.uninstalled(world.slack, NORTH)
    assert world.slack.delivery.delivered[-2:] == [
        ("tokens_revoked", 503),
        ("app_uninstalled", 200),
    ]
    assert brought
    assert await stored(world) is None


async def test_tokens_of_single_people_are_none_of_ours(slack_world: World) -> None:
    event = {"type": "tokens_revoked", "tokens": {"oauth": ["UNORA"], "bot": []}}
    await slack_world.slack.delivery.happened(event, team=NORTH)
    assert await stored(slack_world) is not None


async def test_of_an_organisation_only_the_workspace_that_took_it_out(slack_world: World) -> None:
    """A person's organisation finds any of its workspaces; an app that is gone is gone from one."""
    world = slack_world
    for team in ("TCONTO", "TFABRI"):
        row = await stored(world, team)
        assert row is not None
        await put(world, replace(row, enterprise="E0RG"))
        world.slack.teams[team].enterprise = "E0RG"
    found = await world.link.installs.of("TNOBODY", "E0RG")
    assert found == await stored(world, "TCONTO")
    brought = await installing.uninstalled(world.slack, "TCONTO")

    for envelope in brought:
        await world.slack.delivery.event(envelope | {"enterprise_id": "E0RG"})

    assert await stored(world, "TCONTO") is None
    assert await stored(world, "TFABRI") is not None


async def test_a_token_that_nobody_can_read_is_removed_too(slack_world: World) -> None:
    world = slack_world
    foreign = Cipher("o" * 48).encrypt("xoxb-1", f"slack:{NORTH}:token")

    async def spoil(uow: Any) -> None:
        await uow.installations._sql.rows(
            "UPDATE installations SET token = ? WHERE workspace = ?", foreign, NORTH
        )

    await world.desk.run(spoil)
    with pytest.raises(NoKey):
        await stored(world)

    await installing.uninstalled(world.slack, NORTH)

    assert await stored(world) is None


# --- whose token ours is --------------------------------------------------------------------------


async def test_while_slack_is_away_at_first_people_are_asked_to_try_again(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        world.slack.unkind.fails("auth.test", "500", times=1)
        mei = world.hand("mei")

        answer = await mei.command("/desk", "queue", channel="CCLOUD")
        assert "Try again" in answer.text
        # Whatever Slack brings again is not lost either.
        await mei.says("<@UBOTTVENDOR> queue", "CCLOUD")
        assert world.slack.delivery.delivered[-2:] == [("message", 503), ("app_mention", 503)]

        world.later(seconds=5)
        assert "queue" in (await mei.command("/desk", "queue", channel="CCLOUD")).text.lower()


async def test_others_do_not_wait_for_slack_to_say_whose_token_ours_is(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        world.slack.unkind.hangs("auth.test")
        with within(30):
            answer = await world.hand("carla").command("/quota")
        assert "30 of 30 left" in answer.text
        assert [method for method, _ in world.slack.calls] == []


async def test_a_request_waits_for_it_no_longer_than_it_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.slack.wire.ANSWER_WITHIN", 0.3)
    async with open_world(tmp_path) as world:
        gate = world.slack.unkind.hangs("auth.test")
        asking = asyncio.ensure_future(world.link.installs.own())
        await world.slack.until(lambda: world.slack.calls)

        answers = await asyncio.gather(*(world.hand("mei").command("/quota") for _ in range(3)))
        assert ["Try again" in answer.text for answer in answers] == [True] * 3
        gate.set()
        own = await asking
        assert own is not None
        assert own.workspace == VENDOR
        assert sum(method == "auth.test" for method, _ in world.slack.calls) == 1


async def test_a_token_of_ours_that_is_refused_breaks_our_own_sign_in(tmp_path: Path) -> None:
    async with open_world(tmp_path, bot_token="xoxb-of-yesterday") as world:
        with pytest.raises(SignInBroken, match="not valid"):
            await world.platform.post(Address("slack", VENDOR, channel="CCLOUD"), VIEW, "key:1")
        # The partners' workspaces have tokens of their own.
        assert "30 of 30 left" in (await world.hand("carla").command("/quota")).text
        answer = await world.hand("mei").command("/quota", channel="CCLOUD")
        assert "not installed" in answer.text


# --- what is remembered ---------------------------------------------------------------------------


async def test_what_another_process_removed_is_believed_for_a_minute_at_most(
    slack_world: World,
) -> None:
    world = slack_world
    assert await world.link.installs.of(NORTH) is not None
    await world.desk.run(lambda uow: uow.installations.remove("slack", NORTH))
    assert await world.link.installs.of(NORTH) is not None
    world.later(seconds=FRESH.total_seconds())
    assert await world.link.installs.of(NORTH) is None
