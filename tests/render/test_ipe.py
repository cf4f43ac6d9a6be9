"""The command on an IPE sheet does again what was done."""

from __future__ import annotations

import shlex
from dataclasses import replace

from reportgen.model import CollectionMode, ImportedFile, Results
from reportgen.render.ipe import sheets
from reportgen.render.strings import builtin
from tests.render import factory

QUERY = "resources\n| where name =~ 'it\u2019s' and type =~ 'a/b'"


def _graph(query: str, subscriptions: list[str]) -> list[str]:
    base = factory.results(1)
    source = replace(base.sources[0], query=query, parameters={"subscriptions": subscriptions})
    return shlex.split(sheets(replace(base, sources=(source,)), builtin())[0].command)


def test_the_query_survives_the_shell_whole() -> None:
    assert QUERY in _graph(QUERY, [])
    assert f'{QUERY} and name != "$(id)"' in _graph(f'{QUERY} and name != "$(id)"', [])


def test_it_asks_the_same_subscriptions() -> None:
    assert _graph(QUERY, ["one", "two"])[-3:] == ["--subscriptions", "one", "two"]
    assert "--subscriptions" not in _graph(QUERY, [])


def test_a_get_goes_to_the_endpoint_that_was_read_and_to_azure_for_a_sample() -> None:
    def url(mode: CollectionMode) -> str:
        results: Results = factory.results(1, mode)
        sheet = next(
            sheet for sheet in sheets(results, builtin()) if sheet.source.source == "arm.managed-clusters"
        )
        return shlex.split(sheet.command)[-1]

    assert url(CollectionMode.AZURE).startswith("https://management.azure.com/subscriptions/")
    assert url(CollectionMode.DEMO).startswith("https://management.azure.com/subscriptions/")
    assert url(CollectionMode.DEMO).endswith("managedClusters?api-version=2025-10-01")


def test_differing_row_counts_and_truncation_are_shouted() -> None:
    base = factory.results(1)
    source = replace(base.sources[0], rows=40, total_records=41, truncated=True)
    sheet = sheets(replace(base, sources=(source,)), builtin())[0]
    assert sheet.rows_said == "40 received of 41 that the service says exist: THE NUMBERS DIFFER"
    assert sheet.truncated_said.startswith("YES")


def test_a_sheet_names_the_controls_that_rely_on_it() -> None:
    results = factory.results(1)
    sheet = next(
        sheet for sheet in sheets(results, builtin()) if sheet.source.source == "arm.diagnostic-settings"
    )
    assert sheet.relied_on_by == tuple(c.id for c in results.controls if c.area == "logging")
    assert sheet.number == f"IPE-{results.sources.index(sheet.source) + 1:02d}"


def test_a_query_is_printed_once_unless_the_shell_needs_it_quoted() -> None:
    base = factory.results(1)

    def stands(query: str) -> bool:
        return sheets(replace(base, sources=(replace(base.sources[0], query=query),)), builtin())[
            0
        ].query_stands_in_command

    assert stands("resources\n| where name =~ 'it\u2019s'")
    assert not stands('resources | where name != "it\'s"')
    assert not stands("")


def test_numbers_that_differ_are_known() -> None:
    base = factory.results(1)

    def differs(rows: int, total: int | None, closing: int | None) -> bool:
        source = replace(base.sources[0], rows=rows, total_records=total, closing_count=closing)
        return sheets(replace(base, sources=(source,)), builtin())[0].differs

    assert [differs(41, 41, 41), differs(41, None, None), differs(41, 41, None)] == [False] * 3
    assert [differs(40, 41, None), differs(41, 41, 42)] == [True] * 2


def test_what_no_result_rests_on_is_told_apart() -> None:
    names = {sheet.source.source: sheet.relied_on for sheet in sheets(factory.results(1), builtin())}
    assert names["arm.diagnostic-settings"], "a control names it"
    assert names["arg.closing-counts"], "completeness rests on it"
    assert not names["arg.firewalls"]


def test_what_a_cluster_answered_is_asked_of_the_cluster_again() -> None:
    base = factory.results(1, CollectionMode.AZURE)

    def command(name: str, url: str) -> list[str]:
        source = replace(base.sources[0], source=name, query="", url=url, parameters={})
        return shlex.split(sheets(replace(base, sources=(source,)), builtin())[0].command)

    assert command("k8s.pods", "https://a.hcp.westeurope.azmk8s.io/api/v1/pods?limit=500&continue=x") == [
        "kubectl",
        "get",
        "--raw",
        "/api/v1/pods?limit=500&continue=x",
    ]
    action = "https://management.azure.com/subscriptions/1/managedClusters/a/listClusterUserCredential"
    assert command("k8s.access", action)[:4] == ["az", "rest", "--method", "post"]
    assert command("arm.agent-pools", "https://management.azure.com/subscriptions/1/lists")[3] == "get"


def test_a_sheet_names_the_right_in_kubernetes() -> None:
    base = factory.results(1)
    source = replace(base.sources[0], source="k8s.pods")
    assert (
        sheets(replace(base, sources=(source,)), builtin())[0].permission == "list pods in the core API group"
    )


def test_what_was_read_of_the_directory_is_asked_of_microsoft_graph() -> None:
    base = factory.results(1)
    url = "https://graph.sandbox.reportgen/v1.0/directoryObjects/getByIds"
    source = replace(
        base.sources[0], source="msgraph.principals", query="", url=url, parameters={"ids": ["x"] * 30}
    )
    sheet = sheets(replace(base, sources=(source,)), builtin())[0]
    assert shlex.split(sheet.command) == [
        "az", "rest", "--method", "post", "--url", "https://graph.microsoft.com/v1.0/directoryObjects/getByIds",
        "--body", '{"ids": [<the ids of the provenance file>]}',
    ]  # fmt: skip
    assert sheet.permission == "Directory.Read.All in Microsoft Graph"
    assert dict(sheet.parameters)["ids"].endswith("(first 20 of 30; all in the provenance files)")
    assert sheet.relied_on
    group = replace(
        source, source="msgraph.group-members", url=f"{url[:37]}/groups/g/transitiveMembers?$top=999"
    )
    command = shlex.split(sheets(replace(base, sources=(group,)), builtin())[0].command)
    assert command[3] == "get"
    assert command[-1].startswith("https://graph.microsoft.com/")


def test_a_sheet_of_imported_files_has_the_hash_and_age_of_each() -> None:
    base = factory.results(1)
    one = ImportedFile(
        file="bench/it's.json",
        sha256="c" * 64,
        cluster="aks-one",
        tool="kube-bench, aks-1.8.0",
        taken_at="2026-01-01T00:00:00Z",
        taken_from="the engagement",
        calls_it="",
    )
    source = replace(base.sources[0], source="imported.kube-bench", files=(one,), rows=13, query="")
    facts = replace(base.facts, as_of="2026-01-31T06:00:00Z")
    sheet = sheets(replace(base, facts=facts, sources=(source,)), builtin())[0]
    assert sheet.files == ((one, 30),)
    assert shlex.split(sheet.command) == ["sha256sum", one.file]
    assert sheet.permission == "none: files that the engagement names"
    assert sheet.rows_said.startswith("13 results")
    assert sheet.parameters == ()
