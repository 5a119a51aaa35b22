"""Pages and their columns, messages and answers, and who sees which conversation."""

from dataclasses import replace

import pytest

from bot.platform import Address
from desk.notices import Side
from handlers.intents import Begin, ClaimCase, ListCases, OpenCase, SendToPartner, ShowCase
from handlers.views.kinds import DoneView
from tests.web.world import OPEN, World

MISSING = "There is no such conversation."


async def test_the_front_door_leads_to_the_own_conversation(world: World) -> None:
    ada = await world.browser("ada")

    answer = await ada.get("/")

    assert (answer.status, answer.headers["Location"]) == (302, "/c/dm:ada")


async def test_a_question_and_its_answer_stay_in_the_conversation(world: World) -> None:
    ada = await world.browser("ada")

    answer = await (await ada.say("my cases")).json()
    page = await (await ada.get("/c/dm:ada")).text()

    assert set(answer) == {"messages", "form", "accepted", "case", "error"}
    assert answer["accepted"]
    assert answer["messages"] == []
    assert "my cases" in page
    assert 'data-author="Partnerdesk"' in page
    assert world.wakes


async def test_in_a_channel_the_answer_is_for_the_one_who_asked(world: World) -> None:
    ada, ari = await world.browser("ada"), await world.browser("ari")

    answer = await (await ada.act(ListCases(), where="channel:acme")).json()
    page = await (await ari.get("/c/channel:acme")).text()

    assert "only-you" in answer["messages"][0]
    assert 'data-author="Partnerdesk"' not in page


async def test_a_form_is_drawn_beside_the_conversation_and_comes_back_with_its_faults(
    world: World,
) -> None:
    ada = await world.browser("ada")

    begun = await (await ada.act(Begin("open_case"))).json()
    again = await (
        await ada.act(OpenCase(), fields={"title": "<b>down</b>", "severity": ""})
    ).json()
    page = await (await ada.get("/c/dm:ada")).text()

    assert begun["accepted"]
    assert 'name="title"' in begun["form"]
    assert not again["accepted"]
    assert "&lt;b&gt;down&lt;/b&gt;" in again["form"]
    assert 'data-author="Partnerdesk"' not in page


async def test_a_case_is_opened_and_stands_in_focus(world: World) -> None:
    ada = await world.browser("ada")

    opened = await (await ada.act(OPEN)).json()
    focus = await ada.get(f"/c/dm:ada?case={opened['case']}", **{"X-Fragment": "focus"})
    again = await ada.get(f"/c/dm:ada?case={opened['case']}", **{"X-Fragment": "focus"})

    html = await focus.text()
    assert f"C-{opened['case']}" in html
    assert "The queue stands still" in html
    assert "<html" not in html
    assert "The queue stands still" in await again.text()


async def test_the_conversation_alone_is_drawn_for_the_scripts(world: World) -> None:
    ada = await world.browser("ada")
    await ada.say("my cases")

    column = await ada.get("/c/dm:ada", **{"X-Fragment": "conversation"})

    html = await column.text()
    assert "<html" not in html
    assert "my cases" in html
    assert int(column.headers["X-Seq"]) > 0


async def test_a_channel_that_other_partners_read_says_so(world: World) -> None:
    ada = await world.browser("ada")
    alone = await (await ada.get("/c/channel:acme")).text()
    (acme,) = [p for p in await world.desk.run(lambda uow: uow.people.places()) if p.id == "p-acme"]
    shared = replace(acme, partner_ids=("acme", "rival"))
    await world.desk.run(lambda uow: uow.people.put_place(shared))
    together = await (await ada.get("/c/channel:acme")).text()

    assert "Your organisation and the vendor&#39;s desk." in alone
    assert "Several organisations" not in alone
    assert "Several organisations and the vendor&#39;s desk." in together


@pytest.mark.parametrize(
    ("person", "conversations"),
    [
        ("ada", {"dm:ada", "channel:acme"}),
        ("ben", {"dm:ben", "channel:rival"}),
        ("eve", {"dm:eve", "channel:support"}),
        ("tom", {"dm:tom", "channel:support"}),
        ("oda", {"dm:oda", "channel:operators"}),
    ],
)
async def test_everybody_has_their_own_conversations_and_no_others(
    world: World, person: str, conversations: set[str]
) -> None:
    browser = await world.browser(person)
    every = {
        *(f"dm:{one}" for one in ("ada", "ben", "eve", "tom", "oda", "nobody")),
        *(f"channel:{one}" for one in ("acme", "rival", "support", "operators", "nothing")),
    }

    for one in sorted(every):
        page = await browser.get(f"/c/{one}")
        older = await browser.get(f"/older?conversation={one}&before=5")
        stream = await browser.get(f"/events?conversation={one}&seq=0")
        said = await browser.say("hello", where=one)
        pressed = await browser.act(ListCases(), where=one)
        read = await browser.post("/read", browser.form({"seq": "1"}, where=one))

        statuses = {r.status for r in (page, older, stream, said, pressed, read)}
        stream.close()
        assert statuses == ({200} if one in conversations else {404}), one
        if one not in conversations:
            assert (await said.json())["error"].startswith(MISSING)
            assert MISSING in await page.text()


async def test_a_case_of_somebody_else_answers_as_one_that_is_missing(world: World) -> None:
    ada, ben = await world.browser("ada"), await world.browser("ben")
    case = (await (await ada.act(OPEN)).json())["case"]
    focus = {"X-Fragment": "focus"}

    foreign = await (await ben.get(f"/c/dm:ben?case={case}", **focus)).text()
    missing = await (await ben.get("/c/dm:ben?case=999999", **focus)).text()
    shown = await (await ben.act(ShowCase(case), where="channel:rival")).json()

    assert foreign == missing
    assert "There is no such case." in foreign
    assert not shown["accepted"]
    assert shown["case"] is None


async def test_a_thread_of_a_case_is_part_of_the_case(world: World) -> None:
    ada, eve = await world.browser("ada"), await world.browser("eve")
    case = (await (await ada.act(OPEN)).json())["case"]
    await eve.act(ClaimCase(case), where="channel:support")
    inside = await world.thread(case, Side.ENGINEERS, Address("web", "", channel="support"))

    said = await eve.say("looks like the broker", where="channel:support", thread=inside)
    page = await (await eve.get(f"/c/channel:support?thread={inside}")).text()
    by_reply = await (await eve.get(f"/c/channel:support?thread={inside + 1}")).text()
    stored = await world.desk.run(lambda uow: uow.messages.of(case))
    source = f"web::channel:support:{inside + 1}"

    assert (await said.json())["case"] == case
    assert [(m.text, m.source, m.public) for m in stored if m.source] == [
        ("looks like the broker", source, False)
    ]
    assert "Internal, on C-" in page
    assert "send_to_partner" in page
    assert by_reply == page
    assert "The queue stands still" in page  # its case is in focus without being asked for


async def test_what_was_sent_to_the_partner_is_offered_no_more(world: World) -> None:
    ada, eve = await world.browser("ada"), await world.browser("eve")
    case = (await (await ada.act(OPEN)).json())["case"]
    await eve.act(ClaimCase(case), where="channel:support")
    inside = await world.thread(case, Side.ENGINEERS, Address("web", "", channel="support"))
    await eve.say("restart the broker", where="channel:support", thread=inside)
    before = await world.desk.run(lambda uow: uow.chat.last_seq())
    source = f"web::channel:support:{inside + 1}"

    sent = await eve.act(SendToPartner(case, source=source), where="channel:support")
    page = await (await eve.get(f"/c/channel:support?thread={inside}")).text()
    changed = await world.desk.run(lambda uow: uow.chat.since(before, ["channel:support"]))

    assert (await sent.json())["accepted"]
    assert "restart the broker" in page
    assert "send_to_partner" not in page
    assert [message.id for message in changed] == [inside + 1]


async def test_a_message_is_changed_and_taken_back_by_its_writer_only(world: World) -> None:
    ada, ari = await world.browser("ada"), await world.browser("ari")
    case = (await (await ada.act(OPEN)).json())["case"]
    root = await world.thread(case, Side.PARTNER, Address("web", "", channel="acme"))
    await ada.say("it is the brocker", where="channel:acme", thread=root)
    path, form = f"/message/{root + 1}", {"text": "it is the broker"}

    foreign = await ari.post(f"{path}/edit", ari.form(form))
    changed = await ada.post(f"{path}/edit", ada.form(form))
    edited = await world.desk.run(lambda uow: uow.messages.of(case))
    shown = await (await ari.get(f"/c/channel:acme?thread={root}")).text()
    gone = await ada.post(f"{path}/delete", ada.form({}))
    deleted = await world.desk.run(lambda uow: uow.messages.of(case))
    after = await (await ari.get(f"/c/channel:acme?thread={root}")).text()
    twice = await ada.post(f"{path}/delete", ada.form({}))

    assert [r.status for r in (foreign, changed, gone, twice)] == [404, 200, 200, 404]
    assert edited[-1].text == "it is the broker"
    assert edited[-1].edited_at is not None
    assert "it is the broker" in shown
    assert deleted[-1].deleted_at is not None
    assert "it is the broker" not in after


async def test_older_messages_come_page_by_page(world: World) -> None:
    ada = await world.browser("ada")
    for n in range(120):
        await world.platform.post(
            Address("web", "", user="ada"), DoneView((f"number {n} of many",)), f"many:{n}"
        )

    page = await (await ada.get("/c/dm:ada")).text()
    first = await world.desk.run(lambda uow: uow.chat.of("dm:ada", limit=50))
    older = await ada.get(f"/older?conversation=dm:ada&before={first[0].id}")
    html = await older.text()
    oldest = await ada.get(f"/older?conversation=dm:ada&before={older.headers['X-Older']}")

    assert "number 70 of many" in page
    assert "number 69 of many" not in page
    assert "number 69 of many" in html
    assert "number 20 of many" in html
    assert "number 19 of many" not in html
    assert "number 0 of many" in await oldest.text()
    assert oldest.headers["X-Older"] == ""


async def test_what_was_read_is_no_longer_counted(world: World) -> None:
    ada = await world.browser("ada")
    await world.platform.post(Address("web", "", channel="acme"), DoneView(("news",)), "k")

    before = await world.desk.run(lambda uow: uow.chat.unread("ada", ["channel:acme"]))
    far = await ada.post("/read", ada.form({"seq": "99999"}, where="channel:acme"))
    after = await world.desk.run(lambda uow: uow.chat.unread("ada", ["channel:acme"]))
    await world.platform.post(Address("web", "", channel="acme"), DoneView(("more",)), "l")
    later = await world.desk.run(lambda uow: uow.chat.unread("ada", ["channel:acme"]))

    assert far.status == 200
    assert [counts["channel:acme"] for counts in (before, after, later)] == [1, 0, 1]


async def test_every_answer_is_hardened(world: World) -> None:
    ada, stranger = await world.browser("ada"), await world.browser()

    for answer in (
        await ada.get("/c/dm:ada"),
        await ada.say("help"),
        await ada.get("/nowhere"),
        await stranger.get("/c/dm:ada"),
        await stranger.get("/static/desk.css"),
    ):
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_static_files_are_kept_by_their_content(world: World) -> None:
    stranger = await world.browser()

    plain = await stranger.get("/static/desk.css")
    tag = plain.headers["ETag"]
    named = await stranger.get(f"/static/desk.css?v={plain.headers['ETag'][1:-1]}")
    again = await stranger.get("/static/desk.css", **{"If-None-Match": tag})

    assert plain.headers["Content-Type"] == "text/css; charset=utf-8"
    assert plain.headers["Cache-Control"] == "no-cache"
    assert "immutable" in named.headers["Cache-Control"]
    assert again.status == 304
    for outside in ("../wire.py", "%2e%2e/wire.py", "..%2fwire.py", "/etc/passwd", "none.css"):
        assert (await stranger.get(f"/static/{outside}")).status == 404
