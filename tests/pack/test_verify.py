"""Verify finds whatever differs from the manifest, in a folder and in a zip, and says when it is no pack."""

from __future__ import annotations

import json
import os
import random
import shutil
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from reportgen.errors import UsageError
from reportgen.pack import Verification, verify
from tests import line
from tests.conftest import Run

PAGE = "results/observations.jsonl"


def rewritten(archive: Path, change: Callable[[zipfile.ZipInfo, bytes], bytes | None]) -> Path:
    """The zip with each file as ``change`` gives it; None leaves it out."""
    target = archive.with_name("changed.zip")
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(target, "w") as new:
        for info in old.infolist():
            content = change(info, old.read(info))
            if content is not None:
                new.writestr(info, content)
    return target


def zip_of(pack: Path) -> Path:
    return pack.with_name(f"{pack.name}.zip")


def found(verification: Verification) -> dict[str, tuple[str, ...]]:
    kinds = ("changed", "missing", "added")
    return {kind: names for kind in kinds if (names := getattr(verification, kind))}


def test_an_untouched_pack_is_intact(mixed_run: Run) -> None:
    for path in (mixed_run.pack, mixed_run.zip):
        result = verify(path)
        assert result.intact
        assert found(result) == {}
        assert (result.pack_id, result.collection_mode) == (mixed_run.pack.name[-12:], "estate")
        assert result.files == sum(1 for path in mixed_run.pack.rglob("*") if path.is_file()) - 1


def changed(pack: Path) -> dict[str, tuple[str, ...]]:
    (pack / PAGE).write_bytes((pack / PAGE).read_bytes().replace(b"not-satisfied", b"satisfied", 1))
    return {"changed": (PAGE,)}


def emptied(pack: Path) -> dict[str, tuple[str, ...]]:
    (pack / "report.html").write_bytes(b"")
    return {"changed": ("report.html",)}


def missing(pack: Path) -> dict[str, tuple[str, ...]]:
    (pack / PAGE).unlink()
    return {"missing": (PAGE,)}


def added(pack: Path) -> dict[str, tuple[str, ...]]:
    (pack / "results" / "note.txt").touch()
    (pack / ".hidden").touch()
    return {"added": (".hidden", "results/note.txt")}


def moved(pack: Path) -> dict[str, tuple[str, ...]]:
    (pack / PAGE).rename(pack / "results" / "Observations.jsonl")
    return {"missing": (PAGE,), "added": ("results/Observations.jsonl",)}


def folder_instead(pack: Path) -> dict[str, tuple[str, ...]]:
    (pack / "README.txt").unlink()
    (pack / "README.txt").mkdir()
    return {"missing": ("README.txt",)}


def linked(pack: Path) -> dict[str, tuple[str, ...]]:
    """The same bytes by a link, which may show others tomorrow."""
    shutil.move(pack / PAGE, pack.parent / "elsewhere")
    (pack / PAGE).symlink_to(pack.parent / "elsewhere")
    return {"changed": (PAGE,)}


def linked_folder(pack: Path) -> dict[str, tuple[str, ...]]:
    (pack / "more").symlink_to(pack / "results")
    return {"added": ("more",)}


def dangling(pack: Path) -> dict[str, tuple[str, ...]]:
    (pack / "nowhere").symlink_to(pack / "none")
    return {"added": ("nowhere",)}


def manifests_line_removed(pack: Path) -> dict[str, tuple[str, ...]]:
    path = pack / "MANIFEST.sha256"
    kept = [text for text in path.read_text(encoding="utf-8").splitlines(keepends=True) if PAGE not in text]
    path.write_text("".join(kept), encoding="utf-8")
    return {"added": (PAGE,)}


def provenance_changed(pack: Path) -> dict[str, tuple[str, ...]]:
    path = next((pack / "evidence").rglob("*.provenance.json"))
    path.write_bytes(path.read_bytes().replace(b'"estate"', b'"azure"'))
    return {"changed": (path.relative_to(pack).as_posix(),)}


SPOILERS = (
    changed, emptied, missing, added, moved, folder_instead, linked, linked_folder, dangling,
    manifests_line_removed, provenance_changed,
)  # fmt: skip


@pytest.mark.parametrize("spoil", SPOILERS, ids=lambda spoil: spoil.__name__)
def test_what_differs_in_a_folder_is_found(
    own_pack: Path, spoil: Callable[[Path], dict[str, tuple[str, ...]]]
) -> None:
    expected = spoil(own_pack)
    assert found(verify(own_pack)) == expected
    result = line.command("verify", own_pack)
    assert result.code == 1
    assert result.out.splitlines()[0] == "collection mode: estate"
    assert result.out.splitlines()[-1] == "ALTERED since the manifest was written"
    for word, names in expected.items():
        for name in names:
            assert f"  {word}: {name}" in result.out.splitlines()


def test_a_changed_file_in_a_zip_is_found(own_pack: Path) -> None:
    path = rewritten(zip_of(own_pack), lambda info, data: b"x" if info.filename.endswith(PAGE) else data)
    assert found(verify(path)) == {"changed": (PAGE,)}
    assert line.command("verify", path).code == 1


def test_a_missing_file_in_a_zip_is_found(own_pack: Path) -> None:
    path = rewritten(zip_of(own_pack), lambda info, data: None if info.filename.endswith(PAGE) else data)
    assert found(verify(path)) == {"missing": (PAGE,)}


@pytest.mark.parametrize(("name", "expected"), [
    ("{top}/extra.txt", "extra.txt"),
    ("{top}/results/../extra.txt", "results/../extra.txt"),
    ("other/extra.txt", "extra.txt"),
    ("extra.txt", "extra.txt"),
    ("{top}/README.txt", "README.txt"),
    ("other/README.txt", "README.txt"),
    ("README.txt", "README.txt"),
    ("../README.txt", "README.txt"),
    ("/etc/passwd", "etc/passwd"),
])  # fmt: skip
def test_a_file_too_many_in_a_zip_is_found(own_pack: Path, name: str, expected: str) -> None:
    """Also one that stands there twice, or beside the pack's folder: programs differ in which they show."""
    path = zip_of(own_pack)
    with warnings.catch_warnings(), zipfile.ZipFile(path, "a") as archive:
        warnings.simplefilter("ignore")  # of the doubled name
        archive.writestr(name.format(top=own_pack.name), "other")
    result = verify(path)
    assert not result.intact
    assert expected in result.added
    assert line.command("verify", path).code == 1


def test_the_first_of_two_files_of_one_name_is_no_way_around(own_pack: Path) -> None:
    """What was there first is changed, and the true one follows: the last one is intact."""
    path = zip_of(own_pack)
    with zipfile.ZipFile(path) as archive:
        good = archive.read(f"{own_pack.name}/README.txt")
    spoiled = rewritten(path, lambda info, data: b"other" if info.filename.endswith("README.txt") else data)
    with warnings.catch_warnings(), zipfile.ZipFile(spoiled, "a") as archive:
        warnings.simplefilter("ignore")
        archive.writestr(f"{own_pack.name}/README.txt", good)
    assert verify(spoiled).added == ("README.txt",)


def test_a_link_in_a_zip_is_found(own_pack: Path) -> None:
    path = zip_of(own_pack)
    link = zipfile.ZipInfo(f"{own_pack.name}/link")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    assert verify(path).added == ("link",)


def test_a_file_that_became_a_link_in_a_zip_is_found(own_pack: Path) -> None:
    """The bytes are those of the manifest, but who unpacks it gets a link of that text."""
    source = zip_of(own_pack)
    target = source.with_name("changed.zip")
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for info in old.infolist():
            content = old.read(info)
            if info.filename.endswith(PAGE):
                info.external_attr = 0o120777 << 16
            new.writestr(info, content)
    assert found(verify(target)) == {"changed": (PAGE,)}


@pytest.mark.parametrize("seed", range(12))
def test_a_damaged_zip_is_never_intact_and_never_an_internal_error(own_pack: Path, seed: int) -> None:
    path = zip_of(own_pack)
    content = bytearray(path.read_bytes())
    chance = random.Random(seed)  # noqa: S311 (no secret)
    for _ in range(20):
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)
    result = line.command("verify", path)
    assert result.code in (1, 2), result.err
    assert "internal" not in result.err


@pytest.mark.parametrize("cut", [0, 1, 3, 1000, -1, -30])
def test_a_zip_that_breaks_off_is_never_intact(own_pack: Path, cut: int) -> None:
    path = zip_of(own_pack)
    path.write_bytes(path.read_bytes()[:cut])
    result = line.command("verify", path)
    assert result.code == 2
    assert result.err.startswith(f"error: {path}: not a pack")


def nothing(folder: Path) -> Path:
    return folder / "none"


def empty_folder(folder: Path) -> Path:
    (folder / "empty").mkdir()
    return folder / "empty"


def text_file(folder: Path) -> Path:
    (folder / "file.txt").write_text("hello", encoding="utf-8")
    return folder / "file.txt"


def other_zip(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "other.zip", "w") as archive:
        archive.writestr("a/b.txt", "x")
    return folder / "other.zip"


def empty_zip(folder: Path) -> Path:
    zipfile.ZipFile(folder / "empty.zip", "w").close()
    return folder / "empty.zip"


def locked_zip(folder: Path) -> Path:
    """A zip whose entry claims to be encrypted."""
    path = other_zip(folder)
    content = bytearray(path.read_bytes())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    "make",
    [nothing, empty_folder, text_file, other_zip, empty_zip, locked_zip],
    ids=lambda make: make.__name__,
)
def test_what_is_no_pack_is_said_to_be_none(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    path = make(tmp_path)
    with pytest.raises(UsageError, match="not a pack"):
        verify(path)
    result = line.command("verify", path)
    assert (result.code, result.out) == (2, "")
    assert str(path) in result.err


@pytest.mark.parametrize("text", ["hello\n", "0" * 63 + "  README.txt\n", "0" * 64 + " README.txt\n", "\n"])
def test_a_manifest_that_is_none_is_said_to_be_wrong(own_pack: Path, text: str) -> None:
    (own_pack / "MANIFEST.sha256").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match="line 1 is not '<sha256>  <path>'"):
        verify(own_pack)


def test_an_empty_manifest_makes_every_file_one_too_many(own_pack: Path) -> None:
    (own_pack / "MANIFEST.sha256").write_bytes(b"")
    assert len(verify(own_pack).added) > 50


def test_json_is_one_document(mixed_run: Run, own_pack: Path) -> None:
    whole = line.command("verify", mixed_run.zip, "--json")
    assert whole.code == 0
    document = json.loads(whole.out)
    assert document == {
        "pack_id": mixed_run.pack.name[-12:], "collection_mode": "estate", "intact": True,
        "files": document["files"], "changed": [], "missing": [], "added": [], "timestamps": [],
    }  # fmt: skip
    expected = changed(own_pack)
    altered = line.command("verify", own_pack, "--json")
    assert altered.code == 1
    document = json.loads(altered.out)
    assert document["changed"] == list(expected["changed"])
    assert document["intact"] is False


def test_a_name_that_is_no_text_can_be_told(own_pack: Path) -> None:
    Path(os.fsdecode(os.fsencode(own_pack) + b"/\xff\x1b[31m")).touch()
    result = line.process("verify", own_pack)
    assert result.returncode == 1, result.stderr
    assert "added: " in result.stdout
    assert "\x1b" not in result.stdout
    document = line.process("verify", own_pack, "--json")
    assert document.returncode == 1, document.stderr
    assert len(json.loads(document.stdout)["added"]) == 1


def test_the_mode_is_told_before_anything_else(mixed_run: Run) -> None:
    result = line.command("verify", mixed_run.pack)
    assert result.code == 0
    assert result.out.splitlines()[0] == "collection mode: estate"
    assert result.out.splitlines()[-1] == "intact"
