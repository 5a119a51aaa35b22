"""The app's own pages: the Home tab, made of ordinary questions, and what its chat suggests."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from uuid import uuid4

import structlog

from bot.platform import Retryable
from bot.slack import render
from bot.slack.errors import Refused
from bot.slack.heard import Ear, Heard
from bot.slack.link import Link
from bot.slack.read import Call, Payload, text_at
from desk.people import Identity, Person, Role
from handlers.intents import AskQuota, AskTam, Help, Intent, ListCases, ListPartners, ShowQueue
from handlers.views.cards import to_card
from handlers.views.vocabulary import Card

_log = structlog.get_logger(__name__)

_WORKING = frozenset({Role.ENGINEER, Role.DUTY_MANAGER})
# Whose Home tab is drawn again after what they do elsewhere.
_REMEMBERED = 1_000


class Front:
    """Draws the Home tab of whoever opens it, and suggests what to say in the app's chat."""

    def __init__(self, link: Link, ear: Ear) -> None:
        self._link = link
        self._ear = ear
        self._seen: OrderedDict[tuple[str, str], None] = OrderedDict()

    async def opened(self, call: Call, event: Payload) -> None:
        """Somebody opened the app: its Home tab or its messages."""
        heard = await self._ear.hear(call)
        if text_at(event, "tab") == "messages":
            self._link.later("prompts", self._suggest(heard))
        else:
            self.show(heard)

    def show(self, heard: Heard) -> None:
        """Draw somebody's Home tab as things are now."""
        one = heard.sender.workspace, heard.sender.user
        self._seen[one] = None
        self._seen.move_to_end(one)
        while len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        self._link.later("home", self._publish(heard))

    def refresh(self, heard: Heard) -> None:
        """They did something: draw it again for those who look at it, which few do."""
        if (heard.sender.workspace, heard.sender.user) in self._seen:
            self.show(heard)

    async def _publish(self, heard: Heard) -> None:
        # Whoever comes for the first time is known by their first question.
        cards = await self._cards(heard, Help())
        person = await self._person(heard)
        for intent in questions(person):
            cards += await self._cards(heard, intent)
        look = await self._link.looks.over(cards, heard.via.workspace)
        view = render.home(cards, look)
        try:
            await self._link.api.call(
                heard.token, "views.publish", user_id=heard.sender.user, view=view
            )
        except (Refused, Retryable) as error:
            _log.warning("slack.home_not_drawn", reason=str(error))

    async def _person(self, heard: Heard) -> Person | None:
        one = heard.sender
        identity = Identity(one.platform, one.workspace, one.user)
        return await self._link.desk.run(lambda uow: uow.people.by_identity(identity))

    async def _cards(self, heard: Heard, intent: Intent) -> list[Card]:
        # A question may be asked again: it is another one each time.
        asked = await self._ear.ask(heard, intent, suffix=f":home:{uuid4().hex}")
        return [to_card(reply.view) for reply in asked.answer.replies]

    async def _suggest(self, heard: Heard) -> None:
        try:
            await self._link.api.call(
                heard.token,
                "assistant.threads.setSuggestedPrompts",
                channel_id=heard.where.channel,
                prompts=prompts(await self._person(heard)),
            )
        except (Refused, Retryable) as error:
            _log.info("slack.prompts_not_set", reason=str(error))


def questions(person: Person | None) -> Sequence[Intent]:
    """What a page is made of, by what somebody is to the desk: what they could ask in words."""
    if person is None:
        return ()
    if not person.is_vendor:
        return (AskQuota(), AskTam(), ListCases("open"))
    asked: list[Intent] = []
    if person.roles & _WORKING:
        asked += [ShowQueue("mine"), ShowQueue()]
    if Role.TAM in person.roles:
        asked.append(ListPartners())
    return asked


def prompts(person: Person | None) -> list[dict[str, str]]:
    """What the chat with the app suggests to somebody: at most four."""
    if person is None or not person.is_vendor:
        return render.agent_prompts()
    said = {"Show the queue": "queue", "My cases": "mine", "Unclaimed cases": "unclaimed"}
    if Role.TAM in person.roles:
        said["My partners"] = "my partners"
    return [{"title": title, "message": message} for title, message in said.items()]
