"""From the outbox to Slack: in order, as often as Slack allows, once, and never silently lost."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from desk.case import Case
from desk.notices import Planned, ToChannel, Trouble
from desk.records import Delivery as Fate
from desk.records import OutboxRow
from handlers.exchange import Inbound, Sender, Where
from handlers.intents import OpenCase
from handlers.router import Router
from sla import watch
from tests.fakes.slack import Message
from tests.fakes.slack.unkindness import Limit
from tests.slack.acts import alone, last, open_case, shown, thread
from tests.slack.test_manner_threads import claimed, writes
from tests.slack.world import VENDOR, World, account
from tests.talk import CATALOG, an_opening


async def tell(world: World, words: str, place: str = "operators") -> None:
    """Plan a notice for a channel."""
    notice = Trouble(words, words, "Mend it.")
    planned = Planned(f"trouble:{words}", notice, ToChannel(place), f"channel:{place}")
    await world.desk.run(lambda uow: uow.outbox.plan(planned, world.now))


async def rows(world: World, **wanted: object) -> list[OutboxRow]:
    found = await world.desk.run(lambda uow: uow.outbox.rows(limit=10_000))
    return [one for one in found if all(getattr(one, k) == v for k, v in wanted.items())]


def calls(world: World, method: str, channel: str = "") -> int:
    """How often the app called a method, for a channel."""
    return sum(
        name == method and channel in {"", args.get("channel")} for name, args in world.slack.calls
    )


def saying(world: World, channel: str, words: str) -> list[Message]:
    return [one for one in world.slack.messages(channel) if words in shown(one)]


# --- asked to wait --------------------------------------------------------------------------------


async def test_a_channel_that_asks_to_wait_is_left_alone_until_then(slack_world: World) -> None:
    world = slack_world
    world.slack.unkind.fails("chat.postMessage", "429", after=30)
    await tell(world, "first")
    await world.rest()
    await tell(world, "elsewhere", "support-cloud")
    await tell(world, "second")
    await world.rest()
    assert saying(world, "CCLOUD", "elsewhere"), "others do not wait with it"
    assert calls(world, "chat.postMessage", "COPS") == 1

    world.later(seconds=29)
    await world.rest()
    assert calls(world, "chat.postMessage", "COPS") == 1
    world.later(seconds=1)
    await world.rest()

    told = [shown(one) for one in world.slack.messages("COPS")]
    assert ["first" in told[0], "second" in told[1], len(told)] == [True, True, 2]


async def test_a_change_that_has_to_wait_does_not_keep_a_message_back(slack_world: World) -> None:
    world = slack_world
    case = await open_case(world)
    world.slack.unkind.fails("chat.update", "429", times=9, after=600)
    await world.hand("mei").presses(case.inside, "Claim")
    await world.rest()
    assert "nobody yet" in shown(case.inside)

    await tell(world, "the building burns", "support-cloud")
    await world.rest()

    assert saying(world, "CCLOUD", "the building burns")
    world.slack.unkind.faults.clear()
    world.later(seconds=600)
    await world.rest()
    assert "Mei Lin" in shown(case.inside)


async def test_a_thread_keeps_its_order_through_every_refusal(slack_world: World) -> None:
    world, nora = slack_world, slack_world.hand("nora")
    case = await claimed(world)
    world.slack.unkind.fails("chat.postMessage", "500", times=2)
    world.slack.unkind.fails("chat.postMessage", "429", after=7)

    for words in ("one", "two", "three", "four"):
        await nora.says(f"message {words}", "CNORTH", case.outside.ts)
        await world.rest()
    for _ in range(20):
        world.later(seconds=10)
        await world.rest()

    said = [shown(one) for one in thread(world, case.inside) if "message" in shown(one)]
    assert [words.split("message ")[1].split("\n")[0] for words in said] == [
        "one", "two", "three", "four",
    ]  # fmt: skip


async def test_an_answer_that_has_to_wait_comes_when_it_may(slack_world: World) -> None:
    world, nora = slack_world, slack_world.hand("nora")
    paused: list[float] = []

    async def pause(seconds: float) -> None:
        paused.append(seconds)
        world.later(seconds=seconds)

    world.link.pause = pause
    world.slack.unkind.fails("chat.postMessage", "429", times=2, after=5)

    await nora.says("quota")
    await world.rest()

    assert "Premier" in shown(last(nora.desk()))
    assert paused == [5, 5]


# --- once -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["channel", "thread", "direct"])
async def test_what_was_posted_though_nobody_heard_of_it_is_found_again(
    slack_world: World, where: str
) -> None:
    world = slack_world
    case = await claimed(world)
    world.slack.unkind.fails("chat.postMessage", "after")
    if where == "channel":
        await tell(world, "the building burns")
        await world.rest()
    elif where == "thread":
        await writes(world, "nora", case.outside, "the building burns")
    else:
        await open_case(world, "carla", Title="the building burns")
    for _ in range(3):
        world.later(seconds=90)
        await world.rest()

    if where == "direct":
        place = world.direct("carla").id
        assert len([m for m in world.slack.messages(place) if "C-1002" in shown(m)[:40]]) == 1
    else:
        place = "COPS" if where == "channel" else "CCLOUD"
        assert len(saying(world, place, "the building burns")) == 1
    assert not await rows(world, state=Fate.PLANNED)
    assert not [one for one in await rows(world) if "sent again" in one.address]


async def test_after_a_crash_between_the_message_and_its_row_it_is_found(
    slack_world: World,
) -> None:
    """Another process takes the notice up when the lease of the one that died has ended."""
    world = slack_world
    await tell(world, "the building burns")
    lease = world.now + timedelta(seconds=60)
    (row,) = await world.desk.run(lambda uow: uow.outbox.claim(world.now, lease, 10))
    metadata = {
        "event_type": "partnerdesk_notice", "event_payload": {"key": row.planned.key},
    }  # fmt: skip
    body = {"channel": "COPS", "text": "the building burns", "metadata": metadata}
    await world.link.api.call(world.slack.of_team(VENDOR).token, "chat.postMessage", **body)  # type: ignore[union-attr]  # it is installed there

    world.later(seconds=61)
    await world.rest()

    assert len(world.slack.messages("COPS")) == 1
    (row,) = await rows(world)
    assert (row.state, row.message_id) == (Fate.SENT, world.slack.messages("COPS")[0].ts)
    assert "sent again" not in row.address


async def test_looking_for_it_may_have_to_wait_too(slack_world: World) -> None:
    world = slack_world
    world.slack.unkind.fails("chat.postMessage", "after")
    await tell(world, "the building burns")
    await world.rest()
    world.slack.unkind.fails("conversations.history", "429", after=60)
    for _ in range(4):
        world.later(seconds=61)
        await world.rest()

    assert len(world.slack.messages("COPS")) == 1
    assert calls(world, "conversations.history") == 2


async def test_what_certainly_was_not_posted_is_not_looked_for(slack_world: World) -> None:
    """Slack lets an app look through a channel once a minute, and no more."""
    world = slack_world
    world.slack.unkind.fails("chat.postMessage", "429", after=5)
    await tell(world, "the building burns")
    await world.rest()
    world.later(seconds=6)
    await world.rest()

    assert len(world.slack.messages("COPS")) == 1
    assert not calls(world, "conversations.history")


async def test_files_of_a_message_that_was_posted_follow_it(slack_world: World) -> None:
    world = slack_world
    case = await claimed(world)
    world.slack.unkind.fails("files.completeUploadExternal", "500")

    await writes(world, "nora", case.outside, "a log", ("a.log", b"aaa"))
    world.later(seconds=90)
    await world.rest()

    mine = [one for one in thread(world, case.inside) if one.bot_id]
    assert len([one for one in mine if "a log" in shown(one)]) == 1
    assert sum(len(one.files) for one in mine) == 1


# --- cards ----------------------------------------------------------------------------------------


async def test_a_card_follows_every_change_in_place_and_keeps_its_length(
    slack_world: World,
) -> None:
    world, mei = slack_world, slack_world.hand("mei")
    case = await open_case(world, channel="CNORTH")
    first = {one.ts: len(shown(one).split("\n")) for one in (case.inside, case.outside)}

    async def changed(words: str) -> None:
        await world.rest()
        for card in (case.inside, case.outside):
            assert words in shown(card), shown(card)
            assert len(shown(card).split("\n")) == first[card.ts], shown(card)

    await mei.presses(case.inside, "Claim")
    await changed("Mei Lin")
    await mei.presses(case.inside, "Reply to partner")
    await mei.fills("Your reply", "We are looking at it")
    await mei.submits()
    await changed("First reply")
    await mei.presses(case.inside, "Resolve")
    await mei.fills("What solved it", "The gateway was restarted")
    await mei.submits()
    await changed("resolved")
    for card in (case.inside, case.outside):
        tops = [one for one in world.slack.messages(card.channel) if not one.thread]
        assert tops == [card], "it is never posted anew"


@pytest.mark.parametrize("side", ["inside", "outside"])
async def test_a_card_that_somebody_deleted_is_posted_again(slack_world: World, side: str) -> None:
    world, nora = slack_world, slack_world.hand("nora")
    case = await claimed(world)
    gone = case.inside if side == "inside" else case.outside
    place = world.slack.channels[gone.channel]
    place.messages[:] = [one for one in place.messages if gone.ts not in {one.ts, one.thread}]

    if side == "inside":
        await nora.says("It is worse now", "CNORTH", case.outside.ts)
    else:
        await world.hand("mei").presses(case.inside, "Reply to partner")
        await world.hand("mei").fills("Your reply", "It is better now")
        await world.hand("mei").submits()
    await world.rest()

    (card, *below) = place.messages
    assert case.number in shown(card)
    assert "Mei Lin" in shown(card)
    assert [one.thread for one in below] == [card.ts] * len(below)
    assert "now" in "".join(shown(one) for one in below)
    # The new thread is the case's from now on.
    answer = await world.hand("mei").says("Noted", place.id, card.ts)
    await world.rest()
    (kept,) = [
        one for one in await world.desk.run(lambda uow: uow.messages.of(case.id))
        if one.text == "Noted"
    ]  # fmt: skip
    assert kept.source.endswith(answer.ts)


async def test_a_card_that_cannot_be_posted_again_is_given_up_in_words(slack_world: World) -> None:
    world = slack_world
    case = await claimed(world)
    world.slack.channels["CCLOUD"].messages.remove(case.inside)
    world.slack.unkind.refuses("chat.postMessage", "restricted_action", times=1)

    await world.hand("nora").says("It is worse now", "CNORTH", case.outside.ts)
    await world.rest()

    (told,) = saying(world, "COPS", f"A notice about {case.number} could not be delivered")
    assert "the message is gone" in shown(told)


# --- storms ---------------------------------------------------------------------------------------


async def storm(world: World, cases: int = 50) -> None:
    """Cases that breach within one minute, the mildest opened first; their cards are all there."""
    plan = CATALOG.plan("psp", "premier")
    kinds = ("guidance", "system_exception", "production_exception", "production_down")
    router = Router(world.desk, lambda: CATALOG)
    due = world.now + timedelta(days=1)
    for n in range(cases):
        severity = kinds[n * len(kinds) // cases]
        at = due + timedelta(seconds=n) - plan.targets[severity].within
        said: OpenCase = an_opening(severity, title=f"Case number {n}")
        sender = Sender("slack", "TNORTH", account("nora"))
        where = Where("slack", VENDOR, "CNORTH", direct=False)
        await router.handle(Inbound(f"open:{n}", sender, where, said), at)
    world.now = due - timedelta(minutes=5)
    while await rows(world, state=Fate.PLANNED):
        # On a busy machine a card may have to be tried again.
        await world.delivery.run_once()
        world.later(seconds=1)
    assert world.now < due
    world.now = due + timedelta(minutes=1)


def named(message: Message) -> list[str]:
    """The cases that an alert names, each once."""
    return list(dict.fromkeys(re.findall(r"C-\d+", shown(message))))


async def test_scenario_20_a_storm_on_slack(slack_world: World) -> None:
    """A message a second and channel, as Slack publishes it."""
    world = slack_world
    await storm(world)
    before = len(world.slack.messages("CCLOUD"))
    assert before == 50
    world.slack.unkind.limits["chat.postMessage"] = Limit(1, 1.0, by_channel=True)

    await world.desk.run(lambda uow: watch.sweep(uow, CATALOG, world.now))
    for _ in range(300):
        await world.delivery.run_once()
        if not await rows(world, state=Fate.PLANNED):
            break
        world.later(seconds=1)

    alerts = [one for one in world.slack.messages("CCLOUD")[before:] if not one.thread]
    breaches = [one for one in alerts if named(one)]
    told = [number for one in breaches for number in named(one)]
    assert Counter(told) == {f"C-{1001 + n}": 1 for n in range(50)}, "none lost, none twice"
    ranks = [(await case_of(world, number)).rank for number in told]
    assert ranks == sorted(ranks), "the worst first"
    assert len(breaches) < 20, "the rest as one"
    digest = max(breaches, key=lambda one: len(named(one)))
    assert len(named(digest)) > 30
    assert "late" in shown(digest), "and how late it is"
    assert {one.state for one in await rows(world)} <= {
        Fate.SENT,
        Fate.ACKNOWLEDGED,
        Fate.SUPERSEDED,
    }


async def case_of(world: World, number: str) -> Case:
    case = await world.desk.run(lambda uow: uow.cases.get(int(number.removeprefix("C-"))))
    assert case is not None
    return case


async def test_scenario_18_an_escalation_that_is_taken_ends_everywhere(slack_world: World) -> None:
    world, tara = slack_world, slack_world.hand("tara")
    case = await open_case(world)
    world.later(minutes=29)
    await world.rest()
    ping = next(m for m in tara.desk().messages[::-1] if "Acknowledge" in shown(m))
    # What is still on its way must not be said any more.
    world.slack.unkind.fails("chat.postMessage", "429", times=50, after=120)
    world.later(minutes=2)
    await world.rest()

    await tara.presses(ping, "Acknowledge")
    world.slack.unkind.faults.clear()
    before = {m.ts for m in world.slack.messages("CCLOUD")}
    world.later(minutes=5)
    await world.rest()

    pending = [one for one in await rows(world) if one.planned.ladder and one.state is Fate.PLANNED]
    assert pending == []
    (news,) = [m for m in world.slack.messages("CCLOUD") if m.ts not in before and not m.thread]
    assert "Tara Singh" in shown(news), "the channel learns who took it, and is told no more"
    await world.hand("mei").presses(case.inside, "Claim")
    await world.hand("mei").presses(case.inside, "Resolve")
    await world.hand("mei").fills("What solved it", "Restarted")
    await world.hand("mei").submits()
    await world.rest()
    await tara.presses(ping, "Acknowledge")
    await world.rest()
    assert "already resolved" in shown(last(tara.desk()))


async def test_scenario_19_the_engineers_channel_is_archived(slack_world: World) -> None:
    world = slack_world
    world.slack.channels["CCLOUD"].archived = True

    nora = world.hand("nora")
    from tests.slack.acts import fill

    await nora.command("/case")
    await fill(nora, world)
    await nora.submits()
    await world.rest()

    dana = "".join(shown(one) for one in world.direct("dana").messages)
    assert "C-1001" in dana, "the next target is told on time"
    (told,) = saying(world, "COPS", "A notice about C-1001 could not be delivered")
    assert "the channel is archived" in shown(told)
    assert "Name another channel in the roster" in shown(told)
    assert [one.error for one in await rows(world, state=Fate.FAILED)] == [
        "the channel is archived"
    ]


async def test_scenario_19_the_tam_has_no_account(slack_world: World) -> None:
    world = slack_world
    tara = await world.desk.run(lambda uow: uow.people.person("tara"))
    assert tara is not None
    bare = replace(tara, identities=())
    await world.desk.run(lambda uow: uow.people.put_person(bare))
    case = await open_case(world, **{"How bad": "Core production down"})
    world.later(minutes=14)
    await world.rest()

    dana = "".join(shown(one) for one in world.direct("dana").messages)
    assert case.number in dana
    assert saying(world, "COPS", "Tara Singh has no chat identity")
    assert not alone(world, "nora", "CNORTH")
