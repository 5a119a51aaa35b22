"""What the migrations make is what the models and the list of indexes say, on both databases."""

from typing import Any

import pytest
from tortoise.fields import BooleanField, IntField
from tortoise.models import Model

from storage import tables, traffic_tables, workspace_tables
from storage.address import parse
from storage.columns import Instant
from storage.desk import StoredDesk
from storage.indexes import INDEXES, Index
from storage.migrate import FOLDER, migrate
from tests.storage.work import query

MODELS: list[type[Model]] = [
    model
    for module in (tables, traffic_tables, workspace_tables)
    for model in vars(module).values()
    if isinstance(model, type) and issubclass(model, Model) and model is not Model
]


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
    assert await migrate("sqlite://:memory:")
    async with await StoredDesk.open("sqlite://:memory:") as desk:

        async def names(work: Any) -> set[str]:
            rows = await work._sql.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
            return {row["name"] for row in rows}

        assert {model._meta.db_table for model in MODELS} <= await desk.run(names)
