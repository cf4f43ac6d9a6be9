"""Delivery into a folder."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

from reportgen.deliver import deliver
from tests.deliver import parcels


def test_the_pack_lies_there_with_its_hash(tmp_path: Path) -> None:
    pack = parcels.pack(tmp_path / "out")
    kept = parcels.kept(tmp_path, "release: automatic\nfolder: handed/over\n")
    (outcome,) = deliver(kept, pack, sleep=parcels.never)
    assert (outcome.channel, outcome.state) == ("folder", "delivered")
    there = tmp_path / "handed" / "over"
    assert sorted(path.name for path in there.iterdir()) == [f"{pack.name}.zip", f"{pack.name}.zip.sha256"]
    checked = subprocess.run(["sha256sum", "-c", f"{pack.name}.zip.sha256"], cwd=there, check=False)
    assert checked.returncode == 0
    original = pack.with_name(f"{pack.name}.zip").read_bytes()
    assert (
        hashlib.sha256((there / f"{pack.name}.zip").read_bytes()).digest()
        == hashlib.sha256(original).digest()
    )


def test_something_else_of_that_name_is_kept(tmp_path: Path) -> None:
    pack = parcels.pack(tmp_path / "out")
    there = tmp_path / "handed" / f"{pack.name}.zip"
    there.parent.mkdir()
    there.write_bytes(b"another")
    kept = parcels.kept(tmp_path, "release: automatic\nfolder: handed\n")
    (outcome,) = deliver(kept, pack, sleep=parcels.never)
    assert outcome.failed
    assert "is there already and differs" in outcome.told
    assert there.read_bytes() == b"another"


def test_a_delivery_that_broke_off_is_simply_done_again(tmp_path: Path) -> None:
    pack = parcels.pack(tmp_path / "out")
    kept = parcels.kept(tmp_path, "release: automatic\nfolder: handed\n")
    deliver(kept, pack, sleep=parcels.never)
    records = tmp_path / "out" / "deliveries" / "3f9a1c77e2b4"
    (records / "folder-1.result.json").unlink()
    (tmp_path / "handed" / f"{pack.name}.zip").unlink()
    (outcome,) = deliver(kept, pack, sleep=parcels.never)
    assert outcome.state == "delivered"
    assert (tmp_path / "handed" / f"{pack.name}.zip").is_file()
