"""Commands, mentions and direct messages: what people type, and what they are shown."""

import pytest

from tests.slack.acts import alone, form_of, labels, last, open_case, shown
from tests.slack.world import VENDOR, World, account

BOT = f"<@UBOT{VENDOR}>"


async def test_case_opens_the_form_for_a_contact(slack_world: World) -> None:
    nora = slack_world.hand("nora")

    answer = await nora.command("/case")

    assert (answer.status, answer.text) == (200, "")
    assert "How bad is it?" in form_of(nora)


async def test_case_with_a_number_shows_it(slack_world: World) -> None:
    case = await open_case(slack_world)

    await slack_world.hand("nora").command("/case", case.number.removeprefix("C-"), "CNORTH")

    (seen,) = alone(slack_world, "nora", "CNORTH")
    assert case.number in shown(seen)
    assert "Orders cannot be paid" in shown(seen)


@pytest.mark.parametrize("who", ["mei", "tara", "dana"])
async def test_case_is_the_queue_for_the_vendor(slack_world: World, who: str) -> None:
    case = await open_case(slack_world)

    await slack_world.hand(who).command("/case", channel="CCLOUD")

    (seen,) = alone(slack_world, who, "CCLOUD")
    assert case.number in shown(seen)


@pytest.mark.parametrize(
    ("who", "command", "words"),
    [
        ("carla", "/quota", "30 of 30 left"),
        ("nora", "/quota", "Premier"),
        ("tara", "/quota", "Northwind"),
        ("mei", "/quota", "partners"),
        ("dana", "/quota", "partners"),
        ("nora", "/tam", "Tara Singh"),
        ("carla", "/tam", "Standard"),
        ("tara", "/tam", "Northwind"),
        ("nora", "/desk", "Open a case"),
        ("mei", "/desk", "Unclaimed"),
        ("tara", "/desk", "My partners"),
        ("dana", "/desk", "Show the queue"),
        ("opal", "/desk", "duty"),
    ],
)
async def test_a_command_answers_by_what_somebody_is(
    slack_world: World, who: str, command: str, words: str
) -> None:
    channel = "COPS" if who == "opal" else "CCLOUD" if who in {"mei", "tara", "dana"} else "CSHARED"

    answer = await slack_world.hand(who).command(command, channel=channel)

    assert answer.status == 200
    (seen,) = alone(slack_world, who, channel)
    assert words in shown(seen)
    assert not slack_world.slack.messages(channel), "nobody else reads it"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("quota", "30 of 30 left"),
        ("quoat", "30 of 30 left"),
        ("what is left of our qouta", "30 of 30 left"),
        ("who is our tam?", "TAM"),
        ("my caes", "My cases · 0 open cases"),
        ("help", "Hello Carla"),
        ("", "Hello Carla"),
    ],
)
async def test_desk_reads_sentences_and_forgives_slips(
    slack_world: World, said: str, words: str
) -> None:
    await slack_world.hand("carla").command("/desk", said, channel="CSHARED")

    (seen,) = alone(slack_world, "carla", "CSHARED")
    assert words in shown(seen)


@pytest.mark.parametrize("way", ["command", "mention", "direct"])
async def test_words_that_mean_nothing_get_the_three_likeliest_things(
    slack_world: World, way: str
) -> None:
    world, carla = slack_world, slack_world.hand("carla")
    words = "the invoicing thingummy again"
    if way == "command":
        await carla.command("/desk", words, channel="CSHARED")
    elif way == "mention":
        await carla.says(f"{BOT} {words}", "CSHARED")
    else:
        await carla.says(words)
    await world.rest()

    seen = last(carla.desk()) if way == "direct" else alone(world, "carla", "CSHARED")[-1]
    assert "did not understand" in shown(seen)
    assert words in shown(seen)
    assert len(labels(seen)) == 3
    assert labels(seen)[0] == "Open a case about this"


async def test_a_mention_is_answered_once_and_to_that_person_alone(slack_world: World) -> None:
    world = slack_world

    await world.hand("carla").says(f"{BOT} quota", "CSHARED")
    await world.rest()

    assert len(alone(world, "carla", "CSHARED")) == 1, "the message and the mention are one"
    assert not world.texts("CSHARED", alone=account("nora"))
    assert [one.user for one in world.slack.messages("CSHARED")] == [account("carla")]


async def test_in_a_channel_that_is_not_the_desks_it_answers_when_it_is_called(
    slack_world: World,
) -> None:
    world, nora = slack_world, slack_world.hand("nora")
    world.slack.channel("CRANDOM", "random", ["TNORTH"], [account("nora")])

    await nora.says("quota", "CRANDOM")
    await world.rest()
    assert not alone(world, "nora", "CRANDOM")

    await nora.says("<@UBOTTNORTH> quota", "CRANDOM")
    await world.rest()
    (seen,) = alone(world, "nora", "CRANDOM")
    assert "Premier" in shown(seen)


async def test_a_mention_of_the_app_of_another_workspace_is_heard_too(slack_world: World) -> None:
    """In a channel that is shared, people pick whichever Partnerdesk their Slack offers."""
    await slack_world.hand("carla").says("<@UBOTTCONTO> quota", "CSHARED")
    await slack_world.rest()

    (seen,) = alone(slack_world, "carla", "CSHARED")
    assert "30 of 30 left" in shown(seen)


@pytest.mark.parametrize(
    "chatter", ["hello", "hi", "Who has lunch plans?", "thanks a lot", "is anybody here"]
)
async def test_people_who_talk_among_themselves_are_left_alone(
    slack_world: World, chatter: str
) -> None:
    world = slack_world

    await world.hand("nora").says(chatter, "CNORTH")
    await world.hand("mei").says(chatter, "CCLOUD")
    await world.rest()

    assert not world.slack.channels["CNORTH"].said_alone
    assert not world.slack.channels["CCLOUD"].said_alone


async def test_a_direct_message_is_answered_where_it_was_said(slack_world: World) -> None:
    world, nora = slack_world, slack_world.hand("nora")

    await nora.says("open a case")
    await world.rest()

    seen = last(nora.desk())
    assert "Open a case" in labels(seen)
    await nora.presses(seen, "Open a case")
    assert "How bad is it?" in form_of(nora)


async def test_a_whole_problem_said_directly_becomes_a_form_that_holds_it(
    slack_world: World,
) -> None:
    world, nora = slack_world, slack_world.hand("nora")
    problem = "Since this morning every payment of our biggest customer fails"
    await nora.says(problem)
    await world.rest()

    await nora.presses(last(nora.desk()), "Open a case about this")

    assert nora.form is not None
    state = {b["label"]["text"]: b["element"] for b in nora.form.blocks if b["type"] == "input"}
    assert state["What happens, and since when?"]["initial_value"] == problem
    assert state["Title"]["initial_value"] == problem


async def test_somebody_unknown_is_told_who_can_help(slack_world: World) -> None:
    world = slack_world
    world.slack.user("UGUEST", VENDOR, "Gert Guest")
    world.slack.channels["CCLOUD"].members.add("UGUEST")

    answer = await world.hand("guest").command("/quota", channel="CCLOUD")

    assert answer.status == 200
    (seen,) = alone(world, "guest", "CCLOUD")
    assert "does not know you" in shown(seen)
    assert "Ask your partner manager or an operator" in shown(seen)
    assert not labels(seen)


async def test_somebody_of_a_workspace_that_is_not_linked_is_offered_the_code(
    slack_world: World,
) -> None:
    world = slack_world
    world.slack.team("TNEW", "Newcomers")
    world.slack.user("UNEWBIE", "TNEW", "Nell Newbie")
    from tests.slack.world import installed

    await installed(world, "TNEW")
    newbie = world.hand("newbie")

    await newbie.says("hello")
    await world.rest()

    seen = last(newbie.desk())
    assert "not linked with a partner" in shown(seen)
    assert "Ask your partner manager for a code" in shown(seen)
    assert labels(seen) == ["Enter the code"]


async def test_a_stranger_in_a_shared_channel_learns_nothing(slack_world: World) -> None:
    world = slack_world
    case = await open_case(world, "carla")
    world.slack.user("USTRANGE", "TNORTH2", "Sam Strange")
    world.slack.team("TNORTH2", "Elsewhere")
    world.slack.channels["CSHARED"].members.add("USTRANGE")

    await world.hand("strange").says(f"{BOT} why {case.number}", "CSHARED")
    await world.rest()

    (seen,) = alone(world, "strange", "CSHARED")
    assert case.number not in shown(seen)
    assert "Orders" not in shown(seen)


@pytest.mark.parametrize(
    ("who", "said", "words"),
    [
        ("nora", "why {0}", "why"),
        ("nora", "quota", "Premier"),
        ("mei", "timeline {0}", "Timeline"),
        ("mei", "claim {0}", "is yours"),
    ],
)
async def test_who_calls_the_desk_in_a_cases_thread_asks_the_desk(
    slack_world: World, who: str, said: str, words: str
) -> None:
    """And what is said there to people stays said to people, also by its name."""
    world = slack_world
    case = await open_case(world, channel="CNORTH")
    root = case.outside if who == "nora" else case.inside

    await world.hand(who).says(f"{BOT} {said.format(case.number)}", root.channel, root.ts)
    await world.hand(who).says(f"{BOT} people, we are waiting", root.channel, root.ts)
    await world.rest()

    (seen,) = alone(world, who, root.channel)
    assert words.lower() in shown(seen).lower()
    kept = await world.desk.run(lambda uow: uow.messages.of(case.id))
    assert [one.text for one in kept] == ["@desk people, we are waiting"]
