"""Migrations: once, only forwards, whole."""

import asyncio
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import asyncpg
import pytest

from storage.desk import StoredDesk
from storage.migrate import FOLDER, SchemaRefused, check, migrate, pending
from tests.storage.work import execute, query

EVERY = sorted(path.name for path in (FOLDER / "sqlite").iterdir())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Migrations of our own, for both databases."""
    for dialect in ("sqlite", "postgres"):
        (tmp_path / dialect).mkdir()
    write(tmp_path, "0001_one.sql", "CREATE TABLE one (id INTEGER);\n")
    return tmp_path


def write(folder: Path, name: str, text: str) -> None:
    for dialect in ("sqlite", "postgres"):
        (folder / dialect / name).write_text(text)


async def test_what_is_missing_is_applied_once_and_in_order(empty_url: str, folder: Path) -> None:
    write(folder, "0002_two.sql", "ALTER TABLE one ADD COLUMN more TEXT; -- ; no end\n")
    assert await pending(empty_url, folder) == ["0001_one.sql", "0002_two.sql"]
    assert await migrate(empty_url, folder) == ["0001_one.sql", "0002_two.sql"]
    assert await pending(empty_url, folder) == []
    assert await migrate(empty_url, folder) == []
    write(folder, "0003_three.sql", "CREATE TABLE three (id INTEGER);")
    assert await check(empty_url, folder) == ["The migration 0003_three.sql has not been applied"]
    assert await migrate(empty_url, folder) == ["0003_three.sql"]
    assert await check(empty_url, folder) == []


async def test_an_edited_file_is_refused(empty_url: str, folder: Path) -> None:
    await migrate(empty_url, folder)
    write(folder, "0001_one.sql", "CREATE TABLE one (id INTEGER, more TEXT);\n")
    write(folder, "0002_two.sql", "CREATE TABLE two (id INTEGER);\n")
    for refused in (migrate, pending):
        with pytest.raises(SchemaRefused, match=r"0001_one.sql was edited"):
            await refused(empty_url, folder)
    (problem,) = await check(empty_url, folder)
    assert "edited" in problem
    with pytest.raises((sqlite3.Error, asyncpg.PostgresError)):
        await query(empty_url, "SELECT * FROM two")


async def test_a_newer_database_is_refused(empty_url: str, folder: Path) -> None:
    write(folder, "0002_two.sql", "CREATE TABLE two (id INTEGER);\n")
    await migrate(empty_url, folder)
    for dialect in ("sqlite", "postgres"):
        (folder / dialect / "0002_two.sql").unlink()
    with pytest.raises(SchemaRefused, match=r"newer than this program: it has 0002_two.sql"):
        await migrate(empty_url, folder)


async def test_a_file_that_fails_in_the_middle_leaves_the_old_schema(
    empty_url: str, folder: Path
) -> None:
    write(
        folder, "0002_two.sql", "CREATE TABLE two (id INTEGER);\nINSERT INTO nowhere VALUES (1);\n"
    )
    with pytest.raises((sqlite3.Error, asyncpg.PostgresError)):
        await migrate(empty_url, folder)
    with pytest.raises((sqlite3.Error, asyncpg.PostgresError)):
        await query(empty_url, "SELECT * FROM two")
    write(folder, "0002_two.sql", "CREATE TABLE two (id INTEGER);\n")
    assert "0002_two.sql" in await migrate(empty_url, folder)
    assert await query(empty_url, "SELECT * FROM two") == []


async def test_a_file_and_its_record_are_one(empty_url: str, folder: Path) -> None:
    meddling = "CREATE TABLE two (id INTEGER);\nINSERT INTO schema_migrations VALUES ('{}', '');\n"
    write(folder, "0002_two.sql", meddling.format("0002_two.sql"))
    with pytest.raises((sqlite3.IntegrityError, asyncpg.UniqueViolationError)):
        await migrate(empty_url, folder)
    with pytest.raises((sqlite3.Error, asyncpg.PostgresError)):
        await query(empty_url, "SELECT * FROM two")


async def test_a_statement_without_its_end_is_refused(tmp_path: Path, folder: Path) -> None:
    write(folder, "0002_two.sql", "CREATE TABLE two (id INTEGER)\n")
    with pytest.raises(sqlite3.ProgrammingError, match="without its end"):
        await migrate(f"sqlite:///{tmp_path}/desk.db", folder)


async def test_a_rebuilt_table_keeps_its_children(tmp_path: Path, folder: Path) -> None:
    url = f"sqlite:///{tmp_path}/desk.db"
    write(
        folder,
        "0002_two.sql",
        """CREATE TABLE parent (id INTEGER PRIMARY KEY);
        CREATE TABLE child (parent INTEGER REFERENCES parent (id) ON DELETE CASCADE);
        INSERT INTO parent VALUES (1);
        INSERT INTO child VALUES (1);
        """,
    )
    rebuild = """CREATE TABLE new_parent (id INTEGER PRIMARY KEY, more TEXT);
        INSERT INTO new_parent (id) SELECT id FROM parent {where};
        DROP TABLE parent;
        ALTER TABLE new_parent RENAME TO parent;
        """
    write(folder, "0003_three.sql", rebuild.format(where=""))
    await migrate(url, folder)
    assert await query(url, "SELECT count(*) FROM child") == [(1,)]
    write(folder, "0004_four.sql", rebuild.format(where="WHERE id > 1"))
    with pytest.raises(SchemaRefused, match="rows without parents"):
        await migrate(url, folder)
    assert await query(url, "SELECT count(*) FROM parent") == [(1,)]


STARTER = """
import asyncio, sys
from storage.migrate import migrate
print("ready", flush=True)
sys.stdin.readline()
print(*asyncio.run(migrate(sys.argv[1])))
"""


def start(url: str) -> "subprocess.Popen[str]":
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, "-c", STARTER, url], stdin=pipe, stdout=pipe, stderr=pipe, text=True
    )


@pytest.mark.parametrize("before", ["nothing", "an older program"])
async def test_four_starters_at_once_apply_once(
    empty_url: str, tmp_path: Path, before: str
) -> None:
    if before != "nothing":
        assert await migrate(empty_url, tmp_path / "no files") == []
    starters = [start(empty_url) for _ in range(4)]
    for starter in starters:
        assert starter.stdout is not None
        assert await asyncio.to_thread(starter.stdout.readline) == "ready\n"
    said = await asyncio.gather(*(asyncio.to_thread(s.communicate, "go\n") for s in starters))
    assert [(s.returncode, err) for s, (_, err) in zip(starters, said, strict=True)] == [
        (0, "")
    ] * 4
    assert sorted(out.strip() for out, _ in said) == ["", "", "", " ".join(EVERY)]


async def test_what_cannot_be_read_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "desk.db").write_text("no database " * 100)
    (problem,) = await check(f"sqlite:///{tmp_path}/desk.db")
    assert problem.startswith("The database cannot be read")
    (problem,) = await check("postgres://nobody@127.0.0.1:1/desk")
    assert problem.startswith("The database cannot be read")


async def test_a_file_of_something_else_is_simply_behind(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/desk.db"
    assert await pending(url) == EVERY
    assert not (tmp_path / "desk.db").exists()
    with closing(sqlite3.connect(tmp_path / "desk.db")) as database:
        database.execute("CREATE TABLE other (id INTEGER)")
    assert await pending(url) == EVERY


async def test_a_workspace_that_was_linked_before_codes_is_the_rosters(
    empty_url: str, tmp_path: Path
) -> None:
    for dialect in ("sqlite", "postgres"):
        (tmp_path / "first" / dialect).mkdir(parents=True)
        first = (FOLDER / dialect / EVERY[0]).read_text("utf-8")
        (tmp_path / "first" / dialect / EVERY[0]).write_text(first, "utf-8")
    await migrate(empty_url, tmp_path / "first")
    insert = "INSERT INTO workspaces (platform, workspace, partner_id) VALUES ('slack', 'T1', 'a')"
    await execute(empty_url, insert)
    await migrate(empty_url)
    async with await StoredDesk.open(empty_url) as desk:
        by_roster = await desk.run(lambda work: work.people.workspaces(by_code=False))
    assert by_roster == {("slack", "T1"): "a"}
