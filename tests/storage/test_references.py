"""How people and channels are reached: the newest word counts, and what is closed stays so."""

from dataclasses import replace

from desk.linking import Reference
from storage.desk import StoredDesk

NORA = Reference("teams", "tenant-1", "nora", "https://smba.example/emea/", "a:1nora", "29:1nora")


async def test_what_was_learned_is_found_again(desk: StoredDesk) -> None:
    await desk.run(lambda uow: uow.references.put(NORA))

    assert await desk.run(lambda uow: uow.references.get("teams", "tenant-1", "nora")) == NORA
    assert await desk.run(lambda uow: uow.references.get("teams", "tenant-2", "nora")) is None


async def test_whose_chat_it_is(desk: StoredDesk) -> None:
    await desk.run(lambda uow: uow.references.put(NORA))

    async def owner(tenant: str, conversation: str) -> str:
        return await desk.run(lambda uow: uow.references.owner("teams", tenant, conversation))

    assert await owner("tenant-1", "a:1nora") == "nora"
    assert await owner("tenant-2", "a:1nora") == ""
    assert await owner("tenant-1", "a:1nils") == ""


async def test_the_newest_address_of_a_workspace_counts(desk: StoredDesk) -> None:
    moved = replace(NORA, service_url="https://smba.example/apac/")
    nils = replace(NORA, target="nils", service_url="https://smba.example/amer/")
    for one in (NORA, nils, moved):
        await desk.run(lambda uow, one=one: uow.references.put(one))  # type: ignore[misc]

    assert await desk.run(lambda uow: uow.references.get("teams", "tenant-1", "nora")) == moved
    found = await desk.run(lambda uow: uow.references.service_url("teams", "tenant-1"))
    assert found == "https://smba.example/apac/"
    assert await desk.run(lambda uow: uow.references.service_url("teams", "tenant-2")) == ""


async def test_who_is_closed_is_told_of_once_and_opens_by_being_met_again(
    desk: StoredDesk,
) -> None:
    async def close(target: str = "nora") -> bool:
        return await desk.run(
            lambda uow: uow.references.close("teams", "tenant-1", target, "blocked")
        )

    await desk.run(lambda uow: uow.references.put(NORA))
    assert [await close(), await close(), await close("nobody")] == [True, False, False]
    closed = await desk.run(lambda uow: uow.references.get("teams", "tenant-1", "nora"))
    assert closed == replace(NORA, closed="blocked")

    await desk.run(lambda uow: uow.references.put(NORA))
    assert await desk.run(lambda uow: uow.references.get("teams", "tenant-1", "nora")) == NORA
