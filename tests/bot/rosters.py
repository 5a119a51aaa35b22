"""A small roster to break, line by line."""

from datetime import UTC, datetime
from pathlib import Path

from bot.roster import difference
from bot.roster.read import Roster, read_roster
from desk.people import Person
from handlers.exchange import Inbound, Sender, Where
from handlers.intents import ClaimCase, OpenCase
from handlers.router import Router
from sla.catalog import Catalog
from storage.desk import StoredDesk

NOW = datetime(2026, 3, 9, 8, tzinfo=UTC)

SMALL = """\
[partners.northwind]
name = "Northwind"
program = "psp"
plan = "premier"
subscribed_on = 2026-03-02
billing = "yearly"
kind = "solution"
country = "DE"
time_zone = "Europe/Berlin"
tam = "oliver"
workspaces = [{ platform = "slack", workspace = "T1" }]

[partners.lumen]
name = "Lumen"
program = "spp"
plan = "certified"
subscribed_on = 2026-02-10
billing = "yearly"
kind = "solution"
country = "IN"
time_zone = "Asia/Kolkata"

[people.anna]
name = "Anna Berg"
partner = "northwind"
email = "anna@northwind.example"
identities = [{ platform = "web" }, { platform = "slack", workspace = "T1", user = "U1" }]

[people.priya]
name = "Priya Nair"
partner = "lumen"
email = "priya@lumen.example"
identities = [{ platform = "web" }]

[people.chen]
name = "Chen Jie"
roles = ["engineer", "duty_manager"]
time_zone = "Asia/Shanghai"
identities = [{ platform = "web" }]

[people.oliver]
name = "Oliver Hartmann"
roles = ["tam"]
time_zone = "Europe/Berlin"
cover = "lin"
identities = [{ platform = "web" }]

[people.lin]
name = "Lin Mei"
roles = ["tam"]
time_zone = "Asia/Shanghai"
duty = { weekdays = ["monday", "friday"], hours = "22:00-06:00" }
cover = "oliver"
identities = [{ platform = "web" }]

[channels.everything]
serves = "engineers"
platform = "web"
channel = "support"
name = "support"

[channels.operators]
serves = "operators"
platform = "web"
channel = "operators"
name = "operators"

[channels.northwind]
serves = "partner"
platform = "slack"
workspace = "T1"
channel = "C1"
name = "northwind"
partners = ["northwind"]
"""

CATALOG = Catalog.load()


def written(directory: Path, text: str) -> Path:
    """The text as a file called roster.toml."""
    path = directory / "roster.toml"
    path.write_text(text, "utf-8")
    return path


def changed(old: str, new: str) -> str:
    """The small roster with `old`, which stands in it once, replaced."""
    assert SMALL.count(old) == 1, f"{old!r} stands {SMALL.count(old)} times in the roster"
    return SMALL.replace(old, new)


def without(table: str) -> str:
    """The small roster without one of its tables, such as "people.lin"."""
    parts = SMALL.split("\n\n")
    kept = [part for part in parts if not part.startswith(f"[{table}]")]
    assert len(kept) == len(parts) - 1
    return "\n\n".join(kept)


def roster_of(directory: Path, text: str = SMALL) -> Roster:
    """The text as a roster."""
    return read_roster(written(directory, text), CATALOG)


async def apply(desk: StoredDesk, roster: Roster, *, dry_run: bool = False) -> list[str]:
    """Apply it, and return the lines of the difference."""
    changes = await desk.run(lambda uow: difference.apply(uow, roster, dry_run=dry_run))
    return [str(change) for change in changes]


async def person(desk: StoredDesk, key: str) -> Person | None:
    """The person with this key, if the desk knows one."""
    return await desk.run(lambda uow: uow.people.person(key))


def known(person: Person | None) -> Person:
    """The person, who is known."""
    assert person is not None
    return person


async def opened_case(desk: StoredDesk) -> int:
    """A case of Lumen's, owned by Chen Jie."""
    router = Router(desk, lambda: CATALOG)

    def said(count: int, who: str, intent: OpenCase | ClaimCase) -> Inbound:
        where = Where("web", "", f"dm:{who}")
        return Inbound(f"test:{count}", Sender("web", "", who), where, intent)

    case = OpenCase(
        category="technical", severity="minor", title="It is broken", description="Since today.",
        product="Cloud", customer="Own", language="en",
    )  # fmt: skip
    answer = await router.handle(said(1, "priya", case), NOW)
    assert answer.case_id is not None, answer
    assert (await router.handle(said(2, "chen", ClaimCase(answer.case_id)), NOW)).accepted
    return answer.case_id


async def join(desk: StoredDesk, somebody: Person) -> None:
    """Somebody wrote from their partner's workspace for the first time."""
    await desk.run(lambda uow: uow.people.put_person(somebody))


def table(name: str) -> str:
    """The lines of one table of the small roster."""
    return next(part for part in SMALL.rstrip().split("\n\n") if part.startswith(f"[{name}]"))
