"""Framework files: what they hold, what is refused with its line, and what findings say of a requirement."""

from __future__ import annotations

from pathlib import Path

import pytest

from reportgen.assess import catalogue, frameworks
from reportgen.errors import UsageError
from reportgen.model import Finding, Relation, Status
from reportgen.run import CONTROLS, FRAMEWORKS

GOOD = """\
id: example-1.0
title: Example Framework
short: Example
version: "1.0"
publisher: Example Institute
source: https://example.org/framework
number: 3
number_source: The publisher counts three.
groups:
  Access:
    - {id: "A.1", title: Access is limited, direct: [api-server-private], supporting: [rbac-enabled],
       published: {rbac-enabled: Example mapping 7}, not_covered: People who leave.}
    - {id: "A.2", title: Buildings are locked, method: inherited, reason: The provider runs the buildings.}
  Records:
    - {id: "B.1", title: Somebody reads the logs, method: attestation, reason: A person states it.}
"""


def write(folder: Path, text: str = GOOD, name: str = "example-1.0") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def finding(control: str, status: Status, exceptions: int = 0, not_assessed: int = 0) -> Finding:
    return Finding(control, status, 5, 5 - exceptions - not_assessed, exceptions, not_assessed, 0)


def test_requirements_keep_their_order_group_and_mappings(tmp_path: Path) -> None:
    (framework,) = frameworks.load([write(tmp_path)])
    first, second, third = framework.requirements
    assert [line.group for line in framework.requirements] == ["Access", "Access", "Records"]
    assert [(item.control, item.relation, item.published) for item in first.controls] == [
        ("api-server-private", Relation.DIRECT, ""),
        ("rbac-enabled", Relation.SUPPORTING, "Example mapping 7"),
    ]
    assert first.not_covered == "People who leave."
    assert (second.method, second.controls) == ("inherited", ())
    assert third.reason == "A person states it."


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ("number: 3", "number: 4", 7, "number: 4 are said to be listed; found 3"),
        ('id: "A.2"', 'id: "A.1"', 11, "A.1 is listed 2 times"),
        (", reason: A person states it.", "", 15, "attestation needs a reason"),
        ("method: inherited", "method: inherited, direct: [x-y]", 13, "inherited has no controls; found x-y"),
        (
            "direct: [api-server-private], supporting: [rbac-enabled],",
            "",
            11,
            "neither direct nor supporting",
        ),
        ("supporting: [rbac-enabled]", "supporting: [api-server-private]", 11, "is named 2 times"),
        ("published: {rbac-enabled:", "published: {other-one:", 11, "which is neither direct nor supporting"),
        ("id: example-1.0", "id: other", 1, "the file is named example-1.0.yaml"),
        ("short: Example", "shorter: Example", 3, "shorter: Extra inputs are not permitted"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, what: str
) -> None:
    assert old in GOOD
    with pytest.raises(UsageError) as refused:
        frameworks.load([write(tmp_path, GOOD.replace(old, new))])
    told = str(refused.value).splitlines()
    assert any(f".yaml:{line}: " in text and what in text for text in told), told


def test_a_later_folder_stands_for_the_same_framework(tmp_path: Path) -> None:
    ours = write(tmp_path / "a")
    theirs = write(tmp_path / "b", GOOD.replace("Example Framework", "Their Framework"))
    assert [found.title for found in frameworks.load([ours, theirs])] == ["Their Framework"]


def test_an_engagement_chooses_in_its_order_and_an_unknown_one_is_named(tmp_path: Path) -> None:
    write(tmp_path)
    write(tmp_path, GOOD.replace("id: example-1.0", "id: another"), "another")
    both = frameworks.load([tmp_path])
    assert frameworks.chosen(both, None) == both
    assert [found.id for found in frameworks.chosen(both, ("example-1.0", "another"))] == [
        "example-1.0",
        "another",
    ]
    with pytest.raises(UsageError, match=r"none-such: unknown; there are another, example-1\.0"):
        frameworks.chosen(both, ("none-such",))


def test_a_requirement_has_the_status_of_its_direct_controls_before_that_of_others(tmp_path: Path) -> None:
    loaded = frameworks.load([write(tmp_path)])
    found = [
        finding("api-server-private", Status.SATISFIED),
        finding("rbac-enabled", Status.NOT_SATISFIED, exceptions=2, not_assessed=1),
    ]
    (result,) = frameworks.evaluate(loaded, found)
    first, second, _ = result.requirements
    assert (first.status, first.exceptions, first.supporting_only) == (Status.SATISFIED, 0, False)
    (supported,) = frameworks.evaluate(loaded, found[1:])
    line = supported.requirements[0]
    assert (line.status, line.exceptions, line.not_assessed) == (Status.NOT_SATISFIED, 2, 1)
    assert line.supporting_only
    assert second.status is None
    (without,) = frameworks.evaluate(loaded, [])
    assert without.requirements[0].status is None


def test_what_the_catalogue_lacks_is_found(tmp_path: Path) -> None:
    loaded = frameworks.load([write(tmp_path)])
    (problem,) = frameworks.unknown_controls(loaded, ["api-server-private"])
    assert problem.endswith("example-1.0.yaml: A.1: no control has the id rbac-enabled")


def test_the_shipped_frameworks_name_controls_that_exist() -> None:
    known = [control.id for control in catalogue.load(CONTROLS)]
    assert frameworks.unknown_controls(frameworks.load([FRAMEWORKS]), known) == []
