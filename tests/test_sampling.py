"""Numbers, hashes and samples: what standard tools give too, and what no later version may change."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from reportgen import sampling

IDS = ("/b", "/A", "/a/x", "/a", 'q"uote', "é", "\u202etxt", "line\nbreak")


def test_numbers_follow_the_bytes_of_the_ids_and_not_the_order_given() -> None:
    assert sampling.numbered(IDS) == (
        "/A", "/a", "/a/x", "/b", "line\nbreak", 'q"uote', "é", "\u202etxt"
    )  # fmt: skip
    assert sampling.numbered(reversed(IDS)) == sampling.numbered(IDS)


def test_a_prefix_stands_before_what_goes_on_after_it() -> None:
    assert sampling.numbered(["/a/pool", "/a"]) == ("/a", "/a/pool")
    assert sampling.numbered(["/a!", "/a"]) == ("/a!", "/a")  # a quote ends the line that is hashed


def test_the_hash_is_of_the_lines_in_that_order() -> None:
    lines = "".join(f"{json.dumps(one, ensure_ascii=False)}\n" for one in sampling.numbered(IDS))
    assert sampling.population_sha256(IDS) == hashlib.sha256(lines.encode()).hexdigest()
    assert sampling.population_sha256(reversed(IDS)) == sampling.population_sha256(IDS)


@pytest.mark.parametrize("changed", [IDS[1:], (*IDS, "/new"), ("/B", *IDS[1:])])
def test_another_population_has_another_hash(changed: tuple[str, ...]) -> None:
    assert sampling.population_sha256(changed) != sampling.population_sha256(IDS)


def test_hashes_and_samples_stay_what_they_were() -> None:
    """A change here would make every sample that was drawn unrepeatable: give the method another name."""
    assert sampling.METHOD == "sha256-order-1"
    assert sampling.population_sha256(["/b", "/a"]) == hashlib.sha256(b'"/a"\n"/b"\n').hexdigest()
    assert sampling.draw(10, 4, "2026-Q4") == (8, 2, 6, 7)


def test_a_sample_has_each_number_once_and_begins_like_a_smaller_one() -> None:
    drawn = sampling.draw(50, 20, "seed")
    assert len(set(drawn)) == 20
    assert set(drawn) <= set(range(1, 51))
    assert sampling.draw(50, 5, "seed") == drawn[:5]
    assert sampling.draw(50, 20, "another") != drawn
    assert sorted(sampling.draw(3, 25, "seed")) == [1, 2, 3]


def _shell(command: str, folder: Path) -> str:
    ended = subprocess.run(["bash", "-c", command], cwd=folder, capture_output=True, text=True, check=True)
    return ended.stdout


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed here")
def test_standard_tools_give_the_same_hash(tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    rows = [{"control": name, "subject": {"id": one}} for one in IDS for name in ("c", "other")]
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows[:-1])
    (tmp_path / "results" / "observations.jsonl").write_text(lines, encoding="utf-8")
    assert _shell(sampling.hash_command("c"), tmp_path).split()[0] == sampling.population_sha256(IDS)
    assert _shell(sampling.hash_command("other"), tmp_path).split()[0] != sampling.population_sha256(IDS)


@pytest.mark.parametrize("seed", ["2026-Q4", "it's $HOME; `x`", "%s", "-n"])
def test_standard_tools_draw_the_same_sample(tmp_path: Path, seed: str) -> None:
    drawn = _shell(sampling.draw_command(40, 7, seed), tmp_path)
    assert tuple(int(line.split()[1]) for line in drawn.splitlines()) == sampling.draw(40, 7, seed)
