"""The exact quota, as rows: counters that one statement at a time can move, and their lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from desk.records import LedgerLine, Move, QuotaUse
from storage.instants import to_micros
from storage.sql import Row, Sql
from storage.tables import LedgerRow, QuotaRow

# What a pool's counter is called, and the condition under which it may grow. The condition is part
# of the UPDATE: whoever would pass the cap changes no row, however many try at once.
_TAKE = {
    "plan": "used = used + 1 WHERE {row} AND used < cap",
    "package": "package_used = package_used + 1 WHERE {row} AND package_used < package_units",
}
_RETURN = {
    "plan": "used = used - 1 WHERE {row}",
    "package": "package_used = package_used - 1 WHERE {row}",
    "owed": "owed = owed - 1 WHERE {row}",
}
_ROW = "partner_id = ? AND period = ?"

_MISMATCHES = """
WITH counted AS (
    SELECT partner_id, period,
        sum(CASE WHEN pool = 'plan' AND move IN ('taken', 'settled') THEN 1
            WHEN pool = 'plan' AND move = 'given_back' THEN -1 ELSE 0 END) AS used,
        sum(CASE WHEN move = 'package' THEN units ELSE 0 END) AS package_units,
        sum(CASE WHEN pool = 'package' AND move IN ('taken', 'settled') THEN 1
            WHEN pool = 'package' AND move = 'given_back' THEN -1 ELSE 0 END) AS package_used,
        sum(CASE WHEN move = 'owed' AND NOT EXISTS (
            SELECT 1 FROM ledger AS later WHERE later.case_id = ledger.case_id
            AND later.move IN ('settled', 'given_back')) THEN 1 ELSE 0 END) AS owed
    FROM ledger GROUP BY partner_id, period
), compared AS (
    SELECT everything.partner_id, everything.period,
        coalesce(quota.used, 0) || '/' || coalesce(quota.package_units, 0) || '/'
            || coalesce(quota.package_used, 0) || '/' || coalesce(quota.owed, 0) AS kept,
        coalesce(counted.used, 0) || '/' || coalesce(counted.package_units, 0) || '/'
            || coalesce(counted.package_used, 0) || '/' || coalesce(counted.owed, 0) AS counted
    FROM (SELECT partner_id, period FROM quota UNION SELECT partner_id, period FROM ledger)
        AS everything
    LEFT JOIN quota ON quota.partner_id = everything.partner_id
        AND quota.period = everything.period
    LEFT JOIN counted ON counted.partner_id = everything.partner_id
        AND counted.period = everything.period
)
SELECT * FROM compared WHERE kept <> counted ORDER BY partner_id, period
"""


class StoredLedger:
    """Implements `desk.ports.Ledger`.

    The counters of a period are made when they are first needed, so nothing has to be reset.
    """

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    async def use(self, partner_id: str, period: str) -> QuotaUse:
        """The counters of a period; `owed` includes what earlier periods still owe."""
        row = await QuotaRow.get_or_none(partner_id=partner_id, period=period)
        owed = await self._owed(partner_id, period)
        if row is None:
            return QuotaUse(owed=len(owed))
        return QuotaUse(row.used, row.package_units, row.package_used, len(owed))

    async def take(self, line: LedgerLine, cap: int) -> bool:
        """Take a unit of the plan, or where it has none left of a package; old debts go first."""
        await self._open(line.partner_id, line.period, cap)
        if line.pool == "plan":
            await self._settle(replace(line, by=""), earlier=True)
            if counters := await self._move(line, _TAKE["plan"]):
                await _write(replace(line, balance=_left(counters)))
                return True
        # Nothing left of the plan, or a package was asked for.
        if counters := await self._move(line, _TAKE["package"]):
            await _write(replace(line, pool="package", balance=_left(counters)))
            return True
        return False

    async def owe(self, line: LedgerLine) -> None:
        """Accept a case beyond the quota; its unit is owed to the next package or period."""
        await self._open(line.partner_id, line.period, None)
        counters = await self._move(line, "owed = owed + 1 WHERE {row}")
        await _write(replace(line, balance=_left(counters)))

    async def give_back(self, case_id: int, at: datetime, by: str, note: str) -> bool:
        """Return the unit that a case took, or no longer owe it."""
        line = await _taken(case_id)
        if line is None:
            return False
        await self._lock(line.partner_id)
        line = await _taken(case_id) or line
        pool = "owed" if line.move is Move.OWED else line.pool
        # The line is what makes it once: a second one of the same case finds it there.
        new = await self._sql.one(
            """INSERT INTO ledger (partner_id, period, at, move, units, pool, case_id, "by", note)
            VALUES (?, ?, ?, 'given_back', 1, ?, ?, ?, ?)
            ON CONFLICT (case_id, move) WHERE case_id IS NOT NULL DO NOTHING RETURNING id""",
            line.partner_id,
            line.period,
            to_micros(at),
            pool,
            case_id,
            by,
            note,
        )
        if new is None:
            return False
        counters = await self._move(_line(line), _RETURN[pool])
        await LedgerRow.filter(id=new["id"]).update(balance=_left(counters))
        return True

    async def add_package(self, line: LedgerLine, units: int) -> QuotaUse:
        """Add a package, valid in its period alone; what is owed comes off it first."""
        await self._open(line.partner_id, line.period, None)
        counters = await self._move(line, "package_units = package_units + ? WHERE {row}", units)
        await _write(replace(line, units=units, balance=_left(counters)))
        await self._settle(replace(line, pool="package"), earlier=False)
        return await self.use(line.partner_id, line.period)

    async def lines(self, partner_id: str, period: str) -> Sequence[LedgerLine]:
        """Every movement of a period, in order."""
        rows = LedgerRow.filter(partner_id=partner_id, period=period).order_by("id")
        return [_line(row) for row in await rows]

    async def mismatches(self) -> list[str]:
        """Where counters and lines disagree, in words: nothing, unless somebody meddled."""
        return [
            f"{row['partner_id']}, {row['period']}: {row['kept']} kept, {row['counted']} counted"
            for row in await self._sql.rows(_MISMATCHES)
        ]

    async def _open(self, partner_id: str, period: str, cap: int | None) -> None:
        await self._lock(partner_id)
        await self._sql.rows(
            """INSERT INTO quota (partner_id, period, cap, used, package_units, package_used, owed)
            VALUES (?, ?, ?, 0, 0, 0, 0) ON CONFLICT (partner_id, period)
            DO UPDATE SET cap = coalesce(excluded.cap, quota.cap)""",
            partner_id,
            period,
            cap,
        )

    async def _lock(self, partner_id: str) -> None:
        """One after the other for each partner, so that debts are paid or forgiven, never both."""
        await self._sql.rows(
            f"SELECT id FROM quota WHERE partner_id = ? ORDER BY id {self._sql.for_update}",  # noqa: S608
            partner_id,
        )

    async def _move(self, line: LedgerLine, change: str, *values: object) -> Row | None:
        return await self._sql.one(
            f"UPDATE quota SET {change.format(row=_ROW)} RETURNING *",  # noqa: S608
            *values,
            line.partner_id,
            line.period,
        )

    async def _owed(self, partner_id: str, period: str) -> list[Row]:
        """The lines of units that are still owed, up to a period, the oldest first."""
        return await self._sql.rows(
            """SELECT * FROM ledger WHERE partner_id = ? AND period <= ? AND move = 'owed'
                AND NOT EXISTS (SELECT 1 FROM ledger AS later WHERE later.case_id = ledger.case_id
                    AND later.move IN ('settled', 'given_back'))
            ORDER BY id""",
            partner_id,
            period,
        )

    async def _settle(self, line: LedgerLine, *, earlier: bool) -> None:
        """Pay owed units from the line's pool, as far as it reaches."""
        for owed in await self._owed(line.partner_id, line.period):
            if earlier and owed["period"] == line.period:
                continue
            counters = await self._move(line, _TAKE[line.pool])
            if counters is None:
                return
            await self._sql.rows(
                f"UPDATE quota SET owed = owed - 1 WHERE {_ROW}",  # noqa: S608
                owed["partner_id"],
                owed["period"],
            )
            settled = replace(line, move=Move.SETTLED, units=-1, case_id=owed["case_id"])
            await _write(replace(settled, balance=_left(counters)))


def _left(counters: Row | None) -> int | None:
    """What is left of plan and packages; unknown before the plan's cap was ever asked for."""
    if counters is None or counters["cap"] is None:
        return None
    plan = max(0, counters["cap"] - counters["used"])
    return int(plan + counters["package_units"] - counters["package_used"])


async def _taken(case_id: int) -> LedgerRow | None:
    """The line by which a case holds its unit, or still owes it."""
    rows = await LedgerRow.filter(case_id=case_id)
    moves = {row.move: row for row in rows}
    return moves.get(Move.TAKEN) or moves.get(Move.SETTLED) or moves.get(Move.OWED)


async def _write(line: LedgerLine) -> None:
    await LedgerRow.create(
        partner_id=line.partner_id,
        period=line.period,
        at=line.at,
        move=line.move,
        units=line.units,
        pool=line.pool,
        case_id=line.case_id,
        by=line.by,
        note=line.note,
        balance=line.balance,
    )


def _line(row: LedgerRow) -> LedgerLine:
    return LedgerLine(
        row.id,
        row.partner_id,
        row.period,
        row.at,
        row.move,
        row.units,
        row.pool,
        row.case_id,
        row.by,
        row.note,
        row.balance,
    )
