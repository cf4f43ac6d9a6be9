"""A pack's results as DataFrames, from the folder and from the zip."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas
import pytest

import reportgen
from reportgen.errors import UsageError
from reportgen.model import UNLISTED
from reportgen.pack import read, read_file
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
    listed = frame[~frame["subject.id"].str.endswith(UNLISTED)]
    assert len(listed) == pack.findings["population"].sum()
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


def test_the_columns_are_those_documented(mixed_run: Run) -> None:
    pack = reportgen.read_pack(mixed_run.zip)
    for frame, columns in (
        (pack.findings, read.FINDINGS),
        (pack.observations, read.OBSERVATIONS),
        (pack.gaps, read.GAPS),
        (pack.access, read.ACCESS),
    ):
        assert len(frame)
        assert list(frame.columns)[: len(columns)] == list(columns)
        assert {name: str(frame[name].dtype) for name in columns} == dict(columns)


def test_gaps_and_access_are_those_of_the_files(mixed_run: Run) -> None:
    pack = reportgen.read_pack(mixed_run.pack)
    assert len(pack.gaps) == len(pack.document["gaps"])
    lines = (mixed_run.pack / "results" / "access.jsonl").read_bytes().splitlines()
    assert len(pack.access) == len(lines)
    assert set(pack.access["not_read"].dropna()) == {
        told for line in lines if (told := json.loads(line)["not_read"])
    }


def test_a_missing_value_is_one_of_pandas(mixed_run: Run) -> None:
    frame = reportgen.read_pack(mixed_run.pack).observations
    assert (frame["cause"].notna() == (frame["status"] == "not-assessed")).all()
    assert frame["waiver"].isna().all()


@pytest.mark.parametrize(("name", "spoil", "problem"), [
    ("results/findings.json", lambda text: text[:-9], "is no JSON"),
    ("results/findings.json", lambda text: text.replace(b'"schema_version": "1"', b'"schema_version": "9"'),
     "that this version reads"),
    ("results/findings.json", lambda text: text.replace(b'"needs"', b'"other"'), "lack something"),
    ("results/observations.jsonl", lambda text: text.replace(b'"subject"', b'"other"'), "lack something"),
    ("results/access.jsonl", lambda text: b"[]\n", "lack something"),
    ("results/access.jsonl", None, r"access\.jsonl cannot be read"),
])  # fmt: skip
def test_a_pack_of_another_kind_is_said_to_be_none(
    own_pack: Path, name: str, spoil: Callable[[bytes], bytes] | None, problem: str
) -> None:
    path = own_pack / name
    if spoil is None:
        path.unlink()
    else:
        path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(UsageError, match=f"not a pack.*{problem}"):
        reportgen.read_pack(own_pack)
