"""A case is a thread at the partner's and one in the engineers' channel: what crosses, and how."""

import pytest

from bot.attached import LIMIT
from bot.slack import files as slack_files
from tests.fakes.slack import Message
from tests.fakes.slack.chat import mentioned
from tests.slack.acts import Opened, alone, fill, open_case, shown, thread
from tests.slack.world import World, account

WHERE = pytest.mark.parametrize("where", ["CNORTH", ""])


async def claimed(world: World, where: str = "CNORTH") -> Opened:
    """A case that Mei has, with both its threads."""
    case = await open_case(world, channel=where)
    await world.hand("mei").presses(case.inside, "Claim")
    await world.rest()
    return case


async def writes(
    world: World, who: str, root: Message, text: str, *attached: tuple[str, bytes]
) -> Message:
    """Somebody writes into a thread, and everything is passed on."""
    message = await world.hand(who).says(text, root.channel, root.ts, attached)
    await world.rest()
    return message


async def replies(world: World, case: Opened, text: str) -> None:
    """Mei answers the partner."""
    mei = world.hand("mei")
    await mei.presses(case.inside, "Reply to partner")
    await mei.fills("Your reply", text)
    await mei.submits()
    await mei.closes()
    await world.rest()


def copies(world: World, root: Message, words: str) -> list[Message]:
    """The messages of a thread that say so, and are not by whoever wrote them."""
    return [one for one in thread(world, root) if one.bot_id and words in shown(one)]


def files_in(world: World, root: Message) -> list[tuple[str, bytes]]:
    """The files that the app put into a thread."""
    kept = world.slack.files
    mine = [one for one in thread(world, root) if one.bot_id]
    return [(kept[key].name, kept[key].content) for one in mine for key in one.files]


# --- words ----------------------------------------------------------------------------------------


@WHERE
async def test_what_the_partner_writes_reaches_the_engineers_under_the_writers_name(
    slack_world: World, where: str
) -> None:
    world = slack_world
    case = await claimed(world, where)

    await writes(world, "nora", case.outside, "It is worse now")

    (copy,) = copies(world, case.inside, "It is worse now")
    assert copy.username == "Nora Weiss"
    assert copy.icon.endswith("/UNORA.png")
    assert copy.thread == case.inside.ts


@WHERE
async def test_an_answer_reaches_the_partner_under_the_engineers_name_and_picture(
    slack_world: World, where: str
) -> None:
    world = slack_world
    case = await claimed(world, where)

    await replies(world, case, "We restarted the gateway")

    (copy,) = copies(world, case.outside, "We restarted the gateway")
    assert copy.username == "Mei Lin"
    assert copy.icon.endswith("/UMEI.png"), "also where the partner's workspace does not know her"


async def test_a_workspace_that_shares_no_channel_sees_the_engineers_picture_too(
    slack_world: World,
) -> None:
    """Its app cannot see her there: the vendor's own is asked for the picture."""
    world, finn = slack_world, slack_world.hand("finn")
    await finn.command("/case")
    await fill(finn, world, kind="Service", **{"How bad": "Service request"})
    await finn.submits()
    await world.rest()
    inside, outside = world.slack.messages("CCLOUD")[0], finn.desk().messages[0]
    case = Opened("C-1001", inside, outside)
    await world.hand("mei").presses(inside, "Claim")
    await world.rest()

    await replies(world, case, "The invoice is corrected")

    (copy,) = copies(world, outside, "The invoice is corrected")
    assert copy.icon.endswith("/UMEI.png")


async def test_the_engineers_remarks_stay_inside(slack_world: World) -> None:
    """Scenario 24: none of them, however it is written, edited or deleted."""
    world = slack_world
    case = await claimed(world)
    before = [shown(one) for one in world.slack.channels["CNORTH"].messages]

    remark = await writes(world, "mei", case.inside, "the old cable again")
    await writes(world, "tara", case.inside, "how is our friend the cable", ("cable.txt", b"old"))
    await world.hand("mei").edits(remark, "the old cable, as always")
    await world.hand("mei").deletes(remark)
    await world.rest()

    assert [shown(one) for one in world.slack.channels["CNORTH"].messages] == before
    assert not world.slack.channels["CNORTH"].said_alone


async def test_what_an_engineer_writes_in_the_partners_own_thread_is_an_answer(
    slack_world: World,
) -> None:
    world = slack_world
    case = await claimed(world)

    await writes(world, "mei", case.outside, "We are looking at it")

    (copy,) = copies(world, case.inside, "We are looking at it")
    assert copy.username == "Mei Lin"
    assert "first reply" in shown(case.outside).lower()
    assert not copies(world, case.outside, "We are looking at it"), "they have read it already"


@pytest.mark.parametrize("subtype", ["thread_broadcast", "me_message", "file_share", ""])
async def test_whichever_way_it_was_written_it_is_passed_on_once(
    slack_world: World, subtype: str
) -> None:
    world, nora = slack_world, slack_world.hand("nora")
    case = await claimed(world)

    await nora.says("is anybody there", "CNORTH", case.outside.ts, subtype=subtype)
    await world.rest()

    assert len(copies(world, case.inside, "is anybody there")) == 1


@pytest.mark.parametrize("subtype", ["channel_join", "channel_topic", "bot_message", "ekm_access"])
async def test_slacks_own_bookkeeping_is_not(slack_world: World, subtype: str) -> None:
    world, nora = slack_world, slack_world.hand("nora")
    case = await claimed(world)

    await nora.says("has joined the channel", "CNORTH", case.outside.ts, subtype=subtype)
    await world.rest()

    assert not copies(world, case.inside, "has joined")


async def test_a_message_that_slack_brings_again_is_one_message(slack_world: World) -> None:
    """Scenario 21, for what is said: at the same moment, and once more later."""
    world, nora = slack_world, slack_world.hand("nora")
    case = await claimed(world)

    message = await nora.says("It is worse now", "CNORTH", case.outside.ts, delivered=3)
    await world.rest()
    await world.slack.delivery.happened(
        nora.written(message), world.slack.channels["CNORTH"], event_id="EvLATER"
    )
    await world.rest()

    assert len(copies(world, case.inside, "It is worse now")) == 1
    assert not alone(world, "nora", "CNORTH"), "and nothing is answered to it"


async def test_a_message_with_a_mention_is_one_message(slack_world: World) -> None:
    world = slack_world
    case = await claimed(world)

    await writes(world, "nora", case.outside, "<@UBOTTVENDOR> it is worse now")

    assert len(copies(world, case.inside, "it is worse now")) == 1
    assert not alone(world, "nora", "CNORTH")


async def test_the_apps_own_messages_never_come_back(slack_world: World) -> None:
    world = slack_world
    case = await claimed(world)
    await writes(world, "nora", case.outside, "It is worse now", ("trace.log", b"502"))
    await replies(world, case, "We are looking at it")
    count = sum(len(one.messages) for one in world.slack.channels.values())

    for _ in range(3):
        world.later(minutes=1)
        await world.rest()

    assert sum(len(one.messages) for one in world.slack.channels.values()) == count
    messages = await world.desk.run(lambda uow: uow.messages.of(case.id))
    assert [one.text for one in messages] == ["It is worse now", "We are looking at it"]


async def test_another_app_in_the_thread_is_not_a_person(slack_world: World) -> None:
    world = slack_world
    case = await claimed(world)
    event = {
        "type": "message", "channel": "CNORTH", "user": "UMONITOR", "bot_id": "BMONITOR",
        "text": "502 at 40 %", "ts": world.slack.ts(), "thread_ts": case.outside.ts,
        "channel_type": "channel", "team": "TNORTH",
    }  # fmt: skip

    await world.slack.delivery.happened(event, world.slack.channels["CNORTH"])
    await world.rest()

    assert not copies(world, case.inside, "502 at 40 %")


async def test_mentions_and_links_are_passed_on_as_words(slack_world: World) -> None:
    world = slack_world
    case = await claimed(world)
    text = "<@UMEI> <!channel> see <https://shop.example|the shop> &amp; <#CCLOUD|support>"

    await writes(world, "nora", case.outside, text)

    (copy,) = copies(world, case.inside, "see the shop")
    said = "@Mei Lin @channel see the shop (https://shop.example) & #support"
    assert said in shown(copy)
    assert not mentioned(copy)


# --- edits and deletions --------------------------------------------------------------------------


@WHERE
async def test_an_edit_is_followed(slack_world: World, where: str) -> None:
    world = slack_world
    case = await claimed(world, where)
    message = await writes(world, "nora", case.outside, "It is wrose now")

    await world.hand("nora").edits(message, "It is worse now")
    await world.rest()

    (copy,) = [one for one in thread(world, case.inside) if one.username == "Nora Weiss"]
    assert "It is worse now" in shown(copy)
    assert "(edited)" in shown(copy)


async def test_an_edit_of_an_answer_is_followed_the_other_way(slack_world: World) -> None:
    world, mei = slack_world, slack_world.hand("mei")
    case = await claimed(world)
    remark = await writes(world, "mei", case.inside, "Restart the gatway")
    await mei.shortcut("send_to_partner", remark)
    await world.rest()

    await mei.edits(remark, "Restart the gateway")
    await world.rest()

    (copy,) = copies(world, case.outside, "Restart the gateway")
    assert "(edited)" in shown(copy)


async def test_a_preview_of_a_link_is_no_edit(slack_world: World) -> None:
    world, nora = slack_world, slack_world.hand("nora")
    case = await claimed(world)
    message = await writes(world, "nora", case.outside, "See <https://shop.example>")

    await nora.edits(message, message.text)
    await world.rest()

    (copy,) = copies(world, case.inside, "See https://shop.example")
    assert "(edited)" not in shown(copy)


@WHERE
async def test_a_deletion_takes_the_copy_and_its_files_away(slack_world: World, where: str) -> None:
    world, nora = slack_world, slack_world.hand("nora")
    case = await claimed(world, where)
    message = await writes(world, "nora", case.outside, "our password is x", ("keys.txt", b"x"))
    assert files_in(world, case.inside) == [("keys.txt", b"x")]

    await nora.deletes(message)
    await world.rest()

    assert not copies(world, case.inside, "password")
    assert files_in(world, case.inside) == []
    assert not [one for one in world.slack.files.values() if one.user == "UBOTTVENDOR"]


async def test_a_deleted_answer_goes_at_the_partners_too(slack_world: World) -> None:
    world, mei = slack_world, slack_world.hand("mei")
    case = await claimed(world)
    remark = await writes(world, "mei", case.inside, "Wrong partner", ("other.txt", b"oops"))
    await mei.shortcut("send_to_partner", remark)
    await world.rest()
    assert files_in(world, case.outside) == [("other.txt", b"oops")]

    await mei.deletes(remark)
    await world.rest()

    assert not copies(world, case.outside, "Wrong partner")
    assert files_in(world, case.outside) == []


async def test_the_root_of_a_thread_that_is_deleted_is_a_deletion_too(slack_world: World) -> None:
    """Slack leaves a stone in its place, which is nobody's, and says that it was edited."""
    world, nora = slack_world, slack_world.hand("nora")
    case = await claimed(world)
    message = await writes(world, "nora", case.outside, "our password is x")

    before = nora.written(message)
    stone = {**before, "user": "USLACKBOT", "subtype": "tombstone", "text": "Gone.", "hidden": True}
    await nora.changed("CNORTH", "message_changed", message=stone, previous_message=before)
    await world.rest()

    assert not copies(world, case.inside, "password")


async def test_nobody_edits_what_somebody_else_wrote(slack_world: World) -> None:
    """Slack would not let them; a payload that says so changes nothing."""
    world, nora = slack_world, slack_world.hand("nora")
    case = await claimed(world)
    message = await writes(world, "nora", case.outside, "It is worse now")

    before = nora.written(message)
    forged = {**before, "user": account("nils"), "text": "All is well"}
    await nora.changed("CNORTH", "message_changed", message=forged, previous_message=before)
    await world.rest()

    assert not copies(world, case.inside, "All is well")


# --- files ----------------------------------------------------------------------------------------


async def test_files_go_both_ways(slack_world: World) -> None:
    world, mei = slack_world, slack_world.hand("mei")
    case = await claimed(world)

    await writes(world, "nora", case.outside, "Two logs", ("a.log", b"aaa"), ("b.log", b"bbb"))
    await mei.presses(case.inside, "Reply to partner")
    await mei.fills("Your reply", "Try this")
    mei.attaches(("fix.txt", b"patch"))
    await mei.submits()
    await world.rest()

    assert ("a.log", b"aaa") in files_in(world, case.inside)
    assert ("b.log", b"bbb") in files_in(world, case.inside)
    assert files_in(world, case.outside) == [("fix.txt", b"patch")]


async def test_a_file_without_a_word_is_passed_on(slack_world: World) -> None:
    world = slack_world
    case = await claimed(world)

    await writes(world, "nora", case.outside, "", ("a.log", b"aaa"))

    assert files_in(world, case.inside) == [("a.log", b"aaa")]


async def test_what_another_organisation_keeps_to_itself_is_asked_for(slack_world: World) -> None:
    """In a shared channel a file comes without its address."""
    world = slack_world
    case = await claimed(world, "CNORTH")

    await writes(world, "nora", case.outside, "See this", ("a.log", b"aaa"))

    assert ("files.info") in [method for method, _ in world.slack.calls]
    assert files_in(world, case.inside) == [("a.log", b"aaa")]


@WHERE
@pytest.mark.parametrize("text", ["Look", ""])
async def test_a_file_that_is_too_large_is_told_of_and_the_words_arrive(
    slack_world: World, text: str, where: str
) -> None:
    world = slack_world
    case = await claimed(world, where)
    huge = b"0" * (LIMIT + 1)

    await writes(world, "nora", case.outside, text, ("dump.bin", huge), ("a.log", b"aaa"))

    assert files_in(world, case.inside) == [("a.log", b"aaa")]
    assert not text or copies(world, case.inside, text)
    told = told_to(world, "nora", case)
    assert f"These files did not reach {case.number}: dump.bin" in told
    assert "25 MB" in told


def told_to(world: World, who: str, case: Opened) -> str:
    """The last thing that somebody was told in answer, wherever that is."""
    place = world.slack.channels[case.outside.channel]
    if place.direct:
        return shown([one for one in thread(world, case.outside) if one.bot_id][-1])
    return shown(alone(world, who, place.id)[-1])


@pytest.mark.parametrize("text", ["Look", ""])
async def test_a_file_that_slack_refuses_to_hand_out_is_told_of(
    slack_world: World, text: str
) -> None:
    world = slack_world
    case = await claimed(world)
    world.slack.unkind.fails("files.download", "500", times=9)

    await writes(world, "nora", case.outside, text, ("a.log", b"aaa"))

    assert files_in(world, case.inside) == []
    assert f"These files did not reach {case.number}: a.log" in told_to(world, "nora", case)
    assert not list_of(world), "nothing is left in the store"


def list_of(world: World) -> list[str]:
    """What is in the store of files."""
    folder = world.folder / "files"
    return [str(one) for one in folder.rglob("*") if one.is_file()]


async def test_a_file_that_takes_long_comes_after_its_message_and_goes_with_it(
    slack_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, nora = slack_world, slack_world.hand("nora")
    case = await claimed(world)
    monkeypatch.setattr(slack_files, "SHORT", 0.0)
    message = await writes(world, "nora", case.outside, "A long log", ("a.log", b"aaa"))
    assert files_in(world, case.inside) == [("a.log", b"aaa")]

    await nora.deletes(message)
    await world.rest()

    assert not copies(world, case.inside, "A long log")
    assert files_in(world, case.inside) == []


async def test_a_late_file_of_a_remark_stays_inside(
    slack_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = slack_world
    case = await claimed(world)
    monkeypatch.setattr(slack_files, "SHORT", 0.0)

    await writes(world, "mei", case.inside, "Not for them", ("secret.txt", b"aaa"))

    (message, late) = await world.desk.run(lambda uow: uow.messages.of(case.id))
    assert [message.public, late.public] == [False, False]
    assert files_in(world, case.outside) == []


async def test_a_file_that_comes_twice_is_kept_once(slack_world: World) -> None:
    world, nora = slack_world, slack_world.hand("nora")
    case = await claimed(world)

    await nora.says("Look", "CNORTH", case.outside.ts, (("a.log", b"aaa"),), delivered=3)
    await world.rest()

    assert files_in(world, case.inside) == [("a.log", b"aaa")]
    assert len(list_of(world)) == 1
