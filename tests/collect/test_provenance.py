"""Every page of evidence says how it was obtained, and what it says is checked against the server's side."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import requests

from reportgen.collect import azure, graph
from reportgen.model import CollectionMode, Provenance
from reportgen.sandbox import Sandbox, serve
from reportgen.snapshot import Reader
from tests import line
from tests.collect.conftest import EVERYTHING
from tests.sandbox.conftest import ALPHA, BETA, CLUSTERS_IN_ALPHA, HIDDEN, Client, cluster_id

UNIT_SOURCES = {
    "arg.managed-clusters", "arg.subscriptions", "arm.subscriptions", "arm.managed-clusters",
    "arm.agent-pools", "arm.upgrade-profiles", "arm.maintenance-configurations", "arm.diagnostic-settings",
    "arm.kubernetes-versions",
}  # fmt: skip


def units(reader: Reader) -> Iterator[list[tuple[str, Provenance]]]:
    """The pages of each source and scope, in order."""
    for source in reader.sources():
        found = list(reader.provenance(source))
        for scope in sorted({page.scope for _, page in found}):
            yield [item for item in found if item[1].scope == scope]


def asked_again(sandbox: Sandbox, pages: list[tuple[str, Provenance]]) -> Iterator[requests.Response]:
    """The same calls by another client; paging goes by what the server answers."""
    client = Client(sandbox)
    link, token = "", None
    for _, page in pages:
        if page.method == "POST":
            answer = client.call(
                "POST", urlsplit(page.url).path, version=page.api_version, json=posted(page, token)
            )
            token = answer.json().get("$skipToken")
        else:
            path = (link or page.url).replace(f"https://{sandbox.management_host}", client.url)
            answer = client.get(path, headers={"Host": sandbox.management_host})
            link = answer.json().get("nextLink", "")
        yield answer


def posted(page: Provenance, token: str | None) -> dict[str, Any]:
    """The body of a Resource Graph call as its provenance tells it."""
    options = {key: value for key, value in page.parameters.items() if key != "subscriptions"}
    body: dict[str, Any] = {
        "query": page.query,
        "options": options | ({"$skipToken": token} if token else {}),
    }
    named = page.parameters["subscriptions"]
    return body | ({"subscriptions": named} if named else {})


def test_the_wire_hash_is_of_the_bytes_that_the_server_sent(served: Sandbox, snapshot: Reader) -> None:
    seen = 0
    for pages in units(snapshot):
        for (path, page), answer in zip(pages, asked_again(served, pages), strict=True):
            assert page.wire_sha256 == hashlib.sha256(answer.content).hexdigest(), path
            assert page.http_status == answer.status_code
            assert page.http_status == 200 or (page.http_status == 404 and page.rows == 0)
            seen += 1
    assert seen == sum(1 for _ in snapshot.folder.rglob("page-*.provenance.json")) > 20


def test_the_stored_hash_is_of_the_stored_file(snapshot: Reader) -> None:
    for source in snapshot.sources():
        for path, page in snapshot.provenance(source):
            stored = (snapshot.folder / path).read_bytes()
            assert page.stored_sha256 == hashlib.sha256(stored).hexdigest()


def test_every_page_says_who_asked_whom_for_what_and_when(served: Sandbox, snapshot: Reader) -> None:
    endpoint = f"https://{served.management_host}"
    assert set(snapshot.sources()) >= UNIT_SOURCES
    for source in snapshot.sources():
        for path, page in snapshot.provenance(source):
            assert (page.source, path.split("/")[0]) == (source, source)
            assert (page.collection_mode, page.custom_ca) == ("estate", True)
            assert page.endpoint == endpoint
            assert page.url.startswith(f"{endpoint}/")
            assert page.api_version
            assert parse_qs(urlsplit(page.url).query)["api-version"] == [page.api_version]
            assert page.identity.object_id == served.object_id
            assert page.identity.tenant_id == served.tenant_id
            assert page.identity.app_id == served.client_id
            assert page.started_at == page.ended_at == line.AS_OF


def test_request_ids_are_those_that_the_server_gave(served: Sandbox, snapshot: Reader) -> None:
    for pages in units(snapshot):
        for (path, page), answer in zip(pages, asked_again(served, pages), strict=True):
            ids = dict(text.split(": ") for text in page.request_ids)
            assert set(ids) == {"x-ms-request-id", "x-ms-correlation-request-id"}
            if (
                page.method == "GET"
            ):  # a POST's id is made of its bytes, which another client writes otherwise
                assert ids["x-ms-request-id"] == answer.headers["x-ms-request-id"], path


def test_rows_are_counted_and_held_against_what_the_service_says_there_is(snapshot: Reader) -> None:
    for source in snapshot.sources():
        for page in snapshot.pages(source):
            body, stated = page.body, page.provenance
            if source.startswith("arg."):
                assert stated.method == "POST"
                assert stated.rows == len(body["data"]) == stated.total_records == body["totalRecords"]
                assert stated.truncated is False
            else:
                items = body.get("value", body.get("values"))
                assert stated.rows == (1 if items is None else len(items))
                assert (stated.total_records, stated.truncated) == (None, None)


def test_a_query_is_stored_as_it_was_sent(snapshot: Reader) -> None:
    (page,) = snapshot.pages("arg.managed-clusters")
    assert page.provenance.query.startswith(
        "resources\n| where type =~ 'microsoft.containerservice/managedclusters'"
    )
    assert "order by id asc" in page.provenance.query
    assert page.provenance.parameters["subscriptions"] == [ALPHA, BETA]
    assert page.provenance.parameters["$top"] == 1000
    for path, other in snapshot.provenance("arm.managed-clusters"):
        assert (other.method, other.query, other.parameters) == ("GET", "", {}), path


def test_every_call_is_evidence_or_a_gap(mixed_estate: Path, tmp_path: Path) -> None:
    with serve(mixed_estate, as_of=line.NOW) as sandbox:
        reader = line.collected(sandbox, tmp_path)
        paths = (urlsplit(request.split(" ", 1)[1]).path.lower() for request in sandbox.requests)
        calls = Counter(path for path in paths if path.startswith(("/subscriptions", "/providers")))
    stored = Counter(
        unquote(urlsplit(page.url).path).lower()
        for source in reader.sources()
        for _, page in reader.provenance(source)
    )
    refused = [gap.scope.lower().split("/") for gap in reader.gaps if gap.reason == "not-found"]
    assert refused
    known = {cluster_id(sub, name).lower() for sub, name in ((ALPHA, "aks-good"), (BETA, "aks-weak"))}
    for path in (
        calls - stored
    ):  # a cluster is asked for once more where something below it is said to be absent
        assert path in known or any(all(part in path for part in scope) for scope in refused), path
    assert not stored - calls


def test_times_are_those_of_the_calls(mixed_estate: Path, tmp_path: Path) -> None:
    ticks = count()
    with serve(mixed_estate, as_of=line.NOW) as sandbox:
        reader = line.collected(sandbox, tmp_path, clock=lambda: line.NOW + timedelta(seconds=next(ticks)))
    header = reader.header
    assert header.as_of == header.started_at == line.AS_OF
    for source in reader.sources():
        for _, page in reader.provenance(source):
            started, ended = (datetime.fromisoformat(text) for text in (page.started_at, page.ended_at))
            assert started.tzinfo == ended.tzinfo == UTC
            assert line.NOW < started < ended
            assert re.fullmatch(r"2026-11-15T06:\d\d:\d\dZ", page.ended_at)
    assert header.ended_at > header.started_at


def test_the_header_says_who_collected_from_where(served: Sandbox, snapshot: Reader) -> None:
    header = snapshot.header
    assert header.collection_mode is CollectionMode.ESTATE
    assert header.identity.object_id == served.object_id
    assert header.endpoint == f"https://{served.management_host}"
    assert (header.host, header.name) == ("test", "20261115T060000Z")


def test_a_list_is_followed_to_its_empty_last_page(large: Path, tmp_path: Path) -> None:
    with serve(large, as_of=line.NOW) as sandbox:
        reader = line.collected(sandbox, tmp_path, scope=EVERYTHING)
        pages = [item for item in units(reader) if item[0][1].source == "arm.managed-clusters"]
        alpha = next(item for item in pages if item[0][1].scope == ALPHA)
        for (path, page), answer in zip(alpha, asked_again(sandbox, alpha), strict=True):
            assert page.wire_sha256 == hashlib.sha256(answer.content).hexdigest(), path
    assert [page.rows for _, page in alpha] == [20, CLUSTERS_IN_ALPHA - 20, 0]
    assert [page.page for _, page in alpha] == [1, 2, 3]
    bodies = [json.loads((reader.folder / path).read_bytes()) for path, _ in alpha]
    assert "nextLink" in bodies[1]
    assert bodies[2]["value"] == []
    line_of_alpha = next(known for known in reader.scope.subscriptions if known.id == ALPHA)
    assert (line_of_alpha.clusters_listed, line_of_alpha.clusters_in_graph) == (23, 23)
    assert sum(1 for _ in reader.provenance("arm.agent-pools")) == CLUSTERS_IN_ALPHA + 1


def test_a_paging_token_is_not_part_of_a_url_that_is_shown(large: Path, tmp_path: Path) -> None:
    with serve(large, as_of=line.NOW) as sandbox:
        reader = line.collected(sandbox, tmp_path, scope=EVERYTHING)
        assert any("skipToken=20" in request for request in sandbox.requests)
    found = [page.url for _, page in reader.provenance("arm.managed-clusters") if page.page == 2]
    assert found
    assert not [url for url in found if "20" in url.split("skipToken", 1)[1].replace("2026-08-01", "")]


def test_resource_graph_is_read_page_by_page(
    large: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(azure, "GRAPH_PAGE_ROWS", 10)
    with serve(large, as_of=line.NOW) as sandbox:
        reader = line.collected(sandbox, tmp_path, scope=EVERYTHING)
        found = next(item for item in units(reader) if item[0][1].source == "arg.managed-clusters")
        for (path, page), answer in zip(found, asked_again(sandbox, found), strict=True):
            assert page.wire_sha256 == hashlib.sha256(answer.content).hexdigest(), path
    assert [(page.page, page.rows, page.total_records) for _, page in found] == [
        (1, 10, 24), (2, 10, 24), (3, 4, 24),
    ]  # fmt: skip
    rows = [row["id"].lower() for page in reader.pages("arg.managed-clusters") for row in page.body["data"]]
    assert len(set(rows)) == 24
    assert cluster_id(BETA, "beta").lower() in rows
    assert not [gap for gap in reader.gaps if gap.source == "arg.managed-clusters"]


def test_subscriptions_are_asked_in_batches(
    large: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graph, "BATCH", 1)
    with serve(large, as_of=line.NOW) as sandbox:
        reader = line.collected(sandbox, tmp_path, scope=EVERYTHING)
    named = [page.parameters["subscriptions"] for _, page in reader.provenance("arg.managed-clusters")]
    assert named == [[ALPHA], [BETA]]
    assert {known.id: known.clusters_in_graph for known in reader.scope.subscriptions} == {ALPHA: 23, BETA: 1}


def test_what_a_killed_run_left_is_no_part_of_a_snapshot(snapshot: Reader) -> None:
    folders = {path.name for path in snapshot.folder.iterdir()}
    assert folders == {*snapshot.sources(), "gaps.json", "scope.json", "snapshot.json"}


def test_two_collections_at_one_time_are_equal_byte_for_byte(
    mixed_estate: Path, snapshot: Reader, tmp_path: Path
) -> None:
    with serve(mixed_estate, as_of=line.NOW) as sandbox:
        other = line.collected(sandbox, tmp_path)
    assert other.header == snapshot.header
    assert HIDDEN in {known.id for known in other.scope.subscriptions}
