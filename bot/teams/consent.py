"""Whether the app hears what is said in a channel without its name, and saying so where not.

A team's owner consents to that when the app is added. Without it the engineers' remarks do not
reach the case, which nobody would notice by themselves.
"""

from __future__ import annotations

from bot.teams.answers import Answers
from bot.teams.deps import PLATFORM
from bot.teams.heard import Ear, Heard
from bot.teams.people import has_threads
from desk.ports import UnitOfWork
from handlers.views.vocabulary import Card, Text

_HEARS, _TOLD = "hears", "told"


class Consent:
    """Remembers of each channel whether the app was heard without being called."""

    def __init__(self, ear: Ear, answers: Answers) -> None:
        self._ear = ear
        self._answers = answers
        self._known: set[str] = set()

    async def noticed(self, heard: Heard, *, called: bool) -> None:
        """Somebody wrote in a thread of the desk's, with its name or without."""
        where = heard.where
        channel = where.channel
        if where.direct or not where.thread or not has_threads(channel) or channel in self._known:
            return
        place = await self._ear.people.place(channel)
        if place is None:
            return
        note = f"{PLATFORM}:consent:{where.workspace}:{channel}"

        async def learn(uow: UnitOfWork) -> str:
            before = await uow.notes.read(note) or ""
            now = before or (_TOLD if called else _HEARS)
            if now != before:
                await uow.notes.write(note, now)
            return before

        before = await self._ear.desk.run(learn)
        self._known.add(channel)
        if called and not before:
            await self._answers.openly(heard, _card(place.name))


def _card(name: str) -> Card:
    what = f"In {name} the desk hears only messages that mention it."
    how = (
        "What you write here without @Partnerdesk does not reach the case; the buttons of its card "
        "work all the same. A team owner lets the desk hear everything: Manage team, Apps, "
        "Partnerdesk, Permissions."
    )
    return Card(("Mention the desk here",), f"{what} {how}", elements=(Text((what,)), Text((how,))))
