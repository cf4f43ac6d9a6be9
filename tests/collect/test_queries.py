"""Every query file is one that Resource Graph runs, gives all rows of, and says in words what it asks."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import pytest

from reportgen import run
from reportgen.collect import graph, jobs, population
from reportgen.sandbox import serve
from reportgen.snapshot import Reader
from reportgen.sources import BY_NAME
from tests import line
from tests.collect.conftest import EVERYTHING

FOLDER = Path(str(files("reportgen"))) / "collect" / "queries"
QUERIES = {path.stem: graph.load(path.stem) for path in sorted(FOLDER.glob("*.kql"))}
PARSER = line.ROOT / "tools" / "kql"

OPERATORS = {"where", "extend", "project", "project-away", "mv-expand", "join", "union", "order"}
"""Resource Graph's, by Microsoft's page on its query language, without those that leave rows out (limit,
take, top, sample) or that give rows without an id (count, distinct, summarize)."""
FUNCTIONS = {"array_length", "iff", "isnotempty", "split", "strcat", "tolower", "tostring"}
"""Those that Microsoft's own sample queries use; the page says only that Resource Graph knows a subset."""
MOST_EXPANDED = 3
"""mv-expand operators in one query, and joins."""

_COLUMNS = (
    "(id:string, name:string, type:string, tenantId:string, ['kind']:string, location:string, "
    "resourceGroup:string, subscriptionId:string, managedBy:string, sku:dynamic, plan:dynamic, "
    "properties:dynamic, tags:dynamic, identity:dynamic, zones:dynamic, extendedLocation:dynamic)"
)
TABLES = {
    "resources": _COLUMNS,
    "resourcecontainers": _COLUMNS,
    "authorizationresources": _COLUMNS,
    "policyresources": _COLUMNS,
    "securityresources": _COLUMNS,
    "advisorresources": _COLUMNS,
    "containerserviceeventresources": _COLUMNS,
    "aksresources": _COLUMNS,
    "recoveryservicesresources": _COLUMNS,
    "kubernetesconfigurationresources": _COLUMNS,
    "resourcechanges": _COLUMNS,
}
"""By Microsoft's page "Azure Resource Graph table and resource type reference"."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """What Microsoft's parser says of one query."""

    problems: list[str]
    tables: list[str]
    operators: list[str]
    functions: list[str]
    columns: dict[str, str]
    last: str


@pytest.fixture(scope="session")
def parsed() -> dict[str, Parsed]:
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node.js is not installed")
    if not (PARSER / "node_modules").is_dir():
        pytest.skip("Microsoft's parser is not installed: npm ci --prefix tools/kql")
    asked = {"tables": TABLES, "queries": {name: read.query for name, read in QUERIES.items()}}
    done = subprocess.run(
        [node, PARSER / "parse.js"],
        input=json.dumps(asked),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return {name: Parsed(**found) for name, found in json.loads(done.stdout).items()}


@pytest.mark.parametrize("name", QUERIES)
def test_microsofts_parser_knows_every_word(parsed: dict[str, Parsed], name: str) -> None:
    assert not parsed[name].problems


@pytest.mark.parametrize("name", QUERIES)
def test_it_is_made_of_what_resource_graph_has_and_leaves_no_row_out(
    parsed: dict[str, Parsed], name: str
) -> None:
    found = parsed[name]
    assert set(found.operators) <= OPERATORS
    assert set(found.functions) <= FUNCTIONS
    assert len(found.tables) == 1
    assert found.operators.count("mv-expand") <= MOST_EXPANDED


@pytest.mark.parametrize("name", QUERIES)
def test_its_rows_have_an_id_and_a_unique_order(parsed: dict[str, Parsed], name: str) -> None:
    assert parsed[name].columns["id"] == "string"
    assert parsed[name].last == "order by id asc"


@pytest.mark.parametrize("name", QUERIES)
def test_its_text_alone_shows_that_rows_are_whole(name: str) -> None:
    """Without the parser: the same, as far as the text shows it."""
    lines = QUERIES[name].query.strip().splitlines()
    assert lines[-1] == "| order by id asc"
    assert lines[0] in TABLES
    assert re.search(r"\| project id\b", QUERIES[name].query)
    assert not re.search(r"\|\s*(limit|take|top|sample|summarize|distinct|count)\b", QUERIES[name].query)


@pytest.mark.parametrize("name", QUERIES)
def test_its_head_says_what_it_is_and_what_it_asks(name: str) -> None:
    read = QUERIES[name]
    assert read.source == f"arg.{name}"
    assert read.source in BY_NAME
    assert read.over in ("tenant", "scope", "clusters")
    assert read.scope_filter in ("", "AtScopeAboveAndBelow")
    assert read.words.endswith(".")
    assert len(read.words) > 60


def test_what_can_be_inherited_is_asked_for_above_and_below() -> None:
    """Azure's AtScopeAndAbove leaves out what hangs on groups and resources below a subscription."""
    asked = {name for name, read in QUERIES.items() if read.scope_filter}
    assert asked == {"role-assignments", "role-definitions", "policy-assignments", "policy-exemptions"}


def test_every_query_is_run_once() -> None:
    own = {population.CLUSTERS.source, population.SUBSCRIPTIONS.source}
    names = [*jobs.GRAPH_READS, *(source.removeprefix("arg.") for source in own)]
    assert sorted(names) == sorted(QUERIES)


@pytest.fixture(scope="session")
def contoso(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """The sample estate as the collector reads it, by the SDK's client over HTTPS."""
    with serve(run.SAMPLES / "contoso", as_of=line.NOW) as sandbox:
        yield line.collected(sandbox, tmp_path_factory.mktemp("contoso"), scope=EVERYTHING)


@pytest.mark.parametrize("name", QUERIES)
def test_it_answers_over_the_sample_estate(contoso: Reader, name: str) -> None:
    source = QUERIES[name].source
    rows = [row for page in contoso.pages(source) for row in page.body["data"]]
    ids = [row["id"] for row in rows]
    assert ids
    assert ids == sorted(ids)
    assert len({row_id.lower() for row_id in ids}) == len(ids)
    assert all(row_id.startswith("/") for row_id in ids)
    assert not [gap for gap in contoso.gaps if gap.source == source]
    for page in contoso.pages(source):
        assert page.provenance.query == QUERIES[name].query
        assert page.provenance.total_records == len(ids)
