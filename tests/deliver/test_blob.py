"""Delivery into a container, in Azurite."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from reportgen.deliver import Releaser, deliver, parcel, release
from reportgen.store import open_store
from tests.deliver import parcels
from tests.store.conftest import azurite, container, engagement

__all__ = ["azurite", "container"]


def test_the_pack_lies_in_the_container_with_its_hash(tmp_path: Path, container: str) -> None:
    pack = parcels.pack(tmp_path / "out")
    kept = parcels.kept(tmp_path, f"release: automatic\nblob: {container}\n")
    (outcome,) = deliver(kept, pack, sleep=parcels.never)
    assert (outcome.channel, outcome.state) == ("blob", "delivered")
    there = open_store(engagement(container), tmp_path)
    archive = f"{pack.name}.zip"
    assert there.read(archive) == (tmp_path / "out" / archive).read_bytes()
    assert there.read(f"{archive}.sha256").endswith(f"  {archive}\n".encode())
    (outcome,) = deliver(kept, pack, sleep=parcels.never)
    assert outcome.state == "already"


def test_something_else_of_that_name_is_kept(tmp_path: Path, container: str) -> None:
    pack = parcels.pack(tmp_path / "out")
    there = open_store(engagement(container), tmp_path)
    there.create(f"{pack.name}.zip", b"another")
    (outcome,) = deliver(
        parcels.kept(tmp_path, f"release: automatic\nblob: {container}\n"), pack, sleep=parcels.never
    )
    assert outcome.failed
    assert there.read(f"{pack.name}.zip") == b"another"


def test_records_lie_in_the_engagement_s_store(tmp_path: Path, container: str) -> None:
    pack = parcels.pack(tmp_path / "out")
    kept = parcels.kept(
        tmp_path,
        "release: after_approval\nfolder: handed\n",
        f"credential: managed-identity\nstore: {container}",
    )
    release(kept, parcel(pack), Releaser("Kim Holm", "kim on host"), datetime(2026, 11, 16, tzinfo=UTC))
    (outcome,) = deliver(kept, pack, sleep=parcels.never)
    assert outcome.state == "delivered"
    assert kept.store.entries("deliveries/3f9a1c77e2b4") == ("folder-1.json", "folder-1.result.json")
    assert kept.register.problems() == ()
