"""One notice, or many at once: drawn as things are now, sent, and its outcome written down."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import structlog

from bot.faces import Astray, Change, Draft, Moot, Say, draft, in_force
from bot.fallback import fall_back, pass_on, tell_signed_out
from bot.outlets import MISTAKES, Held, Outlets
from bot.platform import Address, Permanent, Sent
from desk.errors import NotSaved
from desk.notices import Alert, Side, TamPing, Trouble
from desk.ports import Desk, UnitOfWork
from desk.promise import Cycle
from desk.records import OutboxRow, Post
from handlers.views.kinds import AlertView, DigestView
from sla.catalog import Catalog
from sla.scheduler import QUIET

Work = Callable[[UnitOfWork], Awaitable[object]]

_log = structlog.get_logger(__name__)

# An escalation that cannot get through goes to the next target too.
SILENCE = timedelta(minutes=5)
# A notice that the desk itself cannot draw is tried again after so long, longer each time.
MISTAKEN = timedelta(seconds=10)


class Dispatch:
    """Sends what it is given; raises `Held` where a place asks to wait, and nothing else.

    An outcome that cannot be saved at once is kept, and saved by `catch_up`.
    """

    def __init__(
        self,
        desk: Desk,
        catalog: Callable[[], Catalog],
        outlets: Outlets,
        clock: Callable[[], datetime],
    ) -> None:
        self._desk = desk
        self._catalog = catalog
        self._outlets = outlets
        self._clock = clock
        self._unsettled: list[Work] = []
        self._complained = -QUIET

    async def send(self, row: OutboxRow) -> None:
        """Deal with one notice; raises `Held` where its place asks to wait."""
        now = self._clock()
        try:
            found = await self._desk.run(lambda uow: draft(uow, self._catalog(), row, now))
        except NotSaved:
            raise
        except Exception as mistake:
            _log.exception("delivery.draft_failed", key=row.planned.key)
            if row.attempts >= MISTAKES:
                await self._give_up(row, "the desk could not draw it", f"Report it: {mistake!r}.")
            else:
                later = now + row.attempts * MISTAKEN
                await self.put_back((row,), later, repr(mistake))
            return
        await self._act(row, found)

    async def digest(self, rows: Sequence[OutboxRow]) -> None:
        """Say many alerts of one place as one; raises `Held` where that has to wait too."""
        now = self._clock()

        async def read(uow: UnitOfWork) -> list[Draft]:
            return [await draft(uow, self._catalog(), row, now) for row in rows]

        alerts: list[tuple[OutboxRow, AlertView, Say]] = []
        for row, found in zip(rows, await self._desk.run(read), strict=True):
            if isinstance(found, Say) and isinstance(found.view, AlertView):
                alerts.append((row, found.view, found))
            else:
                await self._act(row, found)
        if not alerts:
            return
        told = [row for row, _, _ in alerts]
        view = _as_one(told, [view for _, view, _ in alerts], now)
        name = hashlib.sha256(",".join(str(row.id) for row in told).encode()).hexdigest()[:16]
        tries = max(row.attempts for row in told)
        try:
            where, sent = await self._outlets.post(alerts[0][2].to, view, f"digest:{name}", tries)
        except Permanent as no:
            for row in told:
                await self._give_up(row, no.reason, no.mend)
            return

        async def note(uow: UnitOfWork) -> None:
            for row in told:
                await self._sent(uow, row, alerts[0][2], where, sent)

        await self._settle(note)

    async def put_back(self, rows: Sequence[OutboxRow], until: datetime, reason: str) -> None:
        """Give notices back that were not sent; they are taken up again at `until`."""
        kept = tuple(rows)
        await self._settle(lambda uow: _put_back(uow, kept, until, reason))

    async def hold(self, rows: Sequence[OutboxRow], held: Held) -> None:
        """Give notices back because their place asks to wait."""
        kept = tuple(rows)
        await self._settle(lambda uow: self._note_hold(uow, kept, held))

    async def catch_up(self) -> None:
        """Write down what could not be saved before; raises `NotSaved` where it still cannot."""
        while self._unsettled:
            work = self._unsettled.pop(0)
            try:
                await self._desk.run(work)
            except NotSaved:
                self._unsettled.insert(0, work)
                raise
            except Exception:
                _log.exception("delivery.outcome_lost")

    async def _act(self, row: OutboxRow, found: Draft) -> None:
        now = self._clock()
        match found:
            case Moot(reason=reason):
                await self._settle(lambda uow: _drop(uow, row, reason, now))
            case Astray(reason=reason, mend=mend):
                await self._give_up(row, reason, mend)
            case Change():
                await self._change(row, found)
            case Say():
                try:
                    address, sent = await self._outlets.post(
                        found.to, found.view, row.planned.key, row.attempts
                    )
                except Permanent as no:
                    await self._give_up(row, no.reason, no.mend)
                else:
                    await self._settle(lambda uow: self._sent(uow, row, found, address, sent))

    async def _change(self, row: OutboxRow, found: Change) -> None:
        refused: list[Permanent] = []
        for post in found.posts:
            try:
                await self._outlets.change(post, found.view, row.attempts)
            except Permanent as no:
                refused.append(no)
        if refused:
            await self._give_up(row, refused[0].reason, refused[0].mend)
            return

        async def note(uow: UnitOfWork) -> None:
            where = ", ".join(_text(post) for post in found.posts)
            await uow.outbox.sent(row.id, self._clock(), where, found.posts[0].message_id)
            for post in found.posts if found.view is None else ():
                await uow.posts.forget(post)

        await self._settle(note)

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
        again = " (sent again)" if _unknown(row) else ""
        await uow.outbox.sent(row.id, self._clock(), _text(post) + again, sent.message_id)
        if said.post is not None:
            await uow.posts.remember(post)

    async def _give_up(self, row: OutboxRow, reason: str, mend: str) -> None:
        now = self._clock()
        log = _log.bind(key=row.planned.key, reason=reason)

        async def note(uow: UnitOfWork) -> None:
            await uow.outbox.failed(row.id, now, reason)
            following = await fall_back(uow, row, reason, mend, now)
            if following is None and isinstance(row.planned.notice, Trouble):
                log.error("delivery.trouble_undeliverable", what=row.planned.notice.what)

        log.warning("delivery.undeliverable", mend=mend)
        await self._settle(note)

    async def _note_hold(self, uow: UnitOfWork, rows: Sequence[OutboxRow], held: Held) -> None:
        now = self._clock()
        await _put_back(uow, rows, held.until, held.reason)
        for row in rows:
            if isinstance(row.planned.notice, Alert | TamPing) and now - row.planned_at > SILENCE:
                await pass_on(uow, row, now)
        if held.signed_out and not await tell_signed_out(uow, held.signed_out, now):
            _log.error("delivery.sign_in_broken", platform=held.signed_out, reason=held.reason)

    async def _settle(self, work: Work) -> None:
        """Write down what happened, now or as soon as it can be saved."""
        try:
            await self._desk.run(work)
        except NotSaved as refused:
            self.complain(refused)
            self._unsettled.append(work)

    def complain(self, refused: NotSaved) -> None:
        """A database that is away is refused at every step: once a minute is enough."""
        now = time.monotonic()
        if now - self._complained >= QUIET:
            self._complained = now
            _log.error("delivery.not_saved", reason=str(refused))


async def _put_back(
    uow: UnitOfWork, rows: Sequence[OutboxRow], until: datetime, reason: str
) -> None:
    for row in rows:
        # The number of the try says later that its outcome is known.
        await uow.outbox.retry(row.id, until, f"try {row.attempts}: {reason}")


def _unknown(row: OutboxRow) -> bool:
    """Whether the try before this one ended without anybody writing down how."""
    return row.attempts > 1 and not row.error.startswith(f"try {row.attempts - 1}: ")


async def _drop(uow: UnitOfWork, row: OutboxRow, reason: str, now: datetime) -> None:
    """Settle what is not to be said any more; a ladder that is over is cancelled whole."""
    notice = row.planned.notice
    if not isinstance(notice, Alert) or row.planned.ladder is None:
        await uow.outbox.sent(row.id, now, f"nowhere: {reason}", "")
        return
    case = await uow.cases.get(notice.case_id)
    # Rungs of the new due time may be waiting already, and must not be cancelled with the old.
    if case is not None and in_force(case, notice) and not _moved_on(case.cycle, notice):
        await uow.outbox.supersede(row.planned.ladder, now)
    else:
        await uow.outbox.failed(row.id, now, f"not sent: {reason}")


def _moved_on(cycle: Cycle, alert: Alert) -> bool:
    return (
        cycle.number == alert.cycle
        and cycle.generation != alert.generation
        and cycle.last_rung >= 0
        and cycle.running
        and cycle.acknowledged is None
    )


def _as_one(rows: Sequence[OutboxRow], views: Sequence[AlertView], now: datetime) -> DigestView:
    ats = [row.planned.notice.at for row in rows if isinstance(row.planned.notice, Alert)]
    named = {person.id: person for view in views for person in view.mention}
    return DigestView(
        faces=tuple(view.face for view in views),
        mention=tuple(named.values()),
        late=now - min(ats, default=now),
    )


def _text(post: Post) -> str:
    """Where a message is, for the ledger: platform, workspace, channel and thread."""
    parts = (post.platform, post.workspace, post.channel, post.thread)
    return ":".join(part for part in parts if part)
