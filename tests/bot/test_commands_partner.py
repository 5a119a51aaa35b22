"""The commands around a partner's own workspaces."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest

from bot.clock import SystemClock
from bot.sample import ROSTER
from desk.linking import Installation
from desk.ports import UnitOfWork
from handlers.exchange import Answer, Inbound, Sender, Utterance, Where
from handlers.router import Router
from storage.cipher import Cipher
from storage.desk import StoredDesk
from tests.bot.rosters import CATALOG
from tests.bot.terminal import forget_settings, typed

T = TypeVar("T")
ANA = Sender("slack", "T7", "U1", "Ana Ruiz")


@pytest.fixture(autouse=True)
def _sample(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    forget_settings(monkeypatch)
    monkeypatch.chdir(tmp_path)
    assert typed("roster", "apply", ROSTER).exit_code == 0


def stored(work: Callable[[StoredDesk], Awaitable[T]]) -> T:
    async def run() -> T:
        key = Cipher("q8Zr2vLm5Xt7Bn4Kc9Wd1Hs6Jf3Gy0Pa")
        async with await StoredDesk.open("sqlite:///var/desk.db", cipher=key) as desk:
            return await work(desk)

    return asyncio.run(run())


def writes(words: str, who: Sender = ANA) -> Answer:
    where = Where(who.platform, who.workspace, "D1")
    inbound = Inbound(f"slack:{who.workspace}:{words}", who, where, Utterance(words))
    return stored(lambda desk: Router(desk, lambda: CATALOG).handle(inbound, SystemClock().now()))


def linked(code: str) -> bool:
    return writes(f"link {code}").accepted


def listed() -> Any:
    result = typed("partner", "workspaces", "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.mark.parametrize("named", ["northwind", "Northwind", " NORTHWIND "])
def test_a_code_for_a_partner_by_key_or_name(named: str) -> None:
    result = typed("partner", "invite", named)

    assert result.exit_code == 0, result.output
    code = result.stdout.strip()
    assert re.fullmatch(r"(?:[0-9A-Z]{4}-?){3}", code)
    assert "For Northwind: it works once, until" in result.stderr
    assert f'"link {code}"' in result.stderr
    assert linked(code)
    elsewhere = replace(ANA, workspace="T8")
    assert not writes(f"link {code}", elsewhere).accepted


def test_an_unknown_partner_and_an_unclear_one_are_refused() -> None:
    result = typed("partner", "invite", "nobody")
    assert result.exit_code == 2
    assert 'There is no partner "nobody". Known are: ' in result.stderr

    async def twin(uow: UnitOfWork) -> None:
        other = next(p for p in await uow.people.partners() if p.id != "northwind")
        await uow.people.put_partner(replace(other, name="NorthWind"))

    stored(lambda desk: desk.run(twin))
    result = typed("partner", "invite", "Northwind ")
    assert result.exit_code == 2
    assert "Several partners are called" in result.stderr


def test_workspaces_are_listed_with_how_they_came_about() -> None:
    assert typed("partner", "workspaces").stdout.startswith("No workspace is linked")
    assert linked(typed("partner", "invite", "northwind").stdout.strip())

    async def more(uow: UnitOfWork) -> None:
        await uow.people.link_workspace("teams", "tenant", "northwind")
        for workspace, name in (("T7", "Northwind GmbH"), ("T9", "Somebody")):
            await uow.installations.put(Installation("slack", workspace, "xoxb-1", name=name))

    stored(lambda desk: desk.run(more))
    shown = typed("partner", "workspaces").stdout.splitlines()
    assert [line.split("  ")[0] for line in shown] == ["platform", "slack", "slack", "teams"]
    assert "Northwind GmbH" in shown[1]
    assert "nobody's: invite them" in shown[2]
    facts = {one["workspace"]: (one["partner"], one["linked_by"], one["installed"])
             for one in listed()}  # fmt: skip
    assert facts == {
        "T7": ("northwind", "code", True),
        "T9": (None, None, True),
        "tenant": ("northwind", "roster", False),
    }
    assert "xoxb" not in json.dumps(listed())


def test_a_link_is_undone_with_everybody_who_came_through_it() -> None:
    assert linked(typed("partner", "invite", "northwind").stdout.strip())
    assert writes("quota").accepted

    result = typed("partner", "unlink", "slack", "T7")

    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("slack T7 belongs to northwind no more.\nAna Ruiz (northwind.")
    assert not writes("quota ").accepted
    assert listed() == []
    assert typed("partner", "unlink", "slack", "T7").exit_code == 2


def test_who_has_another_account_keeps_it() -> None:
    assert linked(typed("partner", "invite", "northwind").stdout.strip())

    async def email(uow: UnitOfWork) -> str:
        people = await uow.people.persons()
        return next(p.email for p in people if p.partner_id == "northwind" and p.email)

    known = Sender("slack", "T7", "U2", "Known", stored(lambda desk: desk.run(email)))
    assert writes("quota", known).accepted
    assert typed("partner", "unlink", "slack", "T7").exit_code == 0

    async def identities(uow: UnitOfWork) -> set[str]:
        person = await uow.people.by_email(known.email or "")
        assert person is not None
        assert person.roles
        return {one.platform for one in person.identities}

    assert stored(lambda desk: desk.run(identities)) == {"web"}


def test_what_the_roster_linked_is_unlinked_by_the_roster() -> None:
    stored(lambda desk: desk.run(lambda uow: uow.people.link_workspace("slack", "T7", "northwind")))
    result = typed("partner", "unlink", "slack", "T7")
    assert result.exit_code == 2
    assert "is in the roster: remove it there" in result.stderr
