"""Shortcuts: a case from nothing, a case from a message, and a message sent on to the partner."""

import pytest

from tests.fakes.slack import Hand, Message
from tests.fakes.slack.records import StoredFile
from tests.slack.acts import Opened, alone, fill, form_of, labels, last, open_case, shown, thread
from tests.slack.test_manner_forms import held
from tests.slack.world import World, account

SAID = "Our <@UNILS> sees <https://shop.example/pay|the payment page> answer 502 & hang"
READ = "Our @Nils Berg sees the payment page (https://shop.example/pay) answer 502 & hang"
TOLD = "What happens, and since when?"


async def sent(world: World, hand: Hand) -> Message:
    """Fill in what a message does not say, send the form, and look at the case's card."""
    assert hand.form is not None
    await fill(hand, world, **{"Title": held(hand)["Title"], "What happens": held(hand)[TOLD]})
    await hand.submits()
    assert "C-1001" in form_of(hand)
    await world.rest()
    return world.slack.messages("CCLOUD")[0]


# --- open a case ---


async def test_the_global_shortcut_opens_the_form(slack_world: World) -> None:
    nora = slack_world.hand("nora")

    answer = await nora.shortcut("open_case")

    assert (answer.status, answer.text) == (200, "")
    card = await sent_from_nothing(slack_world, nora)
    assert "Orders cannot be paid" in shown(card)


async def sent_from_nothing(world: World, hand: Hand) -> Message:
    await fill(hand, world)
    await hand.submits()
    await world.rest()
    return world.slack.messages("CCLOUD")[0]


async def test_for_the_vendors_people_the_global_shortcut_says_who_opens_cases(
    slack_world: World,
) -> None:
    world, mei = slack_world, slack_world.hand("mei")

    await mei.shortcut("open_case")
    await world.rest()

    assert mei.form is None
    assert "Cases are opened by a partner's contacts" in shown(last(mei.desk()))


@pytest.mark.parametrize("where", ["channel", "thread", "direct"])
async def test_a_case_from_a_message_has_its_words_its_link_and_its_files(
    slack_world: World, where: str
) -> None:
    world, nora, mei = slack_world, slack_world.hand("nora"), slack_world.hand("mei")
    if where == "direct":
        message = await nora.says(SAID, attached=(("trace.log", b"502"),))
    elif where == "channel":
        message = await nora.says(SAID, "CNORTH", attached=(("trace.log", b"502"),))
    else:
        root = await mei.says("how are the payments today?", "CNORTH")
        message = await nora.says(SAID, "CNORTH", root.ts, attached=(("trace.log", b"502"),))
    await world.rest()
    digits = message.ts.replace(".", "")
    link = f"https://northwind.slack.com/archives/{message.channel}/p{digits}"
    link += f"?thread_ts={message.thread}&cid={message.channel}" if where == "thread" else ""

    await nora.shortcut("open_case_from_message", message)

    assert held(nora)["Title"] == READ[:80]
    assert held(nora)[TOLD] == f"{READ}\n\nSaid in Slack: {link}"
    card = await sent(world, nora)
    (attached,) = await world.desk.run(lambda uow: uow.messages.of(1001))
    assert [one.name for one in attached.files] == ["trace.log"]
    assert "trace.log" in shown(thread(world, card)[0])
    place = "CNORTH" if where != "direct" else nora.desk().id
    outside = [one for one in world.slack.messages(place) if "C-1001" in shown(one)]
    assert outside, "its card stands where it was asked for"


async def test_a_case_from_what_an_engineer_or_a_bot_said(slack_world: World) -> None:
    """In a partner's channel any message may be what the case is about."""
    world, nora = slack_world, slack_world.hand("nora")
    place = world.slack.channels["CNORTH"]
    alert = Message(world.slack.ts(), "CNORTH", "UMONITOR", "TNORTH", "", bot_id="BMONITOR")
    alert.attachments = [{"fallback": "Payments: 502 at 40 %", "text": "*Payments*: 502 at 40 %"}]
    place.messages.append(alert)

    await nora.shortcut("open_case_from_message", alert)

    assert held(nora)[TOLD].startswith("*Payments*: 502 at 40 %\n\nSaid in Slack: ")


async def test_a_very_long_message_is_cut_and_its_link_stays(slack_world: World) -> None:
    world, nora = slack_world, slack_world.hand("nora")
    message = await nora.says("payments fail " * 2_800, "CNORTH")

    await nora.shortcut("open_case_from_message", message)

    assert nora.form is not None
    whole = whole_text(nora)
    assert len(whole) <= 10_000
    assert whole.rstrip().endswith(f"/p{message.ts.replace('.', '')}")
    assert "…" in whole
    card = await sent(world, nora)
    assert "C-1001" in shown(card)


def whole_text(hand: Hand) -> str:
    """The description, over all the fields that it takes."""
    assert hand.form is not None
    parts = [b for b in hand.form.blocks if b.get("block_id", "").startswith("description")]
    return " ".join(one["element"].get("initial_value", "") for one in parts)


@pytest.mark.parametrize("channel", ["CNORTH", ""])
async def test_every_file_of_a_message_comes_along_as_far_as_one_form_takes_them(
    slack_world: World, channel: str
) -> None:
    """In a direct conversation each comes with its address, which is long."""
    world, nora = slack_world, slack_world.hand("nora")
    many = tuple((f"{n:02} {'a long name of a log ' * 12}.log", b"%d" % n) for n in range(10))
    message = await nora.says("Ten logs", channel, attached=many)

    await nora.shortcut("open_case_from_message", message)

    await sent(world, nora)
    (attached,) = await world.desk.run(lambda uow: uow.messages.of(1001))
    assert [one.name[:2] for one in attached.files] == [f"{n:02}" for n in range(10)]


@pytest.mark.parametrize("long", [False, True])
async def test_a_case_from_a_message_after_its_trigger_ended(
    slack_world: World, long: bool
) -> None:
    world, nora = slack_world, slack_world.hand("nora")
    said = "payments fail " * (300 if long else 1)
    message = await nora.says(said, "CNORTH", attached=(("trace.log", b"502"),))
    world.slack.unkind.refuses("views.open", "expired_trigger_id", times=5)
    await nora.shortcut("open_case_from_message", message)
    await world.rest()
    world.slack.unkind.faults.clear()

    (seen,) = alone(world, "nora", "CNORTH")
    assert labels(seen) == ["Open a case"]
    assert "its file" in shown(seen)
    await nora.presses(seen, "Open a case")

    whole = whole_text(nora)
    assert said.strip() in whole
    assert f"/p{message.ts.replace('.', '')}" in whole


async def test_for_a_stranger_the_message_shortcut_says_who_can_help(slack_world: World) -> None:
    world = slack_world
    world.slack.user("UGUEST", "TVENDOR", "Gert Guest")
    world.slack.channels["CCLOUD"].members.add("UGUEST")
    message = await world.hand("mei").says("something is odd", "CCLOUD")

    await world.hand("guest").shortcut("open_case_from_message", message)
    await world.rest()

    (seen,) = alone(world, "guest", "CCLOUD")
    assert "Ask your partner manager or an operator" in shown(seen)


# --- send to partner ---


async def remarked(world: World) -> tuple[Opened, Message]:
    """A case with a remark in the engineers' thread."""
    case = await open_case(world, channel="CNORTH")
    await world.hand("mei").presses(case.inside, "Claim")
    await world.rest()
    remark = await world.hand("mei").says("Restart the gateway", "CCLOUD", case.inside.ts)
    await world.rest()
    assert not [one for one in thread(world, case.outside) if "gateway" in shown(one)]
    return case, remark


async def test_a_remark_is_sent_to_the_partner_once(slack_world: World) -> None:
    """Scenario 24, as engineers do it in Slack."""
    world = slack_world
    case, remark = await remarked(world)

    await world.hand("mei").shortcut("send_to_partner", remark)
    await world.rest()
    await world.hand("omar").shortcut("send_to_partner", remark)
    await world.rest()

    copies = [one for one in thread(world, case.outside) if "gateway" in shown(one)]
    assert [one.username for one in copies] == ["Mei Lin"]
    assert "Sent to the partner" in shown(alone(world, "mei", "CCLOUD")[-1])
    assert "was sent to the partner already" in shown(alone(world, "omar", "CCLOUD")[-1])


@pytest.mark.parametrize("who", ["nora", "tara", "opal"])
async def test_who_may_not_answer_the_partner_sends_nothing(slack_world: World, who: str) -> None:
    world = slack_world
    case, remark = await remarked(world)
    world.slack.channels["CCLOUD"].members.add(account(who))

    await world.hand(who).shortcut("send_to_partner", remark)
    await world.rest()

    assert not [one for one in thread(world, case.outside) if "gateway" in shown(one)]
    (told,) = alone(world, who, "CCLOUD")
    assert "gateway" not in shown(told)


@pytest.mark.parametrize("what", ["card", "partner's words", "no case at all"])
async def test_what_is_no_remark_is_not_sent(slack_world: World, what: str) -> None:
    world, mei = slack_world, slack_world.hand("mei")
    case, _ = await remarked(world)
    if what == "card":
        message = case.inside
    elif what == "partner's words":
        message = await world.hand("nora").says("Any news?", "CNORTH", case.outside.ts)
    else:
        message = await mei.says("lunch?", "CCLOUD")
    await world.rest()
    before = len(thread(world, case.outside))

    await mei.shortcut("send_to_partner", message)
    await world.rest()

    assert len(thread(world, case.outside)) == before
    told = alone(world, "mei", message.channel)[-1]
    assert "That message cannot be sent to the partner" in shown(told)


async def test_a_contact_who_sends_on_what_is_in_no_case_is_told_whose_it_is(
    slack_world: World,
) -> None:
    world, nora = slack_world, slack_world.hand("nora")
    message = await nora.says("lunch?", "CNORTH")

    await nora.shortcut("send_to_partner", message)
    await world.rest()

    (told,) = alone(world, "nora", "CNORTH")
    assert "This is for the vendor's engineers" in shown(told)


async def test_a_remark_with_a_file_brings_the_file(slack_world: World) -> None:
    world, mei = slack_world, slack_world.hand("mei")
    case, _ = await remarked(world)
    remark = await mei.says("Look at this", "CCLOUD", case.inside.ts, (("fix.txt", b"patch"),))
    await world.rest()

    await mei.shortcut("send_to_partner", remark)
    await world.rest()

    files = [world.slack.files[key] for one in thread(world, case.outside) for key in one.files]
    assert [(one.name, one.content) for one in files] == [("fix.txt", b"patch")]
    assert isinstance(files[0], StoredFile)
