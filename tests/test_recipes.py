"""docs/adding-a-control.md and docs/adding-a-framework.md do what they say, word by word."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.line import ROOT
from tests.recipe import Followed, follow


@pytest.fixture
def kitchen(tmp_path: Path) -> tuple[Path, Path]:
    """An empty folder to follow a page in, and one for the command."""
    for name in ("here", "bin"):
        (tmp_path / name).mkdir()
    return tmp_path / "here", tmp_path / "bin"


def found(folder: Path) -> Any:
    (path,) = folder.glob("out/pack-*/results/findings.json")
    return json.loads(path.read_text(encoding="utf-8"))


def test_adding_a_control(kitchen: tuple[Path, Path]) -> None:
    page = ROOT / "docs" / "adding-a-control.md"
    done = follow(page, *kitchen)
    name = "governance-region-approved"
    steps = re.findall(r"^\*\*(\d+)\. ", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert steps == [f"{number}" for number in range(1, 10)]
    assert done.files == [
        f"our-controls/governance/{name}.yaml",
        "estate/azure/clusters.json",
        "estate/engagement.yaml",
    ]
    verbs = {" ".join(command.split()[:3]) for command in done.commands if command.startswith("reportgen")}
    assert {f"reportgen controls {verb}" for verb in ("new", "lint", "test", "schema")} <= verbs
    document = found(kitchen[0])
    (finding,) = [finding for finding in document["findings"] if finding["control"] == name]
    assert (finding["status"], finding["population"], finding["exceptions"]) == ("not-satisfied", 2, 1)
    assert any(f"beside the shipped ones: {name}" in note for note in document["notes"])
    assert any(
        f"{name} regions = westeurope, northeurope, swedencentral" in note for note in document["notes"]
    )
    assert [own["status"] for own in document["entity_controls"]] == ["not-satisfied"]


def test_adding_a_framework(kitchen: tuple[Path, Path]) -> None:
    done = follow(ROOT / "docs" / "adding-a-framework.md", *kitchen)
    assert done.files[0] == "our-frameworks/contoso-baseline-3.yaml"
    assert "reportgen controls schema framework" in " ".join(done.commands)
    document = found(kitchen[0])
    assert [framework["id"] for framework in document["frameworks"]] == [
        "contoso-baseline-3",
        "cis-aks-1.8.0",
    ]
    requirements = {one["id"]: one["status"] for one in document["frameworks"][0]["requirements"]}
    assert requirements == {"CB-1": "not-satisfied", "CB-2": None, "CB-3": None}


PAGE = """\
Write `a/b.txt`:

```yaml
one
```

```sh
cat a/b.txt; echo two; echo three
```

```text
{}
```
"""


def test_a_page_that_promises_too_much_is_found(kitchen: tuple[Path, Path]) -> None:
    page = kitchen[0] / "page.md"

    def followed(text: str) -> Followed:
        page.write_text(text, encoding="utf-8")
        return follow(page, *kitchen)

    assert followed(PAGE.format("one\nthree")).files == ["a/b.txt"]
    for promised in ("four", "two\none", "thr"):
        with pytest.raises(AssertionError, match="not in this order"):
            followed(PAGE.format(promised))
    with pytest.raises(AssertionError, match="no file is named before 'one"):
        followed(PAGE.replace("`a/b.txt`:", "a file:"))
    with pytest.raises(AssertionError, match="no-such-command"):
        followed(PAGE.replace("echo two", "no-such-command"))
