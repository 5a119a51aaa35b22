"""Forms as modals: what they carry, how they are opened, and how they follow what is typed."""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any
from weakref import WeakValueDictionary

from bot.forms import BadForm, bare, begin, completed, form_in, offer, with_values
from bot.slack.literal import units
from bot.slack.read import File, Sheet, Spot, text_at
from handlers import intent_codec
from handlers.intents import Intent
from handlers.views.vocabulary import Card

__all__ = [
    "METADATA",
    "BadForm",
    "Remembered",
    "bare",
    "begin",
    "carry",
    "files_of",
    "form_in",
    "listen",
    "offer",
    "spot_of",
    "wanted",
    "with_values",
]

# What a view may carry, in characters.
METADATA = 3000
_REMEMBERED = 2000


def carry(intent: Intent, spot: Spot, files: Sequence[File] = ()) -> str:
    """What comes back with a form: what it completes, where it was asked for, and which files.

    Slack is asked for the particulars of files where they do not fit; of more than it takes in one
    message, the last ones are left out.
    """
    carried: dict[str, Any] = {
        "do": intent_codec.encode(bare(intent)),
        "at": [spot.channel, spot.thread, spot.message],
    }
    whole = [[one.id, one.name, one.media_type, one.size, one.url] for one in files]
    kept = whole if _fits(carried, whole) else [[one.id, "", "", 0, ""] for one in files]
    while not _fits(carried, kept):
        kept.pop()
    return _json(carried, kept)


def _fits(carried: Mapping[str, Any], files: Sequence[Any]) -> bool:
    return not files or units(_json(carried, files)) <= METADATA


def _json(carried: Mapping[str, Any], files: Sequence[Any]) -> str:
    return json.dumps({**carried, **({"files": files} if files else {})}, separators=(",", ":"))


def wanted(sheet: Sheet) -> Intent:
    """The intent that a form completes, with what stands in its fields; raises `BadForm`."""
    return completed(text_at(sheet.carries, "do"), sheet.values)


def spot_of(sheet: Sheet) -> Spot:
    """Where a form was asked for."""
    at = sheet.carries.get("at")
    if not isinstance(at, list) or len(at) != 3 or not all(isinstance(one, str) for one in at):
        return Spot(direct=True)
    channel, thread, message = at
    return Spot(channel, thread, message, direct=not channel or channel.startswith("D"))


def files_of(sheet: Sheet) -> tuple[File, ...]:
    """Files of the form: those of the message that it began with, and those added to it."""
    carried = sheet.carries.get("files")
    begun = []
    for one in carried if isinstance(carried, list) else ():
        match one:
            case [str(key), str(name), str(media_type), int(size), str(url)]:
                begun.append(File(key, name, media_type, size, url))
    # A form that was drawn again has what was added to it in both places.
    return tuple({file.id: file for file in (*begun, *sheet.files)}.values())


def listen(block: dict[str, Any]) -> None:
    """Ask Slack to tell what is typed as it is typed: it says nothing when a form is closed."""
    element = block.get("element", {})
    if block.get("type") != "input" or element.get("type") == "file_input":
        return
    block["dispatch_action"] = True
    if element.get("type") == "plain_text_input":
        element["dispatch_action_config"] = {"trigger_actions_on": ["on_character_entered"]}


class Remembered:
    """The forms that are open, by their views: what a search or a changed choice needs again.

    After a restart they are asked of the desk anew.
    """

    def __init__(self) -> None:
        self._cards: OrderedDict[str, Card] = OrderedDict()
        self._hashes: OrderedDict[tuple[str, str], str] = OrderedDict()
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def keep(self, view_id: str, card: Card) -> None:
        """Remember the form that a view shows."""
        self._cards[view_id] = card
        self._cards.move_to_end(view_id)
        while len(self._cards) > _REMEMBERED:
            self._cards.popitem(last=False)

    def get(self, view_id: str) -> Card | None:
        """The form that a view shows, if it was opened here."""
        return self._cards.get(view_id)

    def turn(self, view_id: str) -> asyncio.Lock:
        """Whoever draws a view again waits for whoever does so just now."""
        return self._turns.setdefault(view_id, asyncio.Lock())

    def drawn(self, view_id: str, old: str, new: str) -> None:
        """The desk itself drew a view again, and its hash changed by that."""
        if new != old:
            self._hashes[view_id, old] = new
        while len(self._hashes) > _REMEMBERED:
            self._hashes.popitem(last=False)

    def hash(self, view_id: str, seen: str) -> str:
        """The hash of a view that somebody saw with another, if all that changed it was ours."""
        while seen and (view_id, seen) in self._hashes:
            seen = self._hashes[view_id, seen]
        return seen

    def forget(self, view_id: str) -> None:
        """The view is closed."""
        self._cards.pop(view_id, None)
