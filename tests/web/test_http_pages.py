"""Pages and their columns, and who sees which conversation."""


from tests.web.world import World


async def test_the_front_door_leads_to_the_own_conversation(world: World) -> None:
    ada = await world.browser("ada")

    answer = await ada.get("/")

    assert (answer.status, answer.headers["Location"]) == (302, "/c/dm:ada")


async def test_a_question_and_its_answer_stay_in_the_conversation(world: World) -> None:
    ada = await world.browser("ada")

    answer = await (await ada.say("my cases")).json()
    page = await (await ada.get("/c/dm:ada")).text()

    assert answer == {
        "messages": [],
        "form": None,
        "accepted": True,
        "case": None,
        "error": None,
    }
    assert "my cases" in page
    assert "Partnerdesk" in page
    assert world.wakes
