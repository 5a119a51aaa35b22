"""Migrations: once, only forwards, whole; and what they make is what the models say."""

import asyncio
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tortoise.fields import BooleanField, IntField
from tortoise.models import Model

from storage import tables, traffic_tables
from storage.address import parse
from storage.columns import Instant
from storage.desk import StoredDesk
from storage.indexes import INDEXES, Index
from storage.migrate import FOLDER, SchemaRefused, check, migrate, pending

FIRST = "0001_first.sql"

MODELS: list[type[Model]] = [
    model
    for module in (tables, traffic_tables)
    for model in vars(module).values()
    if isinstance(model, type) and issubclass(model, Model) and model is not Model
]


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


async def query(url: str, statement: str) -> list[Any]:
    where = parse(url)
    if where.dialect == "sqlite":
        with closing(sqlite3.connect(where.path)) as database:
            return database.execute(statement).fetchall()
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(statement)]
    finally:
        await connection.close()


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


def start(program: str, url: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", program, url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


async def test_four_starters_at_once_apply_once(empty_url: str) -> None:
    program = "import asyncio, sys; from storage.migrate import migrate;"
    program += "sys.stdin.read(1); print(*asyncio.run(migrate(sys.argv[1])))"
    starters = [start(program, empty_url) for _ in range(4)]
    for starter in starters:
        assert starter.stdin is not None
        starter.stdin.write("!")
        starter.stdin.flush()
    said = await asyncio.gather(*(asyncio.to_thread(s.communicate) for s in starters))
    assert [(s.returncode, err) for s, (_, err) in zip(starters, said, strict=True)] == [
        (0, "")
    ] * 4
    assert sorted(out.strip() for out, _ in said) == ["", "", "", FIRST]


async def test_what_cannot_be_read_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "desk.db").write_text("no database " * 100)
    (problem,) = await check(f"sqlite:///{tmp_path}/desk.db")
    assert problem.startswith("The database cannot be read")
    (problem,) = await check("postgres://nobody@127.0.0.1:1/desk")
    assert problem.startswith("The database cannot be read")


async def test_a_file_of_something_else_is_simply_behind(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/desk.db"
    assert await pending(url) == [FIRST]
    assert not (tmp_path / "desk.db").exists()
    with closing(sqlite3.connect(tmp_path / "desk.db")) as database:
        database.execute("CREATE TABLE other (id INTEGER)")
    assert await pending(url) == [FIRST]


def test_both_databases_have_the_same_files() -> None:
    names = [[path.name for path in sorted((FOLDER / d).iterdir())] for d in ("sqlite", "postgres")]
    assert names[0] == names[1]


async def test_the_columns_are_those_of_the_models(url: str) -> None:
    assert await made_columns(url) == {
        model._meta.db_table: {
            field.source_field or name: (said_type(field), field.null)
            for name, field in model._meta.fields_map.items()
        }
        for model in MODELS
    }


async def test_the_indexes_are_those_that_are_listed(url: str) -> None:
    assert await made_indexes(url) == INDEXES


def said_type(field: object) -> str:
    match field:
        case BooleanField():
            return "yes or no"
        case Instant() | IntField():
            return "number"
        case _ if "BigInt" in type(field).__name__:
            return "number"
        case _:
            return "text"


KINDS = {"integer": "number", "bigint": "number", "boolean": "yes or no", "text": "text"}
YES_OR_NO = {name for model in MODELS for name, field in model._meta.fields_map.items()
             if isinstance(field, BooleanField)}  # fmt: skip


async def made_columns(url: str) -> dict[str, dict[str, tuple[str, bool]]]:
    if parse(url).dialect == "sqlite":
        rows = await query(
            url,
            """SELECT t.name, c.name, c.type, c."notnull" = 0 AND c.pk = 0 FROM sqlite_master AS t,
            pragma_table_info(t.name) AS c WHERE t.type = 'table'""",
        )
    else:
        rows = await query(
            url,
            """SELECT table_name, column_name, data_type, is_nullable = 'YES'
            FROM information_schema.columns WHERE table_schema = 'public'""",
        )
    made: dict[str, dict[str, tuple[str, bool]]] = {}
    for table, column, kind, null in rows:
        if table in {"schema_migrations", "sqlite_sequence"}:
            continue
        # SQLite knows no yes and no: it keeps them as numbers.
        said = "yes or no" if column in YES_OR_NO and kind == "INTEGER" else KINDS[kind.lower()]
        made.setdefault(table, {})[column] = (said, bool(null))
    return made


async def made_indexes(url: str) -> dict[str, Index]:
    if parse(url).dialect == "sqlite":
        rows = await query(
            url,
            """SELECT i.name, t.name, c.name, i."unique", i.partial FROM sqlite_master AS t,
            pragma_index_list(t.name) AS i, pragma_index_info(i.name) AS c
            WHERE t.type = 'table' AND i.origin = 'c' ORDER BY i.name, c.seqno""",
        )
    else:
        rows = await query(
            url,
            """SELECT c.relname, t.relname, a.attname, i.indisunique, i.indpred IS NOT NULL
            FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
            JOIN pg_class AS t ON t.oid = i.indrelid
            JOIN pg_namespace AS n ON n.oid = t.relnamespace AND n.nspname = 'public'
            JOIN pg_attribute AS a ON a.attrelid = c.oid
            WHERE NOT i.indisprimary ORDER BY c.relname, a.attnum""",
        )
    made: dict[str, Index] = {}
    for name, table, column, unique, partial in rows:
        before = made[name].columns if name in made else ()
        made[name] = Index(table, (*before, column), bool(unique), bool(partial))
    return made


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        ("SELECT * FROM cases WHERE next_rung_at <= 1 ORDER BY next_rung_at, id LIMIT 9",
         "cases_by_next_rung"),
        ("SELECT * FROM cases WHERE id > 5 AND due_at IS NOT NULL ORDER BY id LIMIT 9",
         "cases_with_clock"),
        ("SELECT * FROM messages WHERE source = 'x' AND source <> ''", "messages_by_source"),
    ],
)  # fmt: skip
async def test_hot_queries_use_their_index(sqlite_url: str, statement: str, index: str) -> None:
    plan = await query(sqlite_url, f"EXPLAIN QUERY PLAN {statement}")
    assert index in str(plan)


async def test_a_database_in_memory_has_the_whole_schema() -> None:
    assert await migrate("sqlite://:memory:") == [FIRST]
    async with await StoredDesk.open("sqlite://:memory:") as desk:

        async def names(work: Any) -> set[str]:
            rows = await work._sql.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
            return {row["name"] for row in rows}

        assert {model._meta.db_table for model in MODELS} <= await desk.run(names)
