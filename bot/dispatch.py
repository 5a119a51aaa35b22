"""One notice, or many at once: drawn as things are now, sent, and its outcome written down."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.faces import CARD, Astray, Change, Moot, Say
from bot.fallback import fall_back, pass_on, tell_signed_out
from bot.outlets import MISTAKES, Held, Outlets, Trial
from bot.platform import Address, Gone, Permanent, Sent
from bot.readings import Puzzle, Reading, Readings
from bot.settling import Settling, put_back, unknown
from desk.notices import Alert, Side, TamPing, Trouble
from desk.ports import UnitOfWork
from desk.records import OutboxRow, Post
from handlers.views.kinds import AlertView, DigestView, View

_log = structlog.get_logger(__name__)

# An escalation that cannot get through goes to the next target too.
SILENCE = timedelta(minutes=5)
# A notice that the desk itself cannot draw is tried again after so long, longer each time.
MISTAKEN = timedelta(seconds=10)


class Dispatch:
    """Sends what it is given; raises `Held` where a place asks to wait."""

    def __init__(
        self,
        readings: Readings,
        settling: Settling,
        outlets: Outlets,
        clock: Callable[[], datetime],
    ) -> None:
        self._readings = readings
        self._settling = settling
        self._outlets = outlets
        self._clock = clock

    async def send(self, reading: Reading) -> None:
        """Deal with one notice; raises `Held` where its place asks to wait."""
        await self._act(await self._readings.again(reading))

    async def digest(self, readings: Sequence[Reading]) -> None:
        """Say many alerts of one place as one; raises `Held` where that has to wait too."""
        now = self._clock()

        alerts: list[tuple[OutboxRow, AlertView, Say]] = []
        for reading in await self._readings.of([reading.row for reading in readings]):
            if isinstance(reading.found, Say) and isinstance(reading.found.view, AlertView):
                alerts.append((reading.row, reading.found.view, reading.found))
            else:
                await self._act(reading)
        if not alerts:
            return
        told = [row for row, _, _ in alerts]
        view = _as_one(told, [view for _, view, _ in alerts], now)
        name = hashlib.sha256(",".join(str(row.id) for row in told).encode()).hexdigest()[:16]
        trial = _trial(*told)
        try:
            where, sent = await self._outlets.post(alerts[0][2].to, view, f"digest:{name}", trial)
        except Permanent as no:
            for row in told:
                await self._give_up(row, no.reason, no.mend)
            return

        async def note(uow: UnitOfWork) -> None:
            for row in told:
                await self._sent(uow, row, alerts[0][2], where, sent)

        await self._settling.settle(note)

    async def hold(self, rows: Sequence[OutboxRow], held: Held) -> None:
        """Give notices back because their place asks to wait."""
        kept, now = tuple(rows), self._clock()

        async def note(uow: UnitOfWork) -> None:
            await put_back(uow, kept, held.until, held.reason)
            for row in kept:
                stuck = now - row.planned_at > SILENCE
                if stuck and isinstance(row.planned.notice, Alert | TamPing):
                    await pass_on(uow, row, now)
            if held.signed_out and not await tell_signed_out(uow, held.signed_out, now):
                _log.error("delivery.sign_in_broken", platform=held.signed_out, reason=held.reason)

        await self._settling.settle(note)

    async def _act(self, reading: Reading) -> None:
        row, found, now = reading.row, reading.found, self._clock()
        match found:
            case Puzzle(mistake=mistake) if row.attempts >= MISTAKES:
                await self._give_up(row, "the desk could not draw it", f"Report it: {mistake!r}.")
            case Puzzle(mistake=mistake):
                until = now + row.attempts * MISTAKEN
                await self._settling.put_back((row,), until, repr(mistake))
            case Moot(reason=reason):
                await self._settling.settle(lambda uow: uow.outbox.moot(row.id, now, reason))
            case Astray(reason=reason, mend=mend):
                await self._give_up(row, reason, mend)
            case Change():
                await self._change(row, found)
            case Say():
                try:
                    address, sent = await self._outlets.post(
                        found.to, found.view, row.planned.key, _trial(row)
                    )
                except Permanent as no:
                    await self._refused(row, no)
                else:
                    await self._settling.settle(
                        lambda uow: self._sent(uow, row, found, address, sent)
                    )

    async def _refused(self, row: OutboxRow, no: Permanent) -> None:
        if isinstance(no, Gone) and row.attempts <= 1:
            # Its thread may have moved under a card that was just posted again.
            await self._settling.put_back((row,), self._clock(), no.reason)
        else:
            await self._give_up(row, no.reason, no.mend)

    async def _change(self, row: OutboxRow, found: Change) -> None:
        refused: list[Permanent] = []
        kept: list[Post] = []
        gone: list[Post] = []
        for post in found.posts:
            try:
                await self._outlets.change(post, found.view, row.attempts)
                kept.append(post)
            except Gone as no:
                gone.append(post)
                if post.what == CARD and found.view is not None:
                    again = await self._again(row, post, found.view)
                    refused += [no] if again is None else []
                    kept += [] if again is None else [again]
            except Permanent as no:
                refused.append(no)

        async def note(uow: UnitOfWork) -> None:
            for post in (*gone, *(kept if found.view is None else ())):
                await uow.posts.forget(post)
            for post in kept if found.view is not None else ():
                await uow.posts.remember(post)
            if not refused:
                where = ", ".join(_text(post) for post in kept) or "it was gone already"
                await uow.outbox.sent(row.id, self._clock(), where, found.posts[0].message_id)

        await self._settling.settle(note)
        if refused:
            await self._give_up(row, refused[0].reason, refused[0].mend)

    async def _again(self, row: OutboxRow, gone: Post, view: View) -> Post | None:
        """Post a card that somebody deleted again, in its place; None where that is refused."""
        there = Address(gone.platform, gone.workspace, gone.channel)
        key = f"{row.planned.key}:{gone.message_id}"
        try:
            _, sent = await self._outlets.post((there,), view, key, _trial(row))
        except Permanent:
            return None
        return replace(gone, message_id=sent.message_id, thread="")

    async def _sent(
        self, uow: UnitOfWork, row: OutboxRow, said: Say, address: Address, sent: Sent
    ) -> None:
        """Write down where it went, and remember a message that may have to be changed."""
        post = Post(
            *(said.post or (0, Side.ENGINEERS, "")),
            platform=address.platform,
            workspace=address.workspace,
            channel=sent.channel,
            message_id=sent.message_id,
            thread=address.thread,
        )
        # Whether a try that ended without a word had reached the platform, nobody knows: if it
        # had, this message is its double.
        again = " (sent again)" if unknown(row) and not sent.found else ""
        await uow.outbox.sent(row.id, self._clock(), _text(post) + again, sent.message_id)
        if said.post is not None:
            await uow.posts.remember(post)
            for file in sent.files:
                await uow.posts.remember(replace(post, what=f"{post.what}:file", message_id=file))

    async def _give_up(self, row: OutboxRow, reason: str, mend: str) -> None:
        now = self._clock()
        log = _log.bind(key=row.planned.key, reason=reason)

        async def note(uow: UnitOfWork) -> None:
            await uow.outbox.failed(row.id, now, reason)
            following = await fall_back(uow, row, reason, mend, now)
            if following is None and isinstance(row.planned.notice, Trouble):
                log.error("delivery.trouble_undeliverable", what=row.planned.notice.what)

        log.warning("delivery.undeliverable", mend=mend)
        await self._settling.settle(note)


def _as_one(rows: Sequence[OutboxRow], views: Sequence[AlertView], now: datetime) -> DigestView:
    ats = [row.planned.notice.at for row in rows if isinstance(row.planned.notice, Alert)]
    named = {person.id: person for view in views for person in view.mention}
    return DigestView(
        faces=tuple(view.face for view in views),
        mention=tuple(named.values()),
        late=now - min(ats, default=now),
    )


def _trial(*rows: OutboxRow) -> Trial:
    """The next try of notices, and since when an earlier one may have arrived."""
    doubted = [row.planned_at for row in rows if unknown(row)]
    return Trial(max(row.attempts for row in rows), min(doubted, default=None))


def _text(post: Post) -> str:
    """Where a message is, for the ledger: platform, workspace, channel and thread."""
    parts = (post.platform, post.workspace, post.channel, post.thread)
    return ":".join(part for part in parts if part)
