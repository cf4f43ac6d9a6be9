"""Stores of both kinds: a folder, and a container in Azurite, Microsoft's emulator of Blob Storage."""

from __future__ import annotations

import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from azure.storage.blob import ContainerClient

from reportgen.engagement import Engagement, parse
from reportgen.store import Store, open_store

_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""The key of Azurite's one account, which its documentation gives."""
VARIABLE = "REPORTGEN_TEST_STORE"


@pytest.fixture(scope="session")
def azurite() -> Iterator[str]:
    """A connection string for an Azurite of our own; skipped where it is not installed."""
    program = Path(sys.prefix) / "azurite" / "node_modules" / ".bin" / "azurite-blob"
    if not program.is_file():
        pytest.skip("no Azurite here: sh tools/setup.sh azurite installs it where there is npm")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with subprocess.Popen(
        [program, "--blobHost", "127.0.0.1", "--blobPort", str(port), "--skipApiVersionCheck",
         "--disableTelemetry", "--inMemoryPersistence"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as running:  # fmt: skip
        try:
            assert running.stdout is not None
            told = next((line for line in running.stdout if "successfully listen" in line), "")
            assert str(port) in told
            yield (
                f"DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey={_KEY};"
                f"BlobEndpoint=http://127.0.0.1:{port}/devstoreaccount1;"
            )
        finally:
            running.terminate()


def engagement(store: str, entity: str = "Contoso", more: str = "") -> Engagement:
    """An engagement with a store, "" for none."""
    return parse(
        f"entity: {entity}\nperiod: {{start: 2026-10-01, end: 2026-12-31}}\nscope: {{}}\n"
        f"credential: managed-identity\n{f'store: {store}' if store else ''}\n{more}\n",
        "engagement.yaml",
    )


@pytest.fixture
def container(azurite: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The ``store:`` of an engagement that leads to an empty container."""
    name = uuid.uuid4().hex
    monkeypatch.setenv(VARIABLE, azurite)
    with ContainerClient.from_connection_string(azurite, name) as client:
        client.create_container()
    return f"{{url: 'abfs://{name}@devstoreaccount1/aks', connection_string_env: {VARIABLE}}}"


@pytest.fixture(params=["folder", "azurite"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The ``store:`` of an engagement, empty yet."""
    if request.param == "azurite":
        return str(request.getfixturevalue("container"))
    return str(tmp_path / "store")


@pytest.fixture
def store(settings: str, tmp_path: Path) -> Store:
    """Both kinds of store, opened as an engagement opens them."""
    return open_store(engagement(settings), tmp_path / "out")
