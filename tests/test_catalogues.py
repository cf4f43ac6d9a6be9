"""What a run judges by: shipped controls, a company's own, the pinned version, the entity's own controls."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reportgen import engagement
from reportgen.assess.catalogue import version
from reportgen.catalogues import CONTROLS, Own, catalogue_of, entity_results
from reportgen.errors import UsageError
from reportgen.model import Finding, Status
from tests.assess.build import write_control
from tests.assess.test_frameworks import write as write_framework

TEXT = """\
entity: Contoso
period: {start: 2026-10-01, end: 2026-12-31}
scope: {}
credential: managed-identity
"""


def engaged(more: str = "") -> Any:
    return engagement.parse(TEXT + more, "engagement.yaml")


def test_a_companys_control_stands_in_place_of_a_shipped_one_and_another_beside_them(tmp_path: Path) -> None:
    write_control(tmp_path, title="Ours: no public endpoint")
    write_control(tmp_path, id="api-server-tagged", check="'owner' in subject.?tags.orValue({})")
    found = catalogue_of(engaged(), Own(controls=tmp_path))
    titles = {control.id: control.title for control in found.controls}
    assert titles["api-server-private"] == "Ours: no public endpoint"
    assert len(found.controls) == len(catalogue_of(engaged()).controls) + 1
    assert found.folders == (CONTROLS, tmp_path)
    assert found.notes == (
        "Controls of the entity's own, beside the shipped ones: api-server-tagged.",
        "Controls of the entity's own, in place of shipped ones: api-server-private.",
    )


def test_a_companys_framework_is_shown_beside_the_shipped_ones(tmp_path: Path) -> None:
    write_framework(tmp_path)
    found = catalogue_of(engaged("frameworks: [example-1.0]\n"), Own(frameworks=tmp_path))
    assert [framework.id for framework in found.frameworks] == ["example-1.0"]
    with pytest.raises(UsageError, match=r"example-1\.0: unknown; there are"):
        catalogue_of(engaged("frameworks: [example-1.0]\n"))


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="none: no such folder"):
        catalogue_of(engaged(), Own(controls=tmp_path / "none"))


def test_another_catalogue_than_the_pinned_one_is_said() -> None:
    version = catalogue_of(engaged()).version
    assert catalogue_of(engaged(f'catalogue: "{version}"\n')).notes == ()
    (note,) = catalogue_of(engaged('catalogue: "2020.1"\n')).notes
    assert note.startswith(
        f"The engagement pins catalogue 2020.1; these results were made with catalogue {version}"
    )


OWN = """\
entity_controls:
  - {id: A-1, text: Nobody gets in., owner: CISO, controls: [api-server-private, rbac-enabled]}
"""


def test_an_entitys_control_has_the_status_of_what_gives_evidence_for_it() -> None:
    listed = engaged(OWN).entity_controls
    found = [
        Finding("api-server-private", Status.SATISFIED, 5, 5, 0, 0, 0),
        Finding("rbac-enabled", Status.NOT_SATISFIED, 5, 2, 2, 1, 0),
    ]
    (result,) = entity_results(listed, found)
    assert (result.id, result.owner, result.controls) == (
        "A-1",
        "CISO",
        ("api-server-private", "rbac-enabled"),
    )
    assert (result.status, result.exceptions, result.not_assessed) == (Status.NOT_SATISFIED, 2, 1)
    (nothing,) = entity_results(listed, [])
    assert nothing.status is None


def test_an_entitys_control_that_names_an_unknown_one_is_refused() -> None:
    with pytest.raises(UsageError, match="entity_controls: A-1: no control has the id rbac-enabled"):
        catalogue_of(engaged(OWN))


def test_the_version_is_a_year_and_a_quarter() -> None:
    year, _, quarter = version(CONTROLS).partition(".")
    assert (len(year), quarter in "1234") == (4, True)
