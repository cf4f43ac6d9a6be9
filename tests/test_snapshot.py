"""The snapshot: written once, whole or not at all, and any change to it is noticed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from reportgen.errors import UsageError
from reportgen.model import CollectionMode, Gap, Json, ScopeReport, SubscriptionScope
from reportgen.snapshot import Header, Reader, Writer, canonical_json, newest, scope_folder, tree_sha256
from reportgen.sources import SOURCES
from tests.assess.build import AS_OF, NAME, SUB, WHO, Snapshot, cluster_id, provenance

LONGEST_NAME = "a" * 63
LONGEST_GROUP = "g" * 90
HOSTILE_SCOPES = [
    "..", ".", "../../etc/passwd", "/../../etc/passwd", "/subscriptions/s/../../..", "a/../b", "/", "",
    "C:\\Windows", "con", "nul.", "tenant/..", "management-group/..", "x" * 500, "/" + "y" * 500, "漢字",
    "/漢字クラスタ", "\u202eabc", "a\x00b", "new\nline", "tab\t", "-rf", "/-rf", "a b",
    "A|B>C", "%2e%2e%2f", "~root",
    f"management-group/{LONGEST_GROUP}", f"{SUB}/westeurope", cluster_id(LONGEST_NAME),
]  # fmt: skip


def header(mode: CollectionMode = CollectionMode.ESTATE) -> Header:
    return Header(NAME, mode, AS_OF, AS_OF, AS_OF, (), WHO, "https://management.azure.com", "host", "0", "")


def finished(folder: Path, mode: CollectionMode = CollectionMode.ESTATE) -> Path:
    """A small snapshot in ``folder``."""
    writer = Writer(folder, mode, AS_OF)
    writer.page({"value": []}, provenance("arm.managed-clusters", SUB))
    writer.gap(Gap("arm.agent-pools", "z", "Z", "denied", "no"))
    writer.close(header(mode), ScopeReport("nobody", ("corp",), ()))
    return folder


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    folder = tmp_path / NAME
    line = SubscriptionScope(SUB, "Ålpha", True, True, True, 1, 1, "")
    writer = Writer(folder, CollectionMode.ESTATE, AS_OF)
    first = replace(provenance("arm.managed-clusters", SUB, 1), request_ids=("a: 1",), parameters={"$top": 1})
    writer.page({"value": [{"id": "ø"}]}, first)
    writer.page({"value": []}, provenance("arm.managed-clusters", SUB, 2))
    gap = Gap("arm.agent-pools", cluster_id("a"), "a", "denied", "HTTP 403.")
    writer.gap(gap)
    closed = writer.close(header(), ScopeReport("nobody", ("corp",), (line,)))

    reader = Reader(folder)
    assert reader.header == closed
    assert reader.intact()
    assert reader.gaps == (gap,)
    assert reader.scope == ScopeReport("nobody", ("corp",), (line,))
    assert reader.sources() == ("arm.managed-clusters",)
    pages = list(reader.pages("arm.managed-clusters", SUB))
    assert [page.path for page in pages] == [f"arm.managed-clusters/{SUB}/page-000{n}.json" for n in (1, 2)]
    assert pages[0].body == {"value": [{"id": "ø"}]}
    assert pages[0].provenance == replace(first, stored_sha256=pages[0].provenance.stored_sha256)
    assert list(reader.pages("arm.managed-clusters")) == pages
    assert list(reader.pages("arm.managed-clusters", "another")) == []


def test_the_order_of_gaps_does_not_depend_on_who_was_first(tmp_path: Path) -> None:
    gaps = [Gap(source, scope, "", "denied", "") for source in ("b", "a") for scope in ("Z", "y")]
    found = []
    for number, order in enumerate((gaps, gaps[::-1])):
        writer = Writer(tmp_path / str(number), CollectionMode.ESTATE, AS_OF)
        for gap in order:
            writer.gap(gap)
        found.append([(gap.source, gap.scope) for gap in writer.gaps])
    assert found[0] == found[1] == [("a", "y"), ("a", "Z"), ("b", "y"), ("b", "Z")]


def test_an_interrupted_collection_is_no_snapshot(tmp_path: Path) -> None:
    writer = Writer(tmp_path / NAME, CollectionMode.ESTATE, AS_OF)
    writer.page({}, provenance("arm.managed-clusters", SUB))
    with pytest.raises(UsageError, match=r"no snapshot.json here, so this is no finished snapshot"):
        Reader(tmp_path / NAME)
    assert newest(tmp_path.iterdir()) is None


def test_a_new_collection_begins_without_what_an_interrupted_one_left(tmp_path: Path) -> None:
    writer = Writer(tmp_path / NAME, CollectionMode.ESTATE, AS_OF)
    writer.page({}, provenance("arm.agent-pools", "left"))
    del writer
    assert Reader(finished(tmp_path / NAME)).sources() == ("arm.managed-clusters",)


@pytest.mark.parametrize("later", CollectionMode)
def test_what_was_collected_from_azure_is_never_overwritten(tmp_path: Path, later: CollectionMode) -> None:
    folder = finished(tmp_path / NAME, CollectionMode.AZURE)
    before = tree_sha256(folder)
    with pytest.raises(UsageError, match="never overwritten; choose another --out"):
        Writer(folder, later, AS_OF)
    assert tree_sha256(folder) == before


def test_azure_overwrites_nothing_either(tmp_path: Path) -> None:
    folder = finished(tmp_path / NAME, CollectionMode.DEMO)
    with pytest.raises(UsageError, match="never overwritten"):
        Writer(folder, CollectionMode.AZURE, AS_OF)


def test_a_simulated_snapshot_is_replaced_by_a_simulated_one(tmp_path: Path) -> None:
    folder = finished(tmp_path / NAME, CollectionMode.DEMO)
    (folder / "left-over").touch()
    assert Reader(finished(folder)).header.collection_mode is CollectionMode.ESTATE
    assert not (folder / "left-over").exists()


def test_two_processes_do_not_share_a_folder(tmp_path: Path) -> None:
    first = Writer(tmp_path / NAME, CollectionMode.AZURE, AS_OF, "key")
    with pytest.raises(UsageError, match="another process is collecting"):
        Writer(tmp_path / NAME, CollectionMode.AZURE, AS_OF, "key")
    first.close(header(), ScopeReport("", (), ()))


def changed_page(folder: Path) -> None:
    (folder / "arm.managed-clusters" / SUB / "page-0001.json").write_text("{}", encoding="utf-8")


def changed_provenance(folder: Path) -> None:
    path = folder / "arm.managed-clusters" / SUB / "page-0001.provenance.json"
    path.write_bytes(path.read_bytes().replace(b'"estate"', b'"azure"'))


def removed_page(folder: Path) -> None:
    shutil.rmtree(folder / "arm.managed-clusters")


def added_file(folder: Path) -> None:
    (folder / "arm.managed-clusters" / SUB / "page-0002.json").write_text("{}", encoding="utf-8")


def moved_page(folder: Path) -> None:
    (folder / "arm.managed-clusters" / SUB).rename(folder / "arm.managed-clusters" / "other")


def no_gaps(folder: Path) -> None:
    (folder / "gaps.json").write_text("[]\n", encoding="utf-8")


def in_header(key: str, value: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / "snapshot.json"
        content = json.loads(path.read_bytes())
        assert content[key] != value
        path.write_text(json.dumps(content | {key: value}), encoding="utf-8")

    return change


CHANGES: dict[str, Callable[[Path], None]] = {
    "a page": changed_page,
    "its provenance": changed_provenance,
    "a page removed": removed_page,
    "a page added": added_file,
    "a page moved": moved_page,
    "the gaps": no_gaps,
    "the collection mode": in_header("collection_mode", "azure"),
    "the time": in_header("as_of", "2026-12-31T00:00:00Z"),
    "the host": in_header("host", "another"),
    "the root hash": in_header("root_sha256", "0" * 64),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_any_change_is_noticed(tmp_path: Path, change: Callable[[Path], None]) -> None:
    folder = finished(tmp_path / NAME)
    assert Reader(folder).intact()
    change(folder)
    assert not Reader(folder).intact()


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"name": "x"}'])
def test_a_damaged_header_is_an_error_of_the_user(tmp_path: Path, content: str) -> None:
    folder = finished(tmp_path / NAME)
    (folder / "snapshot.json").write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match=r"snapshot\.json is damaged"):
        Reader(folder)


def test_the_hash_of_a_tree_is_of_names_and_bytes_alone(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder, names in ((one, ("a", "b/c")), (two, ("b/c", "a"))):
        for name in names:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(name, encoding="utf-8")
    (two / "a").chmod(0o600)
    (two / "empty").mkdir()
    assert tree_sha256(one) == tree_sha256(two)
    (two / "a").rename(two / "A")
    assert tree_sha256(one) != tree_sha256(two)
    assert tree_sha256(two, frozenset({"A", "b/c"})) == tree_sha256(tmp_path / "none")


def test_canonical_json_is_what_python_writes_with_sorted_keys_and_an_indent_of_one() -> None:
    text = '\x00\x1f\x7f\u2028"\\/\n\t'
    odd = {"é": [{}, [], {"a": []}], "B": 10**40, "a": -1e300, text: text, "": [None, True]}
    written = json.dumps(odd, sort_keys=True, ensure_ascii=False, indent=1) + "\n"
    assert canonical_json(odd) == written.encode()


@pytest.mark.parametrize("value", [float("inf"), float("nan"), "\ud800"])
def test_what_json_cannot_say_is_refused_before_anything_is_written(tmp_path: Path, value: Json) -> None:
    writer = Writer(tmp_path / NAME, CollectionMode.ESTATE, AS_OF)
    with pytest.raises(ValueError, match=r"malformed|surrogates"):
        writer.page({"a": value}, provenance("arm.agent-pools", cluster_id("prod")))
    assert not list((tmp_path / NAME).glob("arm*"))


def test_plain_scopes_stay_readable() -> None:
    assert scope_folder("tenant") == "tenant"
    assert scope_folder(SUB.upper()) == SUB
    assert scope_folder(f"{SUB}/westeurope") == f"{SUB}.westeurope"
    assert scope_folder("management-group/corp") == "management-group.corp"
    assert scope_folder(cluster_id("Prod_1")).startswith("prod-1-")


@pytest.mark.parametrize("scope", HOSTILE_SCOPES, ids=ascii)
def test_a_hostile_scope_becomes_one_plain_folder(tmp_path: Path, scope: str) -> None:
    name = scope_folder(scope)
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-.")
    assert name[0] not in ".-"
    assert name[-1] != "."
    assert len(name) < 64
    assert (tmp_path / name).resolve().parent == tmp_path.resolve()


def test_no_two_scopes_share_a_folder() -> None:
    groups = [f"management-group/{name}" for name in ("a-b", "a_b", "a b", "a(b", "a.b_", "ä", "ö")]
    clusters = [cluster_id(name, sub) for name in ("prod", "prod_", "prod-") for sub in (SUB, "s2")]
    scopes = [*HOSTILE_SCOPES, *groups, *clusters]
    assert len({scope_folder(scope) for scope in scopes}) == len(set(scopes))


def test_casing_makes_no_other_folder() -> None:
    assert scope_folder(cluster_id("Prod")) == scope_folder(cluster_id("PROD").upper())


def test_paths_in_the_pack_stay_short_with_the_longest_names_of_azure(tmp_path: Path) -> None:
    longest = cluster_id(LONGEST_NAME).replace("/rg/", f"/{LONGEST_GROUP}/")
    scopes = [longest, f"{longest}/agentPools/{'p' * 12}", f"management-group/{LONGEST_GROUP}",
              f"{SUB}/{'r' * 40}", f"arg.{'q' * 40}/tenant/batch-001"]  # fmt: skip
    names = [source.name for source in SOURCES]
    writer = Writer(tmp_path / NAME, CollectionMode.ESTATE, AS_OF)
    for scope in scopes:
        writer.page({}, provenance(max(names, key=len), scope, 9999))
    writer.close(header(), ScopeReport("", (), ()))
    files = [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 2 * len(scopes) + 3
    assert max(len(f"evidence/{name}") for name in files) < 180


def test_the_newest_is_the_one_whose_name_is_last(tmp_path: Path) -> None:
    for name in ("20261115T060000Z", "20261231T000000Z", "20260101T000000Z"):
        finished(tmp_path / name)
    (tmp_path / "20270101T000000Z").mkdir()
    found = newest(tmp_path.iterdir())
    assert found is not None
    assert found.name == "20261231T000000Z"


def test_pages_of_one_scope_do_not_leak_into_another(tmp_path: Path) -> None:
    snapshot = Snapshot(tmp_path)
    for name in ("prod", "prod-2"):
        snapshot.page("arm.agent-pools", cluster_id(name), {"value": [name]})
    reader = snapshot.reader()
    assert [page.body["value"] for page in reader.pages("arm.agent-pools", cluster_id("prod"))] == [["prod"]]
