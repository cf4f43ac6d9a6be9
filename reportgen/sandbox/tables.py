"""The tables of Resource Graph in DuckDB, and KQL run over them.

Each scope of a query has a database of its own in memory, so that no query can reach past its scope; a table
is filled when a query first names it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import duckdb
import duckdb_kql
from duckdb_kql.types import kusto_type

from reportgen.model import Json
from reportgen.sandbox.estate import Estate
from reportgen.sandbox.graph_tables import CONTAINERS, TABLES
from reportgen.sandbox.rows import COLUMNS, DYNAMIC, TEXT, Row, container_rows, resource_row
from reportgen.sandbox.scopes import Scope

_ROWS_AT_ONCE = 500
_SCOPES_KEPT = 16
_LITERALS = re.compile(r"""'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|//[^\n]*""")
_OPERATORS = re.compile(
    r"(where|project|project-away|extend|summarize|limit|take|sample|order|sort|count|distinct|top|mv-expand)\b",
    re.IGNORECASE,
)
_CELL_TYPES = {
    "string": "string",
    "int": "integer",
    "long": "integer",
    "real": "number",
    "decimal": "number",
}
_CELL_TYPES |= {"bool": "boolean", "datetime": "datetime", "dynamic": "object"}


class BadQuery(Exception):
    """KQL that cannot run; ``details`` are the entries for Resource Graph's error body."""

    def __init__(self, *details: dict[str, Json]) -> None:
        super().__init__(details[-1]["message"])
        self.details = list(details)


@dataclass(frozen=True, slots=True)
class Result:
    """All rows of a query, before paging. ``columns`` are (name, type) with Resource Graph's type names."""

    columns: tuple[tuple[str, str], ...]
    rows: list[tuple[Any, ...]]
    pageable: bool

    def cells(self, row: tuple[Any, ...]) -> list[Json]:
        """One row as JSON values."""
        return [_cell(value, kind) for value, (_, kind) in zip(row, self.columns, strict=True)]


@dataclass(slots=True)
class _Database:
    """The tables that one scope has needed so far."""

    connection: duckdb.DuckDBPyConnection
    filled: set[str] = field(default_factory=set)


class Tables:
    """Runs queries over the rows that a scope may see; ``hides`` says of a type that nobody may."""

    def __init__(self, estate: Estate, hides: Callable[[str], bool]) -> None:
        self._estate = estate
        self._hides = hides
        self._open: dict[Scope, _Database] = {}

    def run(self, text: str, scope: Scope, now: datetime) -> Result:
        """``text`` over a scope; raises BadQuery."""
        offset = len("resources | ") if _OPERATORS.match(_bare(text).strip()) else 0
        query = f"resources | {text.strip()}" if offset else text
        if _bare(query).strip().startswith("."):
            raise _syntax_error(1, 0, ".", "")
        connection = self._connection(scope, {name.lower() for name in _spelled(query)})
        try:
            sql = _translated(query, now if re.search(r"(?i)\b(now|ago)\s*\(", query) else None)
            cursor = connection.execute(str(sql), sql.parameters or None)
            columns = tuple((str(item[0]), _cell_type(item[1])) for item in cursor.description or ())
            rows = cursor.fetchall()
        except duckdb_kql.KqlSyntaxError as error:
            raise _parser_failure(error, offset) from error
        except (duckdb_kql.KqlError, duckdb.Error, RecursionError) as error:
            raise _cannot_run(error) from error
        return Result(columns, rows, _pageable(query, columns))

    def _connection(self, scope: Scope, needed: set[str]) -> duckdb.DuckDBPyConnection:
        if scope not in self._open:
            if len(self._open) >= _SCOPES_KEPT:
                self._open.pop(next(iter(self._open))).connection.close()
            config: dict[str, Any] = {"enable_external_access": "false", "threads": "1"}
            connection = duckdb_kql.connect(":memory:", config=config)
            connection.execute("SET lock_configuration = true")
            self._open[scope] = _Database(connection)
        database = self._open[scope]
        for table in needed - database.filled:
            self._fill(database.connection, table, scope)
        database.filled |= needed
        return database.connection

    def _fill(self, connection: duckdb.DuckDBPyConnection, table: str, scope: Scope) -> None:
        columns = [f'"{name}" VARCHAR' for name in TEXT] + [f'"{name}" JSON' for name in DYNAMIC]
        connection.execute(f"CREATE TABLE {table} ({', '.join(columns)})")
        resources = self._estate.resources
        visible = [r for r in resources if scope.sees(r.id) and not self._hides(r.id.type)]
        if table == CONTAINERS:
            known = [s for s in self._estate.subscriptions if s.id.lower() in scope.subscriptions]
            rows = container_rows(known, visible)
        else:
            rows = (resource_row(r) for r in visible if table in r.tables)
        _insert(connection, table, (row for row in rows if not self._hides(str(row["type"]))))

    def close(self) -> None:
        """Close all databases."""
        for database in self._open.values():
            database.connection.close()
        self._open.clear()


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Iterable[Row]) -> None:
    picks = [f"r->>'{name}'" for name in TEXT] + [f"r->'{name}'" for name in DYNAMIC]
    sql = f"INSERT INTO {table} SELECT {', '.join(picks)} FROM (SELECT unnest(CAST(? AS JSON[])) AS r)"
    waiting = list(rows)
    for start in range(0, len(waiting), _ROWS_AT_ONCE):
        connection.execute(sql, [json.dumps(waiting[start : start + _ROWS_AT_ONCE])])


@lru_cache(maxsize=512)
def _translated(query: str, now: datetime | None) -> Any:
    """The SQL of a query, parsed once; ``now`` only where the query asks for it."""
    return duckdb_kql.to_sql(
        query, schema=_schema(query), allow_write=False, query_now=now or datetime.now(UTC)
    )


def _bare(query: str) -> str:
    """The query without comments and with empty literals, for looking at its words."""
    return _LITERALS.sub(lambda found: "" if found[0].startswith("//") else "''", query)


def _spelled(query: str) -> list[str]:
    """The tables that a query names, as it spells them: their names have no case in Resource Graph."""
    return re.findall(rf"\b(?:{'|'.join(TABLES)})\b", _bare(query), re.IGNORECASE)


def _schema(query: str) -> dict[str, list[str]]:
    """The tables under each spelling the query uses."""
    return {name: list(COLUMNS) for name in (*TABLES, *_spelled(query))}


def _pageable(query: str, columns: tuple[tuple[str, str], ...]) -> bool:
    """Whether Resource Graph would give a token: not after limit, take or sample, not without an id."""
    limited = re.search(r"\|\s*(limit|take|sample)\b", _bare(query), re.IGNORECASE)
    has_id = any(name.lower() == "id" for name, _ in columns)
    return not limited and has_id and any(kind != "object" for _, kind in columns)


def _cell_type(duckdb_type: object) -> str:
    return _CELL_TYPES.get(kusto_type(duckdb_type), "string")


def _cell(value: Any, kind: str) -> Json:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.%f0Z")
    if kind == "object" and isinstance(value, str):
        return json.loads(value)
    if kind == "object" and isinstance(value, list):
        return [_cell(item, "") for item in value]
    if kind == "number" and value is not None:
        return float(value)
    return value if isinstance(value, bool | int | float | str | None) else str(value)


def _invalid() -> dict[str, Json]:
    return {
        "code": "InvalidQuery",
        "message": "Query is invalid. Please refer to the documentation for the Azure Resource Graph service "
        "and fix the error before retrying.",
    }


def _syntax_error(line: int, column: int, token: str, expected: str) -> BadQuery:
    position = {
        "line": line,
        "characterPositionInLine": column,
        "token": token,
        "expectedToken": expected,
    }
    return BadQuery(_invalid(), {"code": "ParserFailure", "message": "ParserFailure"} | position)


def _parser_failure(error: duckdb_kql.KqlSyntaxError, offset: int) -> BadQuery:
    if not error.diagnostics:
        return _cannot_run(error)
    first = error.diagnostics[0]
    column = first.span.column - (offset if first.span.line == 1 else 0)
    token = re.search(r"'(.*?)'", first.message)
    expected = re.search(r"expecting (.*)", first.message)
    return _syntax_error(
        first.span.line,
        max(column, 0),
        token[1] if token else "",
        expected[1][:200] if expected else "",
    )


def _cannot_run(error: Exception) -> BadQuery:
    message = str(error).splitlines()[0] if str(error) else type(error).__name__
    table = re.search(
        r"Table with name (\S+) does not exist|schema error for '(.+?)' \(unknown table",
        message,
    )
    if table:
        name = table[1] or table[2]
        return BadQuery(
            {
                "code": "DisallowedLogicalTableName",
                "message": f"Table {name} is invalid, unsupported or disallowed.",
            }
        )
    return BadQuery(
        _invalid(),
        {
            "code": "SandboxCannotRun",
            "message": f"The sandbox cannot run this query: {message}",
        },
    )
