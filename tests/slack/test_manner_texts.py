"""Scenario 27 on Slack: what means harm is shown letter by letter, and nobody is notified by it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.fakes.slack import reading
from tests.fakes.slack.chat import mentioned
from tests.slack.acts import WHAT, fill, form_of, labels, open_case, shown, thread
from tests.slack.world import World, account

HARM = (
    "<!channel> <!here> <!everyone>",
    "<@UMEI> <@U123|boss> <!subteam^S1>",
    "[x](javascript:alert(1)) <javascript:alert(1)|x>",
    "*bold* _it_ ~no~ `code` > quote",
    "&lt;!channel&gt; &amp;lt; &",
    "😀🧑‍🚒 :fire: :tada:",
    "مرحبا \u202eevil\u202c שלום",
    "https://evil.example/?q=<script>alert(1)</script> mailto:a@b.c",
)


def everything(world: World) -> Iterator[str]:
    """Whom anything that Slack shows notifies."""
    slack = world.slack
    for place in slack.channels.values():
        for message in (*place.messages, *place.said_alone):
            if message.bot_id:
                yield from mentioned(message)
    for view in slack.views.values():
        yield from reading.notified(view.blocks)
    for page in slack.homes.values():
        yield from reading.notified(page["blocks"])


def notified(world: World) -> set[str]:
    """The same, without the times that Slack puts into the reader's zone."""
    return set(everything(world)) - {"date"}


def led(world: World) -> set[str]:
    """Where anything that the app shows leads to."""
    return {
        link
        for place in world.slack.channels.values()
        for message in (*place.messages, *place.said_alone)
        if message.bot_id
        for link in reading.links(message.blocks)
    }


@pytest.mark.parametrize("text", HARM)
async def test_it_is_shown_as_it_was_typed_and_notifies_nobody(
    slack_world: World, text: str
) -> None:
    world, nora, mei = slack_world, slack_world.hand("nora"), slack_world.hand("mei")
    case = await open_case(
        world, channel="CNORTH", Title=text, Customer=text, **{"What happens": f"{text}\n{text}"}
    )
    await mei.presses(case.inside, "Claim")
    await mei.presses(case.inside, "Reply to partner")
    await mei.fills("Your reply", text)
    await mei.submits()
    await nora.opens_app()
    await nora.command("/desk", "my cases", channel="CNORTH")
    await nora.command("/desk", f"timeline {case.number}", channel="CNORTH")
    await nora.command("/desk", text.replace("<", "&lt;").replace(">", "&gt;"), channel="CNORTH")
    await world.rest()

    plain = text.replace("\u202e", "").replace("\u202c", "")
    assert plain in seen(case.inside)
    assert any(plain in seen(one) for one in thread(world, case.outside))
    assert notified(world) == set()
    assert led(world) == set()
    for _, sent in world.slack.calls:
        assert "<!channel" not in str(sent.get("text", ""))
        assert "<@" not in str(sent.get("text", ""))


def seen(message: object) -> str:
    """What is to be read, without the marks that keep leftward letters in their place."""
    return shown(message).replace("\u2068", "").replace("\u2069", "")  # type: ignore[arg-type]  # a message


async def test_names_of_people_and_files_are_words_too(slack_world: World) -> None:
    world, nora = slack_world, slack_world.hand("nora")
    person = await world.desk.run(lambda uow: uow.people.person("nora"))
    assert person is not None
    loud = replace(person, name="<!channel> Nora <@UMEI>")
    await world.desk.run(lambda uow: uow.people.put_person(loud))
    case = await open_case(world, channel="CNORTH")

    await nora.says("See", "CNORTH", case.outside.ts, (("<!here> a*b`c.txt", b"x"),))
    await world.rest()

    assert "<!here> a*b`c.txt" in "".join(shown(one) for one in thread(world, case.inside))
    assert notified(world) == set()


async def test_nothing_that_is_posted_unfurls_or_is_parsed(slack_world: World) -> None:
    world, mei = slack_world, slack_world.hand("mei")
    case = await open_case(world, Title="https://evil.example", **{"What happens": WHAT})
    await mei.reacts(case.inside, "eyes")
    await world.hand("nora").says("https://evil.example", thread=case.outside.ts)
    await world.hand("nora").says("quota")
    world.later(minutes=31)
    await world.rest()

    posts = [sent for method, sent in world.slack.calls if method == "chat.postMessage"]
    assert len(posts) > 5
    for sent in posts:
        assert (sent["unfurl_links"], sent["unfurl_media"]) == (False, False)
    for _, sent in world.slack.calls:
        assert not {"parse", "link_names", "mrkdwn"} & set(sent)


@pytest.mark.parametrize(
    ("field", "text", "says"),
    [
        ("title", "x" * 40_000, "At most 200 characters fit here"),
        ("description", "x" * 40_000, "At most 10,000 characters fit here"),
        ("customer", "x" * 201, "At most 200 characters fit here"),
        ("title", "Bell \a rings", "control character"),
        ("description", "\x1b[31mred", "control character"),
    ],
)
async def test_what_is_too_long_or_cannot_be_kept_is_refused_at_its_field(
    slack_world: World, field: str, text: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also from somebody who writes payloads by hand: Slack's own form would take no more."""
    world, nora = slack_world, slack_world.hand("nora")
    await nora.command("/case")
    await fill(nora, world)
    view = nora.form
    assert view is not None
    view.typed[field, "value"] = text
    monkeypatch.setattr(nora, "refused", dict)

    (answer,) = await nora.submits()

    assert says in answer.body["errors"][field]
    assert not world.slack.messages("CCLOUD")
    view.typed[field, "value"] = "Short enough"
    await nora.submits()
    assert "C-1001" in form_of(nora)


async def test_a_nul_is_made_visible(slack_world: World) -> None:
    world = slack_world
    case = await open_case(world, Title="a\x00b", **{"What happens": "c\x00d"})
    await world.hand("nora").says("e\x00f", thread=case.outside.ts)
    await world.rest()

    assert "a␀b" in shown(case.inside)
    kept = await world.desk.run(lambda uow: uow.cases.get(case.id))
    assert kept is not None
    assert kept.description == "c␀d"
    assert "e␀f" in "".join(shown(one) for one in thread(world, case.inside))


async def test_a_message_of_forty_thousand_characters_is_refused_in_words(
    slack_world: World,
) -> None:
    world, nora = slack_world, slack_world.hand("nora")
    case = await open_case(world)

    await nora.says("<!channel> " * 4_000, thread=case.outside.ts)
    await world.rest()

    told = shown(thread(world, case.outside)[-1])
    assert "Your message was not added to the case" in told
    assert "10,000" in told
    assert notified(world) == set()


async def test_ten_thousand_characters_cross_whole_or_with_the_way_to_the_rest(
    slack_world: World,
) -> None:
    world, nora = slack_world, slack_world.hand("nora")
    case = await open_case(world)
    text = "".join(f"{n:04}|" for n in range(2_000))

    await nora.says(text, thread=case.outside.ts)
    await world.rest()

    (copy,) = [one for one in thread(world, case.inside) if "0001|" in shown(one)]
    assert text in shown(copy)


async def test_words_for_the_desk_may_be_anything(slack_world: World) -> None:
    """Each gets an answer, and the same as in words: never an error, never silence."""
    world, nora = slack_world, slack_world.hand("nora")
    for text in (*HARM, "\x00", " ", "\u200b", "?" * 4_000, "/", "C-", "C-99999999999999999999"):
        answer = await nora.command("/desk", text, channel="CNORTH")
        assert answer.status == 200
        assert answer.body["blocks"], text
    await asyncio.gather(*(nora.says(text) for text in HARM))
    await world.rest()

    assert len([one for one in nora.desk().messages if one.bot_id]) == len(HARM)
    assert notified(world) == set()


async def test_an_alert_notifies_those_whom_the_desk_names_and_no_others(
    slack_world: World,
) -> None:
    world = slack_world
    await open_case(world, Title="<!channel> <@UOMAR|x>", **{"What happens": "<@UDANA>"})
    assert notified(world) == set()

    world.later(minutes=23)
    await world.rest()

    assert notified(world) <= {account("mei"), account("omar"), account("tara")}
    assert notified(world), "an alert that names nobody wakes nobody"
    assert "Claim" in labels(world.slack.messages("CCLOUD")[-1])
