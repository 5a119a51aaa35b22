"""A personal link into the web chat, from the desk itself."""

import re

from handlers.router import Router
from handlers.sign_in import hashed
from tests.talk import Talk, text


async def test_the_link_is_personal_and_only_its_hash_is_kept(talk: Talk) -> None:
    talk.router = Router(talk.desk, lambda: talk.catalog, "https://desk.example")
    shown = text(await talk.says("nora", "sign in"))
    found = re.search(r"https://desk\.example/signin/(\S+)", shown)
    assert found is not None
    link = await talk.desk.run(lambda uow: uow.notes.use_link(hashed(found[1]), talk.now))
    assert link is not None
    assert link.person_id == "nora"
    again = await talk.desk.run(lambda uow: uow.notes.use_link(hashed(found[1]), talk.now))
    assert again is None


async def test_no_link_is_made_where_others_read(talk: Talk) -> None:
    talk.router = Router(talk.desk, lambda: talk.catalog, "https://desk.example")
    answer = await talk.says("nora", "@desk sign in", channel="northwind")
    assert not answer.accepted
    assert "others read this channel" in text(answer)


async def test_without_an_address_it_says_who_can_help(talk: Talk) -> None:
    answer = await talk.says("mei", "web link")
    assert not answer.accepted
    assert "Ask an operator" in text(answer)
