"""The pages of docs/ that are made are up to date, and say what they are for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reportgen.assess import catalogue
from reportgen.run import CONTROLS
from reportgen.sources.kubernetes import KUBERNETES, cluster_role, data_actions
from tests.line import ROOT
from tools import docs
from tools.pages.cluster_role import PURPOSE

PAGE = (ROOT / "docs" / "cluster-role.md").read_text(encoding="utf-8")


def test_the_pages_are_what_make_docs_would_write(tmp_path: Path) -> None:
    assert docs.main(tmp_path) == 0
    made = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*.md")}
    assert {Path("coverage.md"), Path("frameworks.md"), Path("controls/rbac.md")} <= {*made}
    other = [
        str(name)
        for name, content in made.items()
        if not (ROOT / "docs" / name).is_file() or (ROOT / "docs" / name).read_bytes() != content
    ]
    assert other == [], "run make docs"


def test_no_page_of_controls_is_left_from_an_area_that_is_gone() -> None:
    made = {name.removeprefix("controls/") for name in docs.pages() if name.startswith("controls/")}
    assert {path.name for path in (ROOT / "docs" / "controls").iterdir()} == made


def test_only_what_changed_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    docs.main(tmp_path)
    names = [f"{tmp_path / name}: written" for name in docs.pages()]
    assert capsys.readouterr().out.splitlines() == names
    (tmp_path / "coverage.md").write_text("old", encoding="utf-8")
    docs.main(tmp_path)
    assert capsys.readouterr().out.splitlines() == [f"{tmp_path / 'coverage.md'}: written"]


def rows(heading: str) -> list[list[str]]:
    """The cells of all tables below a heading."""
    part = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    cells = [
        [cell.strip() for cell in text.strip("|").split("|")] for text in part.splitlines() if "|" in text
    ]
    return [row for row in cells if not row[0].startswith(("---", "list", "control"))]


def test_each_right_of_the_role_has_its_line_and_its_reason() -> None:
    found = {row[0].strip("`"): row for row in rows("Right by right")}
    assert {*found} == {
        ".".join(filter(None, (resource, rule["apiGroups"][0])))
        for rule in cluster_role(KUBERNETES)["rules"]
        for resource in rule["resources"]
    }
    assert {row[2].strip("`") for row in found.values()} - {"none exists: a gap there"} == {
        action.partition("managedClusters/")[2] for action in data_actions(KUBERNETES)
    }
    assert all(row[1] for row in found.values())
    assert found["secrets"][3] == "3"
    assert {*PURPOSE} == {source.name for source in KUBERNETES if source.rules}


def test_each_control_that_looks_inside_has_its_line_with_the_rights_it_needs() -> None:
    by_name = {source.name: source for source in KUBERNETES}
    found = {
        control: row[1]
        for row in rows("Control by control")
        for control in re.findall(r"`([a-z0-9-]+)`: ", row[0])
    }
    inside = {
        control.id: [rule for need in control.needs if need in by_name for rule in by_name[need].rules]
        for control in catalogue.load(CONTROLS)
    }
    assert {*found} == {control for control, rules in inside.items() if rules}
    for control, told in found.items():
        named = re.findall(r"`([^`]+)`", told)
        assert named == [".".join(filter(None, (rule.resource, rule.group))) for rule in inside[control]]
