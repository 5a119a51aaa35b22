"""Forms as modals: what is wrong stands at its field, and nothing that was typed is lost."""

import asyncio

import pytest

from desk.ports import UnitOfWork
from desk.records import LedgerLine, Move
from tests.fakes.slack import Hand, reading, views
from tests.fakes.slack.form_hand import named
from tests.slack.acts import TITLE, WHAT, alone, fill, form_of, labels, last, open_case, shown
from tests.slack.world import FRIDAY, World, account


def held(hand: Hand) -> dict[str, str]:
    """What stands in the fields of the open form, by their labels."""
    assert hand.form is not None
    state = views.state(hand.form)["values"]
    found = {}
    for block in hand.form.blocks:
        if block["type"] == "input":
            (one,) = state[block["block_id"]].values()
            chosen = (one.get("selected_option") or {}).get("value")
            found[block["label"]["text"]] = one.get("value") or chosen or ""
    return found


def choices(hand: Hand, label: str) -> list[str]:
    """What can be chosen in a field."""
    assert hand.form is not None
    (block,) = [
        b for b in hand.form.blocks if b["type"] == "input" and b["label"]["text"].startswith(label)
    ]
    return [one["text"]["text"] for one in block["element"]["options"]]


async def all_taken(uow: UnitOfWork) -> None:
    """Colleagues use up Contoso's quota of the month."""
    for n in range(30):
        line = LedgerLine(
            0, "contoso", "2026-03", FRIDAY, Move.TAKEN, -1, "plan", n + 1, "carla", "", None
        )
        assert await uow.ledger.take(line, 30)


# --- what is wrong ---


async def test_what_is_wrong_stands_at_its_field_and_the_rest_stays(slack_world: World) -> None:
    world, nora = slack_world, slack_world.hand("nora")
    await nora.command("/case")
    await fill(nora, world, Title="\u200b\u200b\u200b", **{"Customer": "Tailspin"})

    (answer,) = await nora.submits()

    assert answer.body == {
        "response_action": "errors",
        "errors": {"title": "Say in one line what is wrong."},
    }
    assert held(nora)["What happens, and since when?"] == WHAT
    assert held(nora)["Customer affected"] == "Tailspin"
    await nora.fills("Title", TITLE)
    await nora.submits()
    assert "C-1" in form_of(nora)


async def test_every_fault_is_told_at_once(slack_world: World) -> None:
    world, nora = slack_world, slack_world.hand("nora")
    await nora.command("/case")
    await fill(nora, world, Title="x", **{"What happens": "\u200b"})

    (answer,) = await nora.submits()

    assert set(answer.body["errors"]) == {"title", "description"}


async def test_files_of_a_form_with_a_fault_are_sent_once(slack_world: World) -> None:
    world, nora = slack_world, slack_world.hand("nora")
    await nora.command("/case")
    await fill(nora, world, Title="x")
    nora.attaches(("trace.log", b"502 502 502"))
    await nora.submits()
    await nora.fills("Title", TITLE)

    await nora.submits()
    await world.rest()

    (message,) = await world.desk.run(lambda uow: uow.messages.of(1001))
    assert [one.name for one in message.files] == ["trace.log"]


async def test_with_nothing_left_the_form_says_so_and_keeps_what_was_typed(
    slack_world: World,
) -> None:
    world, carla = slack_world, slack_world.hand("carla")
    await carla.command("/case")
    await fill(carla, world)
    await world.desk.run(all_taken)
    await carla.submits()

    assert "30" in form_of(carla).split("\n")[1]
    assert held(carla)["Title"] == TITLE
    assert held(carla)["How bad is it?"] == "production_down"
    # The way out is in the same form: a service case takes no quota.
    await carla.fills("What kind", "Service")
    await world.link.settled()
    await carla.fills("How bad", "Service request")
    await carla.submits()
    assert "C-" in form_of(carla)


# --- fields that follow others ---


async def test_severities_follow_the_category_there_and_back(slack_world: World) -> None:
    world, nora = slack_world, slack_world.hand("nora")
    await nora.command("/case")
    technical = choices(nora, "How bad")
    await nora.fills("Title", TITLE)
    await nora.fills("What happens", WHAT)

    await nora.fills("What kind", "Service")
    await world.link.settled()
    service = choices(nora, "How bad")
    assert not set(technical) & set(service)
    assert held(nora)["Title"] == TITLE
    assert held(nora)["How bad is it?"] == ""

    await nora.fills("What kind", "Technical")
    await world.link.settled()
    assert choices(nora, "How bad") == technical
    assert held(nora)["What happens, and since when?"] == WHAT


async def test_of_two_changes_the_later_one_is_shown(slack_world: World) -> None:
    """Whoever changes their mind quickly does so before the form was drawn again."""
    world, nora = slack_world, slack_world.hand("nora")
    await nora.command("/case")
    technical = choices(nora, "How bad")
    quickly = [
        await nora.typing("What kind", kind)
        for kind in ("Service", "Technical", "Service", "Technical")
    ]

    for told in quickly:
        await told()
    await world.link.settled()

    assert choices(nora, "How bad") == technical
    await nora.fills("What kind", "Service")
    await world.link.settled()
    assert not set(choices(nora, "How bad")) & set(technical)


async def test_a_choice_that_comes_after_the_form_was_sent_changes_nothing(
    slack_world: World,
) -> None:
    world, nora = slack_world, slack_world.hand("nora")
    await nora.command("/case")
    await fill(nora, world)
    late = await nora.typing("What kind", "Technical")
    await nora.submits()
    opened = form_of(nora)
    assert "C-1001" in opened

    await late()
    await world.link.settled()

    assert form_of(nora) == opened


async def test_products_are_searched_as_one_types(slack_world: World) -> None:
    world, nora = slack_world, slack_world.hand("nora")
    await nora.command("/case")
    view = nora.form
    assert view is not None
    (block,) = [b for b in view.blocks if b.get("block_id") == "product"]
    assert block["element"]["type"] == "external_select"

    async def found(typed: str) -> list[str]:
        offered = await nora.searches(view, block["element"], block, typed)
        return [one["text"]["text"] for one in offered]

    everything = await found("")
    assert "Cloud servers" in everything
    assert len(everything) > len(await found("cloud")) > 0
    assert (await found("CLOUD SER"))[0] == "Cloud servers"
    assert await found("no such thing") == []
    # After a restart nobody remembers the form; it is asked for anew, however often.
    await world.restart()
    assert await found("") == everything
    await world.restart()
    assert await found("") == everything


# --- closed, lost, opened again ---


@pytest.mark.parametrize("channel", ["CNORTH", ""])
async def test_a_closed_form_is_kept_and_offered_again(slack_world: World, channel: str) -> None:
    world, nora = slack_world, slack_world.hand("nora")
    await nora.command("/case", channel=channel)
    await fill(nora, world, Customer="Tailspin")
    await nora.closes()
    await world.rest()

    told = last(nora.desk()) if not channel else alone(world, "nora", channel)[-1]
    assert "What you wrote is kept" in shown(told)
    await nora.presses(told, "Continue")

    assert "is still here: it was not sent" in form_of(nora)
    kept = held(nora)
    assert kept["Title"] == TITLE
    assert kept["What happens, and since when?"] == WHAT
    assert kept["How bad is it?"] == "production_down"
    assert kept["Product"] == "Cloud servers"
    assert kept["Customer affected"] == "Tailspin"


async def test_what_was_only_chosen_is_kept_too(slack_world: World) -> None:
    """Slack does not say what stands in a form that is closed, not even what was chosen last."""
    world, nora = slack_world, slack_world.hand("nora")
    await nora.command("/case")
    await nora.fills("Title", TITLE)
    await nora.fills("How bad", "Production down")
    await nora.fills("Product", "Cloud servers")
    await nora.closes()
    await world.rest()

    await nora.command("/case")

    assert held(nora)["Product"] == "Cloud servers"
    assert held(nora)["How bad is it?"] == "production_down"


async def test_a_form_that_is_lost_is_there_at_the_next_opening(slack_world: World) -> None:
    world, nora = slack_world, slack_world.hand("nora")
    await nora.command("/case")
    await nora.fills("Title", TITLE)
    await nora.fills("What happens", WHAT)
    await world.rest()
    await nora.closes(lost=True)
    await world.restart()

    await nora.command("/case")

    assert held(nora)["Title"] == TITLE
    assert held(nora)["What happens, and since when?"] == WHAT


async def test_a_form_that_nobody_touched_is_closed_without_a_word(slack_world: World) -> None:
    world, nora = slack_world, slack_world.hand("nora")
    await nora.command("/case", channel="CNORTH")
    await nora.closes()
    await world.rest()

    assert not alone(world, "nora", "CNORTH")


async def test_the_draft_of_a_case_that_was_opened_is_gone(slack_world: World) -> None:
    """Also where the last letter that was typed arrives after the form."""
    world, nora = slack_world, slack_world.hand("nora")
    await nora.command("/case")
    await fill(nora, world)
    typed = await nora.typing("Title", TITLE + "!")
    await nora.submits()
    await typed()
    await world.rest()
    await nora.closes()
    await world.rest()

    await nora.command("/case")

    assert held(nora)["Title"] == ""


async def test_of_what_is_typed_in_a_moment_the_newest_is_kept_once(slack_world: World) -> None:
    """Slack tells every letter."""
    world, nora = slack_world, slack_world.hand("nora")
    rest = asyncio.Event()

    async def pause(_seconds: float) -> None:
        await rest.wait()

    world.link.pause = pause
    await nora.command("/case")
    before = len(world.wakes)
    for n in range(1, len(TITLE) + 1):
        await nora.fills("Title", TITLE[:n])
    assert len(world.wakes) == before
    rest.set()
    await world.link.settled()
    assert len(world.wakes) == before + 1
    await nora.closes(lost=True)
    await nora.command("/case")
    assert held(nora)["Title"] == TITLE


async def test_a_form_is_sent_without_waiting_for_its_draft(slack_world: World) -> None:
    world, nora = slack_world, slack_world.hand("nora")
    await nora.command("/case")
    await fill(nora, world)

    async def pause(_seconds: float) -> None:
        await asyncio.Event().wait()

    world.link.pause = pause
    await nora.fills("Title", "Typed a moment ago")
    (answer,) = await nora.submits()

    assert "C-1001" in reading.shown(answer.body["view"]["blocks"])


async def test_a_code_is_not_kept_and_its_form_is_closed_without_a_word(
    slack_world: World,
) -> None:
    from tests.slack.world import installed

    world = slack_world
    world.slack.team("TNEW", "Newcomers")
    world.slack.user("UNEWBIE", "TNEW", "Nell Newbie")
    await installed(world, "TNEW")
    newbie = world.hand("newbie")
    await newbie.says("hello")
    await world.rest()
    await newbie.presses(last(newbie.desk()), "Enter the code")
    await newbie.fills("Code", "7KQ2-M9XD-4TPW")
    before = len(newbie.desk().messages)
    await newbie.closes()
    await world.rest()

    assert len(newbie.desk().messages) == before


async def test_where_a_whisper_cannot_be_heard_the_draft_is_offered_directly(
    slack_world: World,
) -> None:
    """A command can be typed where the app is no member."""
    world, nora = slack_world, slack_world.hand("nora")
    world.slack.team("TNORTH", "Northwind")
    world.slack.channel("CRANDOM", "random", ["TNORTH"], [account("nora")])
    world.slack.channels["CRANDOM"].members -= {"UBOTTNORTH"}
    await nora.command("/case", channel="CRANDOM")
    await nora.fills("Title", TITLE)
    await nora.closes()
    await world.rest()

    assert "What you wrote is kept" in shown(last(nora.desk()))


# --- Slack's own bounds ---


@pytest.mark.parametrize("why", ["expired_trigger_id", "exchanged_trigger_id", "internal_error"])
async def test_a_form_that_could_not_be_opened_is_offered_by_a_button(
    slack_world: World, why: str
) -> None:
    world, nora = slack_world, slack_world.hand("nora")
    world.slack.unkind.refuses("views.open", why)

    answer = await nora.command("/case", channel="CNORTH")

    assert answer.status == 200
    assert nora.form is None
    (seen,) = alone(world, "nora", "CNORTH")
    assert labels(seen) == ["Open a case"]
    await nora.presses(seen, "Open a case")
    assert "How bad is it?" in form_of(nora)


async def test_a_trigger_really_ends_after_three_seconds(slack_world: World) -> None:
    world, nora = slack_world, slack_world.hand("nora")
    case = await open_case(world)
    stale = nora.pressing(case.outside, named(reading.buttons(case.outside.blocks), "Call my TAM"))
    world.later(seconds=4)

    await stale()
    await world.rest()

    assert nora.form is None
    offered = last(nora.desk())
    assert "Call my TAM" in labels(offered)
    await nora.presses(offered, "Call my TAM")
    assert "Why do you need them?" in form_of(nora)


async def test_a_form_that_does_not_fit_on_the_others_is_offered_by_a_button(
    slack_world: World,
) -> None:
    """Slack lays three over each other, and no more."""
    world, mei = slack_world, slack_world.hand("mei")
    case = await open_case(world)
    await mei.presses(case.inside, "Claim")
    await mei.opens_app()
    await world.rest()
    await mei.presses_at_home("Show")
    await mei.presses_in_form("Reply to partner")
    assert "Your reply" in form_of(mei)
    await mei.closes()
    await world.rest()
    world.slack.unkind.refuses("views.push", "push_limit_reached")

    await mei.presses_in_form("Reply to partner")
    await world.rest()

    offered = last(mei.desk())
    assert labels(offered) == ["Reply to partner"]
    assert case.number in form_of(mei), "the card below stays"


async def test_two_people_fill_in_forms_at_the_same_time(slack_world: World) -> None:
    world = slack_world
    nora, carla = world.hand("nora"), world.hand("carla")
    await nora.command("/case")
    await carla.command("/case")
    await fill(nora, world, Title="Nora's own")
    await fill(carla, world, Title="Carla's own")
    await carla.submits()
    await nora.submits()
    await world.rest()

    mine, theirs = [shown(one) for one in world.slack.messages("CCLOUD")[-2:]]
    assert "Carla's own" in mine
    assert "Contoso" in mine
    assert "Nora's own" in theirs
    assert "Northwind" in theirs


async def test_a_form_sent_twice_at_the_same_moment_opens_one_case(slack_world: World) -> None:
    world, nora = slack_world, slack_world.hand("nora")
    await nora.command("/case")
    await fill(nora, world)

    answers = await nora.submits(delivered=3)
    await world.rest()

    assert [one.status for one in answers] == [200, 200, 200]
    assert len(world.slack.messages("CCLOUD")) == 1
    assert "C-1001" in reading.shown(answers[0].body["view"]["blocks"])
