"""A pack's results as DataFrames, from the folder and from the zip."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pandas
import pytest

import reportgen
from reportgen.errors import UsageError
from reportgen.pack import read_file
from tests.conftest import Run


def test_folder_and_zip_give_the_same_frames(mixed_run: Run) -> None:
    folder, packed = (reportgen.read_pack(path) for path in (str(mixed_run.pack), mixed_run.zip))
    pandas.testing.assert_frame_equal(folder.findings, packed.findings)
    pandas.testing.assert_frame_equal(folder.observations, packed.observations)
    assert folder.document == packed.document


def test_findings_have_one_row_a_control(mixed_run: Run) -> None:
    pack = reportgen.read_pack(mixed_run.pack)
    assert len(pack.findings) == len(pack.document["findings"]) == pack.findings["control"].nunique()
    private = pack.findings.set_index("control").loc["api-server-private"]
    assert (private["status"], private["population"], private["exceptions"]) == ("not-satisfied", 4, 3)


def test_observations_have_one_row_a_control_and_subject(mixed_run: Run) -> None:
    pack = reportgen.read_pack(mixed_run.pack)
    frame = pack.observations
    assert len(frame) == pack.findings["population"].sum()
    assert not frame.duplicated(["control", "subject.id"]).any()
    assert {"subject.id", "subject.kind", "subject.name", "subject.cluster", "subject.subscription", "status",
            "observed", "reason", "evidence", "waiver", "cause"} <= set(frame.columns)  # fmt: skip
    by_control = pack.findings.set_index("control")
    pivot = frame.groupby(["control", "status"]).size().unstack(fill_value=0)
    pivot = pivot.reindex(by_control.index, fill_value=0)  # a population of 0 has no observation
    assert (pivot["satisfied"] == by_control["satisfied"]).all()
    assert (pivot["not-satisfied"] == by_control["exceptions"]).all()


@pytest.mark.parametrize("name", ["none", "empty", "text"])
def test_what_is_no_pack_is_said_to_be_none(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "text").write_text("x", encoding="utf-8")
    with pytest.raises(UsageError, match="not a pack"):
        reportgen.read_pack(tmp_path / name)


def test_a_file_is_read_by_its_path_in_the_pack(mixed_run: Run) -> None:
    for path in (mixed_run.pack, mixed_run.zip):
        assert json.loads(read_file(path, "manifest.json"))["schema_version"] == "1"
        with pytest.raises(UsageError, match=r"none\.txt cannot be read"):
            read_file(path, "none.txt")


@pytest.mark.parametrize("name", ["../secret.txt", "results/../../secret.txt", "/etc/passwd"])
def test_a_path_out_of_the_pack_is_not_followed(own_pack: Path, name: str) -> None:
    (own_pack.parent / "secret.txt").write_text("x", encoding="utf-8")
    with pytest.raises(UsageError, match="names a file that is not in the pack"):
        read_file(own_pack, name)


def test_a_line_ends_where_json_lines_end(own_pack: Path) -> None:
    path = own_pack / "results" / "observations.jsonl"
    path.write_bytes(path.read_bytes().replace(b"aks-weak", "aks\u2028\x85weak".encode()))
    names = reportgen.read_pack(own_pack).observations["subject.cluster"]
    assert "aks\u2028\x85weak" in set(names)


def test_an_empty_zip_is_no_pack(tmp_path: Path) -> None:
    zipfile.ZipFile(tmp_path / "empty.zip", "w").close()
    with pytest.raises(UsageError, match="not a pack"):
        reportgen.read_pack(tmp_path / "empty.zip")
