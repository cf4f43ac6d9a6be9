"""What every store promises, on a disk and in Azurite."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from reportgen.engagement import parse
from reportgen.errors import UsageError
from reportgen.store import FolderStore, Store, StoreError, open_store
from tests.store.conftest import VARIABLE, engagement


def test_a_file_is_created_once(store: Store) -> None:
    assert store.create("register/1.json", b"one")
    assert not store.create("register/1.json", b"two")
    assert store.create("register/1.json", b"one"), "an own attempt whose answer was lost"
    assert store.read("register/1.json") == b"one"


def test_what_is_not_there(store: Store) -> None:
    assert store.entries("nothing") == ()
    assert store.files("nothing") == ()
    with pytest.raises(FileNotFoundError):
        store.read("nothing/at all")
    assert store.remove("nothing/at all")


def test_folders_are_listed_flat_and_deep(store: Store) -> None:
    for name in ("a/2.json", "a/1.json", "a/deep/er/3.json", "ab/4.json"):
        store.create(name, name.encode())
    assert store.entries("a") == ("1.json", "2.json", "deep")
    assert store.files("a") == ("a/1.json", "a/2.json", "a/deep/er/3.json")
    assert store.remove("a/deep/er/3.json")
    assert store.entries("a") == ("1.json", "2.json")


def test_a_share_without_hard_links_still_creates_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(self: Path, target: Path) -> None:
        raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP))

    monkeypatch.setattr(Path, "hardlink_to", refused)
    store = FolderStore(tmp_path)
    assert store.create("a/1.json", b"one")
    assert not store.create("a/1.json", b"two")
    assert store.read("a/1.json") == b"one"
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["1.json"]


def test_a_container_that_is_not_there_is_named(azurite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, azurite)
    there = open_store(
        engagement(f"{{url: 'abfs://nowhere@devstoreaccount1', connection_string_env: {VARIABLE}}}"), Path()
    )
    for call in (lambda: there.create("a", b""), lambda: there.read("a"), lambda: there.entries("a")):
        with pytest.raises(UsageError, match=r"abfs://nowhere@devstoreaccount1: .*ContainerNotFound"):
            call()


def test_a_store_that_does_not_answer_is_no_mistake_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        VARIABLE,
        "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=YQ==;BlobEndpoint=http://127.0.0.1:9/a;",
    )
    monkeypatch.setattr("reportgen.collect.connection._Transport.sleep", lambda self, seconds: None)
    there = open_store(engagement(f"{{url: 'abfs://box@aaa', connection_string_env: {VARIABLE}}}"), Path())
    with pytest.raises(StoreError, match="abfs://box@aaa: register cannot be listed") as raised:
        there.entries("register")
    assert raised.value.exit_code == 3


def test_a_variable_that_is_not_set_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    with pytest.raises(UsageError, match=f"{VARIABLE} is not set"):
        open_store(engagement(f"{{url: 'abfs://box@aaa', connection_string_env: {VARIABLE}}}"), Path())


def test_without_a_store_it_is_the_folder_of_out(tmp_path: Path) -> None:
    assert open_store(engagement(""), tmp_path).place == str(tmp_path)


@pytest.mark.parametrize(("url", "host"), [
    ("abfs://evidence@contosoaudit/aks", "contosoaudit.blob.core.windows.net"),
    ("abfs://evidence@contosoaudit.dfs.core.windows.net/aks", "contosoaudit.blob.core.windows.net"),
    ("abfs://evidence@contosoaudit.dfs.core.usgovcloudapi.net", "contosoaudit.blob.core.usgovcloudapi.net"),
])  # fmt: skip
def test_an_account_s_host(url: str, host: str) -> None:
    there = open_store(engagement(url), Path())
    assert there._container.primary_hostname == host  # type: ignore[attr-defined]
    assert there.place == url


@pytest.mark.parametrize(("text", "problem"), [
    ("s3://bucket", "expected a folder, or abfs"),
    ("abfs://Evidence@account", "expected a folder, or abfs"),
    ("abfs://evidence@account/a/../b", "without .."),
    ("{url: kept, connection_string_env: X}", "goes with abfs:// alone"),
    ("{url: abfs://evidence@account, key: abc}", "unknown key"),
])  # fmt: skip
def test_a_store_that_is_none_is_refused(text: str, problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        engagement(text)


def test_a_kubeconfig_opens_no_container() -> None:
    text = (
        "entity: a\nperiod: {start: 2026-10-01, end: 2026-12-31}\nscope: {}\ncredential: kubeconfig\n"
        "store: abfs://box@aaa\n"
    )
    with pytest.raises(UsageError, match="connection_string_env"):
        parse(text, "e.yaml")
