"""Whether a control looks at the data that a row of the peers' table names."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reportgen.assess import catalogue, coverage
from reportgen.assess.data_sources import MADE_OF, names, places, sources, unread
from reportgen.assess.paths import paths
from reportgen.sources import BY_NAME
from reportgen.subjects import DERIVED_NAMES
from tests import line

FOLDER = line.ROOT / "controls"
CATALOGUE = catalogue.load(FOLDER)
BY_ID = {control.id: control for control in CATALOGUE}
ROWS = {row.id: row for row in coverage.checks(FOLDER)}

NOT_UNDERSTOOD = {
    "PC-048", "PC-161", "PC-162", "PC-163", "PC-164", "PC-167", "PC-191", "PC-201", "PC-202",
    "PC-209", "PC-238", "PC-241", "PC-245", "PC-246",
}  # fmt: skip
"""Rows whose data is told in words that name neither a property nor a source."""


@pytest.mark.parametrize(
    ("control", "row"),
    [
        ("identity-entra-managed", "PC-002"),
        ("api-server-authorized-ranges", "PC-036"),
        ("network-azure-cni", "PC-054"),
        ("resilience-sla-tier", "PC-189"),
        ("nodes-scale-set-pools", "PC-193"),
        ("patching-maintenance-windows", "PC-079"),
        ("rbac-wildcard-roles-absent", "PC-016"),
        ("workloads-no-privileged-containers", "PC-097"),
        ("workloads-run-as-non-root", "PC-103"),
        ("encryption-storage-classes-csi", "PC-073"),
        ("patching-kubernetes-version-supported", "PC-219"),
    ],
)
def test_a_control_reads_the_data_of_its_row(control: str, row: str) -> None:
    assert row in BY_ID[control].covers
    assert not unread(BY_ID[control], ROWS[row].data_source)


@pytest.mark.parametrize(
    ("control", "row"),
    [
        ("identity-entra-managed", "PC-003"),
        ("identity-kubernetes-rbac-enabled", "PC-004"),
        ("identity-workload-identity-enabled", "PC-088"),
        ("api-server-private", "PC-036"),
        ("network-azure-cni", "PC-050"),
        ("network-standard-load-balancer", "PC-079"),
        ("resilience-sla-tier", "PC-005"),
        ("nodes-ready", "PC-222"),
        ("rbac-wildcard-roles-absent", "PC-026"),
        ("workloads-no-privileged-containers", "PC-103"),
        ("workloads-no-host-pid", "PC-099"),
        ("logging-container-insights", "PC-150"),
        ("patching-cluster-auto-upgrade", "PC-078"),
    ],
)
def test_a_control_that_looks_elsewhere_is_found(control: str, row: str) -> None:
    assert unread(BY_ID[control], ROWS[row].data_source)


def test_what_only_is_observed_decides_nothing() -> None:
    """A property that is printed and not judged is no reading of the row's data."""
    control = BY_ID["identity-entra-managed"]
    seen = replace(control, observe={"A": "subject.?properties.?aadProfile.?enableAzureRBAC.orValue(null)"})
    assert unread(seen, ROWS["PC-003"].data_source)


def test_the_catalogue_is_told_of_a_control_that_looks_elsewhere() -> None:
    wrong = replace(BY_ID["nodes-ready"], covers=("PC-222",))
    (problem,) = [text for text in coverage.problems(FOLDER, (wrong,)) if "reads nothing" in text]
    assert problem.startswith("controls/nodes/nodes-ready.yaml: nodes-ready: covers PC-222 and reads nothing")
    assert "“properties.powerState.code, provisioningState”" in problem


def test_no_control_of_the_catalogue_looks_elsewhere() -> None:
    problems = coverage.problems(FOLDER, CATALOGUE)
    assert [text for text in problems if "reads nothing" in text] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("properties.aadProfile.managed", {("aadprofile", "managed")}),
        ("agentPoolProfiles.enableNodePublicIP", {("enablenodepublicip",)}),
        ("identity.type", {("identity", "type")}),
        ("k8s pods containers.securityContext.privileged", {("privileged",)}),
        ("k8s storageclasses.provisioner", {("provisioner",)}),
        ("k8s namespaces labels pod-security.kubernetes.io/enforce", set()),
        ("Microsoft.ContainerService/fleets/members", set()),
        ("agentPoolProfiles.nodeImageVersion and latestNodeImageVersion",
         {("nodeimageversion",), ("latestnodeimageversion",)}),
    ],
)  # fmt: skip
def test_the_names_in_a_text(text: str, found: set[tuple[str, ...]]) -> None:
    assert set(names(text)) == found


def test_the_sources_in_a_text() -> None:
    assert sources("k8s clusterrolebindings / rolebindings") == {
        "k8s.role-bindings",
        "k8s.cluster-role-bindings",
    }
    assert sources("maintenanceConfigurations child resources") == {"arm.maintenance-configurations"}
    assert sources("properties.enableRBAC") == set()


def test_every_row_is_understood_but_those_that_name_nothing() -> None:
    told = {row.id: places(row.data_source) for row in ROWS.values()}
    puzzling = {row for row, texts in told.items() if not any(sources(t) or set(names(t)) for t in texts)}
    assert puzzling == NOT_UNDERSTOOD


def test_a_key_that_is_computed_may_be_any() -> None:
    check = "['diskCSIDriver'].all(d, subject.?properties.?storageProfile[?d].?enabled.orValue(true))"
    control = replace(BY_ID["identity-entra-managed"], check=check)
    assert not unread(control, "properties.storageProfile.{diskCSIDriver,fileCSIDriver}.enabled")
    assert unread(control, "properties.storageProfile.{diskCSIDriver,fileCSIDriver}.version")


def test_another_tools_word_stands_for_the_data() -> None:
    control = replace(BY_ID["identity-entra-managed"], needs=("arm.managed-clusters",))
    assert unread(control, "configz podPidsLimit")
    assert not unread(replace(control, needs=("imported.kube-bench",)), "configz podPidsLimit")


def test_every_source_of_the_table_exists() -> None:
    words = {source for row in ROWS.values() for source in sources(row.data_source)}
    assert words <= set(BY_NAME)


def test_every_value_of_the_table_is_derived_or_read_by_a_control() -> None:
    texts = {text for control in CATALOGUE for text in (control.when, control.assessable, control.check)}
    steps = {step for text in texts if text for path in paths(text) for step in path}
    derived = {name for names_of_kind in DERIVED_NAMES.values() for name in names_of_kind}
    assert set(MADE_OF) <= steps | derived
