"""Attachments on any platform: how large and how many, what they are called, who may see them."""

from __future__ import annotations

import re
from collections.abc import Sequence

import structlog

from bot.ports import FileStore
from desk.case import Verb
from desk.errors import NotSaved
from desk.notices import Side
from desk.people import Person
from desk.ports import Desk, UnitOfWork
from desk.records import Attachment, Message
from desk.rights import may

_log = structlog.get_logger(__name__)

# Of one file, in bytes; and how many a message or a form may have.
LIMIT = 25 * 2**20
MOST = 10
_NAME_LENGTH = 120
# Control characters, and those that turn the direction of what follows: a name must not lie.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]"
)
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]*/[a-z0-9][a-z0-9.+-]*", re.ASCII)


def name_of(said: str) -> str:
    """The last part of a path, without what cannot be seen; its ending survives a cut."""
    name = re.split(r"[/\\]", said)[-1].encode("utf-8", "replace").decode("utf-8")
    name = _UNSEEN.sub("", name).strip(" .") or "file"
    if len(name) <= _NAME_LENGTH:
        return name
    stem, dot, ending = name.rpartition(".")
    ending = dot + ending if stem and len(ending) <= 16 else ""
    return name[: _NAME_LENGTH - len(ending)] + ending


def media_type_of(said: str) -> str:
    """What a sender says a file is, if it is a media type at all."""
    plain = said.partition(";")[0].strip().lower()
    good = len(plain) <= 100 and _MEDIA_TYPE.fullmatch(plain)
    return plain if good else "application/octet-stream"


async def may_see(uow: UnitOfWork, person: Person, message: Message) -> bool:
    """Whether somebody may see a message, and so its files."""
    case = await uow.cases.get(message.case_id)
    partner = await uow.people.partner(case.partner_id) if case else None
    if case is None or partner is None or message.deleted_at is not None:
        return False
    tam = await uow.people.person(partner.tam_id) if partner.tam_id else None
    public = message.public or message.side is Side.PARTNER
    return may(person, Verb.SEE if public else Verb.SEE_INTERNAL, case, partner, tam)


async def forget_unused(desk: Desk, store: FileStore, attachments: Sequence[Attachment]) -> None:
    """Take files out of the store that no case has: of what was refused, or came twice."""
    if not attachments:
        return

    async def unused(uow: UnitOfWork) -> list[Attachment]:
        return [one for one in attachments if await uow.messages.file(one.key) is None]

    try:
        for one in await desk.run(unused):
            await store.delete(one.key)
    except NotSaved as error:
        # Better a file too many than one that a case misses.
        _log.warning("file.left_behind", reason=str(error))
