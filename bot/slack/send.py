"""The desk's own messages in Slack: posted once, changed, taken away, with their files."""

from __future__ import annotations

from collections import OrderedDict
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.platform import Address, Gone, Permanent, Retryable, Sent, SignInBroken
from bot.slack import files
from bot.slack.deps import PLATFORM
from bot.slack.errors import Lost, Refused, is_sign_in, translated
from bot.slack.installs import NotInstalled
from bot.slack.link import Link
from bot.slack.read import list_at, text_at
from desk.errors import NotSaved
from desk.linking import Installation
from desk.people import Identity
from desk.ports import UnitOfWork
from handlers.views.cards import to_card
from handlers.views.kinds import SaidView, View

_log = structlog.get_logger(__name__)

EVENT_TYPE = "partnerdesk_notice"
_REMEMBERED = 5_000
# How many messages of a place are looked through for one of ours; and how much earlier than its
# first try it may be, for clocks differ.
_LOOKED_THROUGH = 200
_EARLIER = timedelta(minutes=10)
_GONE_ALREADY = frozenset({"message_not_found", "file_not_found", "file_deleted"})


class SlackPlatform:
    """Slack as a platform. A message's id is its time stamp.

    Slack knows no idempotency: a message carries its key in its metadata, and is looked for there
    before it is sent again, where nobody knows what became of the first try.
    """

    name = PLATFORM

    def __init__(self, link: Link) -> None:
        self._link = link
        self._direct: OrderedDict[tuple[str, str], str] = OrderedDict()
        self._lost: OrderedDict[str, datetime] = OrderedDict()
        self._posted: OrderedDict[str, Sent] = OrderedDict()

    async def post(self, to: Address, view: View, key: str) -> Sent:
        """Post `view`; one that was posted under this key before is found, and its files follow."""
        via = await self._via(to)
        try:
            sent = self._posted.get(key)
            if sent is None:
                channel = to.channel or await self._conversation(via, to)
                sent = await self._post(via, channel, to, view, key)
                _keep(self._posted, key, sent)
            if isinstance(view, SaidView) and view.files and not view.deleted:
                there = sent.channel, to.thread
                shared = await files.share(self._link, via.token, *there, view.files)
                sent = replace(sent, files=shared)
        except Refused as refused:
            raise await self._failure(refused, via) from refused
        except FileNotFoundError as error:
            raise Permanent("a file of the message is gone", "Ask for the file again.") from error
        self._posted.pop(key, None)
        return sent

    async def update(self, to: Address, message_id: str, view: View) -> None:
        """Make an earlier message show `view`."""
        via = await self._via(to)
        drawn = await self._drawn(to, view)
        try:
            await self._link.api.call(
                via.token, "chat.update", channel=to.channel, ts=message_id, **drawn
            )
        except Refused as refused:
            raise await self._failure(refused, via) from refused

    async def delete(self, to: Address, message_id: str) -> None:
        """Take an earlier message, or a file, away; one that is gone already is no mistake."""
        via = await self._via(to)
        call = self._link.api.call
        try:
            if message_id.startswith("F"):
                await call(via.token, "files.delete", file=message_id)
            else:
                await call(via.token, "chat.delete", channel=to.channel, ts=message_id)
        except Refused as refused:
            if refused.code not in _GONE_ALREADY:
                raise await self._failure(refused, via) from refused

    def doubt(self, key: str, since: datetime) -> None:
        """What became of an earlier try is not known: it is looked for before the next one."""
        # The desk's own time may be ahead of Slack's.
        _keep(self._lost, key, min(since, self._link.wall() - _EARLIER))

    # --- how --------------------------------------------------------------------------------------

    async def _post(
        self, via: Installation, channel: str, to: Address, view: View, key: str
    ) -> Sent:
        since = self._lost.get(key)
        if since is not None:
            at = replace(to, channel=channel)
            found = await self._find(via, at, key, since)
            if found is not None:
                self._lost.pop(key)
                return found
        drawn = await self._drawn(to, view)
        metadata = {"event_type": EVENT_TYPE, "event_payload": {"key": key}}
        try:
            said = await self._link.api.call(
                via.token,
                "chat.postMessage",
                channel=channel,
                thread_ts=to.thread or None,
                metadata=metadata,
                unfurl_links=False,
                unfurl_media=False,
                **drawn,
                **await self._writer(via, view),
            )
        except Lost:
            self.doubt(key, self._link.wall())
            raise
        self._lost.pop(key, None)
        return Sent(text_at(said, "channel") or channel, text_at(said, "ts"))

    async def _drawn(self, to: Address, view: View) -> dict[str, Any]:
        try:
            drawn = await self._link.looks.message(to_card(view), to.workspace)
        except NotSaved as error:
            raise Retryable(str(error)) from error
        return {"text": drawn.text, "blocks": drawn.blocks}

    async def _writer(self, via: Installation, view: View) -> dict[str, str]:
        """A message that is passed on shows who wrote it."""
        if not isinstance(view, SaidView) or "chat:write.customize" not in via.scopes:
            return {}
        return {"username": view.author[:80], **await self._picture(via, view)}

    async def _picture(self, via: Installation, view: SaidView) -> dict[str, str]:
        author = view.author_id

        async def account(uow: UnitOfWork) -> Identity | None:
            person = await uow.people.person(author) if author else None
            ours = [one for one in person.identities if one.platform == PLATFORM] if person else []
            return next(iter(ours), None)

        try:
            found = await self._link.desk.run(account)
            # In somebody else's workspace nobody knows them, or their picture.
            home = await self._link.installs.of(found.workspace) if found else None
        except NotSaved:
            # A face is no reason to keep a message back.
            return {}
        picture = await self._link.people.picture(found.user, home or via) if found else ""
        return {"icon_url": picture} if picture else {}

    async def _conversation(self, via: Installation, to: Address) -> str:
        """The direct conversation with a person."""
        kept = self._direct.get((via.workspace, to.user))
        if kept is None:
            said = await self._link.api.call(via.token, "conversations.open", users=to.user)
            kept = text_at(said, "channel", "id")
            _keep(self._direct, (via.workspace, to.user), kept)
        return kept

    async def _find(self, via: Installation, at: Address, key: str, since: datetime) -> Sent | None:
        """A message of ours that carries `key`."""
        said = await self._link.api.call(
            via.token,
            "conversations.replies" if at.thread else "conversations.history",
            channel=at.channel,
            ts=at.thread or None,
            oldest=f"{since.timestamp():.6f}",
            limit=str(_LOOKED_THROUGH),
            include_all_metadata="true",
        )
        for message in list_at(said, "messages"):
            if text_at(message, "metadata", "event_payload", "key") == key:
                return Sent(at.channel, text_at(message, "ts"), found=True)
        return None

    async def _via(self, to: Address) -> Installation:
        try:
            return await self._link.installs.to_reach(to.workspace)
        except NotInstalled as error:
            raise Permanent(
                f"the app is not installed in the Slack workspace {error}",
                "Let its people install the app again.",
            ) from error
        except NotSaved as error:
            raise Retryable(str(error)) from error
        except Refused as refused:
            raise translated(refused, own=True) from refused

    async def _failure(
        self, refused: Refused, via: Installation
    ) -> Retryable | Permanent | SignInBroken:
        """What to make of a refusal; a token that is refused may be an old one."""
        _log.info("slack.refused", method=refused.method, code=refused.code)
        if is_sign_in(refused):
            installs = self._link.installs
            installs.forget(via.workspace)
            with suppress(NotSaved):
                there = await installs.of(via.workspace)
                if there is not None and there.token != via.token:
                    return Retryable("the app's token was renewed meanwhile", timedelta(0))
        failure = translated(refused, own=self._link.installs.is_own(via))
        if refused.code in {"message_not_found", "thread_not_found"}:
            return Gone(str(failure), "Post it again, or let it be.")
        return failure


def _keep(kept: OrderedDict[Any, Any], key: Any, value: Any) -> None:
    kept[key] = value
    while len(kept) > _REMEMBERED:
        kept.popitem(last=False)
