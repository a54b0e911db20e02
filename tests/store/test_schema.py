"""The schema and the statements keep what makes users separable, and say the same in all their forms.

Each walk is shown to find a planted sample before it is trusted with the real thing.
"""

import importlib
import pkgutil
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from types import NoneType
from typing import Any, get_args, get_type_hints

import pytest
import sqlalchemy as sa
from sqlalchemy.schema import ColumnCollectionConstraint, CreateIndex, CreateTable

import waymark.store
from waymark.domain import records
from waymark.store import schema
from waymark.store.columns import ColumnType, Dialect, Text, Uuid
from waymark.store.migrate import upgrade_text
from waymark.store.statement import SQL, Statement

BEFORE_THE_USER_IS_KNOWN = {
    "pk_users": "whom the id names",
    "uq_users_email_folded": "login",
    "uq_users_username": "login",
    "uq_users_oidc_issuer_oidc_subject": "login through an issuer",
    "pk_refresh_tokens": "refresh, by hash",
    "uq_api_tokens_token_hash": "access, by hash",
    "uq_shared_links_secret_hash": "links that are read without a token, by hash",
    "pk_rate_windows": "limits also count addresses",
    "ix_rate_windows_expires_at": "pruning them",
    "ix_dues_due_at": "the worker wakes everyone, whoever is due",
    "ix_webhook_progress_due_at": "the courier serves everyone, whoever is due",
}
OF_NO_SINGLE_USER = {
    "USER_BY_LOGIN": "login",
    "USER_BY_SUBJECT": "login through an issuer",
    "REFRESH_TOKEN": "refresh, by hash",
    "API_TOKEN_BY_HASH": "access, by hash",
    "SHARED_LINK_BY_HASH": "links that are read without a token, by hash",
    "TAKE": "limits also count addresses",
    "DUE_HOOKS": "the courier serves everyone, whoever is due",
    "RUNG_HOOKS": "of several users at once, to whom something happened",
    "MISSED_HOOKS": "of whomever something happened to that nobody rang for",
    "NEXT_HOOK_DUE": "when the courier wakes next",
    "DUE": "the worker wakes everyone, whoever is due",
    "NEXT_DUE": "when the worker wakes next",
    "PRUNABLE": "pruning goes through everyone, one after the other",
    "FORGET_WINDOWS": "limits also count addresses",
    "USERS": "doctor looks at everyone, one after the other",
    "HEADS_OF": "a node asks which of those it follows have news",
}
RECORDS = {
    "goals": records.Goal,
    "goal_milestones": records.Milestone,
    "goal_check_ins": records.CheckIn,
    "goal_targets": records.TargetVersion,
    "goal_source_totals": records.SourceTotal,
    "goal_day_totals": records.DayTotal,
    "goal_documents": records.GoalDocumentRow,
    "journal": records.JournalRow,
    "heads": records.Head,
}
DIALECTS: tuple[Dialect, ...] = ("sqlite", "postgresql")
ADDED = re.compile(r"ALTER TABLE (\w+) ADD COLUMN ([^;\n]+)")
"""A column that a later step gave to a table."""


def keys(tables: Iterable[sa.Table]) -> Iterator[tuple[str, list[str]]]:
    """Every key, index and foreign key with its columns."""
    for table in tables:
        for item in (*table.constraints, *table.indexes):
            if isinstance(item, ColumnCollectionConstraint | sa.Index):
                yield str(item.name), [column.name for column in item.columns]


def not_led_by_the_user(tables: Iterable[sa.Table]) -> set[str]:
    return {name for name, columns in keys(tables) if columns[0] != "user_id"}


def test_every_key_begins_with_the_user() -> None:
    assert not_led_by_the_user(schema.metadata.tables.values()) == set(BEFORE_THE_USER_IS_KNOWN)


def test_the_walk_finds_a_key_that_does_not() -> None:
    planted = sa.MetaData(naming_convention=schema.metadata.naming_convention)
    table = sa.Table(
        "notes",
        planted,
        sa.Column("user_id", Uuid()),
        sa.Column("goal_id", Uuid()),
        sa.PrimaryKeyConstraint("goal_id", "user_id"),
        sa.ForeignKeyConstraint(["goal_id"], ["goals.id"]),
        sa.Index(None, "goal_id"),
        sa.UniqueConstraint("user_id", "goal_id"),
    )
    assert len(not_led_by_the_user([table])) == 3


def statements() -> dict[str, Statement[Any]]:
    """Every statement that a module of the store keeps, with its name."""
    found: dict[str, Statement[Any]] = {}
    for module in pkgutil.iter_modules(waymark.store.__path__):
        for name, value in vars(importlib.import_module(f"waymark.store.{module.name}")).items():
            several = value if isinstance(value, tuple) else (value,)
            found |= {
                f"{name}[{place}]" if isinstance(value, tuple) else name: each
                for place, each in enumerate(several)
                if isinstance(each, Statement)
            }
    return found


STATEMENTS = statements()


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", STATEMENTS)
def test_every_statement_names_its_user(name: str, dialect: Dialect) -> None:
    compiled = STATEMENTS[name].compiled(dialect)
    assert ("user_id" in {argument.name for argument in compiled.arguments}) == (
        name not in OF_NO_SINGLE_USER
    )


@pytest.mark.parametrize("name", STATEMENTS)
def test_rows_have_the_fields_of_their_record(name: str) -> None:
    into = STATEMENTS[name].into
    selected = STATEMENTS[name].compiled("sqlite").columns.names
    if into is not None:
        assert set(selected) == set(into.__struct_fields__)


def test_a_statement_without_its_user_is_seen() -> None:
    careless = Statement(sa.select(schema.goals.c.id)).compiled("sqlite")
    assert careless.arguments == ()


@pytest.mark.parametrize("name", RECORDS)
def test_a_table_has_the_fields_of_its_record(name: str) -> None:
    columns = {
        column.name: column.nullable
        for column in schema.metadata.tables[name].columns
        if schema.COMPUTED not in column.info
    }
    fields = get_type_hints(RECORDS[name])
    assert columns == {field: NoneType in get_args(kind) for field, kind in fields.items()}


def test_columns_are_of_our_types_and_text_sorts_by_code_point() -> None:
    for table in schema.metadata.tables.values():
        for column in table.columns:
            assert isinstance(column.type, ColumnType), column
            if isinstance(column.type, Text):
                assert 'COLLATE "C"' in column.type.compile(SQL["postgresql"])


def parts(text: str) -> tuple[str, frozenset[str], str]:
    """A CREATE statement as head, elements in no order, and tail."""
    head, _, rest = " ".join(text.split()).partition("(")
    body, _, tail = rest.rpartition(")")
    elements = re.split(r",(?![^()]*\))", body)
    return head.strip(), frozenset(element.strip() for element in elements), tail.strip(" ;")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_migrations_make_the_schema(dialect: Dialect) -> None:
    tables = schema.metadata.sorted_tables
    indexes = [index for table in tables for index in table.indexes]
    wanted = [str(CreateTable(table).compile(dialect=SQL[dialect])) for table in tables]
    wanted += [str(CreateIndex(index).compile(dialect=SQL[dialect])) for index in indexes]
    steps = upgrade_text(dialect, None).split(";\n")
    made = [text[text.find("CREATE") :] for text in steps if "CREATE" in text]
    columns_of: dict[str, set[str]] = defaultdict(set)
    for table, column in ADDED.findall("\n".join(steps)):
        columns_of[f"CREATE TABLE {table}"].add(column)
    found = {
        (head, elements | columns_of[head], tail)
        for head, elements, tail in map(parts, made)
        if "alembic_version" not in head
    }
    assert found == set(map(parts, wanted))
