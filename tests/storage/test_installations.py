"""Where the desk is installed: found again, renewed by one, and never in plain text on a disk."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from desk.errors import NoKey
from desk.linking import Installation
from storage.cipher import Cipher
from storage.desk import StoredDesk
from tests.storage.samples import HOUR, MINUTE, NOW
from tests.storage.work import execute, query

SECRET = "q8Zr2vLm5Xt7Bn4Kc9Wd1Hs6Jf3Gy0Pa"


def an_installation(**values: Any) -> Installation:
    made = Installation(
        platform="slack",
        workspace="T1",
        token="xoxe.xoxb-secret",
        enterprise="E1",
        bot_user="U9",
        bot_id="B9",
        scopes=("chat:write", "commands"),
        refresh_token="xoxe-1-refresh",
        expires_at=NOW + HOUR,
        installed_by="U1",
        name="Acme \x00 GmbH",
    )
    return replace(made, **values)


@pytest_asyncio.fixture
async def vault(url: str) -> AsyncIterator[StoredDesk]:
    async with await StoredDesk.open(url, cipher=Cipher(SECRET)) as desk:
        yield desk


async def put(desk: StoredDesk, **values: Any) -> None:
    await desk.run(lambda work: work.installations.put(an_installation(**values)))


async def get(desk: StoredDesk, workspace: str = "T1") -> Installation | None:
    return await desk.run(lambda work: work.installations.get("slack", workspace))


async def test_an_installation_comes_back_as_it_was(vault: StoredDesk) -> None:
    assert await get(vault) is None
    await put(vault)
    assert await get(vault) == an_installation(name="Acme ␀ GmbH")
    await put(vault, workspace="T2", token="xoxb-2", refresh_token="", expires_at=None, scopes=())
    assert await get(vault, "T2") == an_installation(
        workspace="T2", token="xoxb-2", refresh_token="", expires_at=None, scopes=(),
        name="Acme ␀ GmbH",
    )  # fmt: skip
    await put(vault, token="xoxb-new", scopes=("commands",))
    renewed = await get(vault)
    assert renewed is not None
    assert (renewed.token, renewed.scopes) == ("xoxb-new", ("commands",))


async def test_a_list_has_everything_but_the_tokens(vault: StoredDesk) -> None:
    for workspace in ("T2", "T1"):
        await put(vault, workspace=workspace)
    await put(vault, platform="teams", workspace="tenant")
    await vault.run(lambda work: work.people.link_workspace("slack", "T1", "acme"))
    slack = await vault.run(lambda work: work.installations.all("slack"))
    assert [(one.workspace, one.partner_id) for one in slack] == [("T1", "acme"), ("T2", None)]
    every = await vault.run(lambda work: work.installations.all())
    assert len(every) == 3
    assert {(one.token, one.refresh_token) for one in every} == {("", "")}


async def test_whose_workspace_it_is_is_read_from_the_links_alone(vault: StoredDesk) -> None:
    await put(vault, partner_id="somebody")
    found = await get(vault)
    assert found is not None
    assert found.partner_id is None
    await vault.run(lambda work: work.people.link_workspace("slack", "T1", "acme", by_code=True))
    found = await get(vault)
    assert found is not None
    assert found.partner_id == "acme"
    await vault.run(lambda work: work.installations.remove("slack", "T1"))
    assert await get(vault) is None
    assert await vault.run(lambda work: work.people.workspaces()) == {("slack", "T1"): "acme"}


async def test_no_column_holds_a_plain_token(url: str, vault: StoredDesk) -> None:
    await put(vault)
    kept = str(await query(url, "SELECT * FROM installations"))
    assert "T1" in kept
    for secret in ("xoxe.xoxb-secret", "xoxe-1-refresh", "secret", SECRET):
        assert secret not in kept
    assert "secret" not in repr(an_installation())


async def test_without_a_key_no_token_is_kept_or_read(
    url: str, desk: StoredDesk, vault: StoredDesk
) -> None:
    with pytest.raises(NoKey, match="DESK_SECRET_KEY is not set"):
        await put(desk)
    assert await get(desk) is None
    await put(vault)
    with pytest.raises(NoKey, match="DESK_SECRET_KEY is not set"):
        await get(desk)
    assert len(await desk.run(lambda work: work.installations.all())) == 1
    async with await StoredDesk.open(url, cipher=Cipher(SECRET[::-1])) as other:
        with pytest.raises(NoKey, match="another DESK_SECRET_KEY"):
            await get(other)


async def test_a_token_in_another_row_is_worth_nothing(url: str, vault: StoredDesk) -> None:
    await put(vault)
    await put(vault, workspace="T2", token="xoxb-2")
    stolen = "(SELECT token FROM installations WHERE workspace = 'T2')"
    await execute(url, f"UPDATE installations SET token = {stolen} WHERE workspace = 'T1'")
    with pytest.raises(NoKey):
        await get(vault)
    stolen = "(SELECT refresh_token FROM installations WHERE workspace = 'T1')"
    await execute(url, f"UPDATE installations SET token = {stolen} WHERE workspace = 'T1'")
    with pytest.raises(NoKey):
        await get(vault)


async def test_one_renews_a_token_and_the_others_wait(url: str, vault: StoredDesk) -> None:
    await put(vault)

    async def renew(desk: StoredDesk, minutes: int = 0, workspace: str = "T1") -> Any:
        now = NOW + minutes * MINUTE
        return await desk.run(
            lambda work: work.installations.renew("slack", workspace, now, now + MINUTE)
        )

    async with await StoredDesk.open(url, cipher=Cipher(SECRET)) as other:
        got = await asyncio.gather(*(renew(desk) for desk in (vault, other) * 3))
    (winner,) = [one for one in got if one is not None]
    assert winner.refresh_token == "xoxe-1-refresh"
    # Whoever was killed in between holds nobody up for longer than the lease.
    assert await renew(vault, 1) is not None
    assert await renew(vault, 1) is None
    await put(vault, token="xoxb-new")
    again = await renew(vault, 1)
    assert again is not None
    assert again.token == "xoxb-new"
    assert await renew(vault, 1, "T9") is None
