"""The shipped catalogue: complete, tested by itself, and fit to be followed by hand."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from azure.core.serialization import attribute_list, get_backcompat_attr_name
from azure.mgmt.containerservice import models as sdk_models

from reportgen.assess import catalogue, expression
from reportgen.assess.judge import Verdict, judge
from reportgen.model import Control, ControlTest, Json, Status
from reportgen.render.strings import builtin

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = catalogue.load(ROOT / "controls")
BY_ID = {control.id: control for control in CATALOGUE}

AREAS = {
    "api-server": "private authorized-ranges run-command-disabled",
    "encryption": "disks-customer-managed-key at-host etcd-kms",
    "governance": "azure-policy-addon",
    "identity": "kubernetes-rbac-enabled entra-managed azure-rbac-enabled local-accounts-disabled "
    "managed-identity workload-identity-enabled",
    "logging": "container-insights audit-logs-collected platform-logs-collected defender-sensor",
    "network": "policy-engine-enabled standard-load-balancer azure-cni http-application-routing-disabled",
    "nodes": "no-public-ip ssh-disabled scale-set-pools",
    "patching": "kubernetes-version-supported pool-version-matches-control-plane cluster-auto-upgrade "
    "node-os-auto-upgrade node-image-recent maintenance-windows",
    "resilience": "availability-zones sla-tier system-pool-min-nodes user-pool-min-nodes "
    "autoscaling max-pods",
    "secrets": "key-vault-provider-enabled rotation-enabled",
}
IDS = {f"{area}-{name}" for area, words in AREAS.items() for name in words.split()}

ODD_CASING = {
    "identity-managed-identity",
    "network-azure-cni",
    "network-policy-engine-enabled",
    "network-standard-load-balancer",
    "nodes-scale-set-pools",
    "nodes-ssh-disabled",
    "patching-cluster-auto-upgrade",
    "patching-maintenance-windows",
    "patching-node-os-auto-upgrade",
    "resilience-sla-tier",
    "resilience-system-pool-min-nodes",
    "resilience-user-pool-min-nodes",
    "secrets-rotation-enabled",
}
"""Controls that judge a text which Azure returns in more than one casing. Keys are the documents' part."""

BEYOND_THE_TABLE = {
    "network-nodes-no-ssh-from-internet",
    "network-nsg-no-open-inbound",
    "nodes-ready",
}
"""Controls whose check no row of the peers' table has."""

each_control = pytest.mark.parametrize("control", CATALOGUE, ids=lambda control: control.id)


def verdict(control: Control, case: ControlTest) -> Verdict:
    given: dict[str, Json] = dict(case.given)
    as_of = datetime.fromisoformat(given.pop("as_of", catalogue.DEFAULT_AS_OF))
    given["parameters"] = {**control.parameters, **given.get("parameters", {})}
    return judge(control, expression.context(given, as_of))


def notes(control: Control) -> str:
    return (ROOT / control.path).read_text(encoding="utf-8").partition("\ntests:")[2]


def test_all_controls_are_there() -> None:
    assert len(IDS) == 38
    assert set(BY_ID) >= IDS


def test_every_control_passes_its_own_tests() -> None:
    assert [str(failure) for failure in catalogue.run_tests(CATALOGUE)] == []


def test_the_lint_finds_nothing() -> None:
    assert catalogue.lint(CATALOGUE) == []


@each_control
def test_the_area_is_the_longest_known_beginning_of_the_id(control: Control) -> None:
    beginnings = [area for area in builtin().section("areas") if control.id.startswith(f"{area}-")]
    assert control.area == max(beginnings, key=len)
    assert control.path == f"controls/{control.area}/{control.id}.yaml"


@each_control
def test_the_tests_cover_every_way_out(control: Control) -> None:
    expected = {case.expect for case in control.tests}
    assert {Status.SATISFIED, Status.NOT_SATISFIED} <= expected
    assert (Status.NOT_APPLICABLE in expected) == bool(control.when)
    assert (Status.NOT_ASSESSED in expected) == bool(control.assessable)
    assert "absent" in notes(control)
    assert not control.parameters or any("parameters" in case.given for case in control.tests)
    assert control.id not in ODD_CASING or "odd casing" in notes(control)


@each_control
@pytest.mark.parametrize("constant", ["true", "false"])
def test_a_check_that_is_always_the_same_fails_the_tests(control: Control, constant: str) -> None:
    assert catalogue.run_tests((replace(control, check=constant),))


@each_control
def test_a_reader_is_told_why(control: Control) -> None:
    for case in control.tests:
        found = verdict(control, case)
        assert found.reason == "" or found.reason.endswith("."), case
        if found.status is not Status.SATISFIED:
            assert found.reason, case
            assert not found.reason.startswith("The check gave false"), case


@each_control
def test_an_absent_setting_is_explained_where_it_passes(control: Control) -> None:
    """Passing on an absent setting is Azure's default speaking, which the report has to say."""
    nothing = ControlTest({"subject": {}, "derived": {}, "related": {}}, Status.SATISFIED)
    found = verdict(control, nothing)
    assert found.status is not Status.SATISFIED or "absent" in found.reason


@each_control
def test_the_texts_are_whole(control: Control) -> None:
    assert control.method in ("automated", "external")
    assert 1 <= len(control.observe) <= 4
    assert control.objective.endswith(".")
    assert control.objective.count(". ") == 0
    assert control.remediation_text.endswith(".")
    assert control.severity_reason or control.severity in ("low", "medium")
    assert not re.match(r"(no )?peers?\b|\w+ (rates?|flags?)\b", control.severity_reason, re.IGNORECASE)
    for address in control.references:
        assert re.fullmatch(r"https://[a-z0-9.-]+\.(com|io|dev|gov|uk)/[A-Za-z0-9/._#-]+", address)


def commands(control: Control) -> Iterator[str]:
    yield from re.findall(r"\baz (?:aks|resource|monitor) .*?(?= and az |\n|$)", control.test_procedure)
    yield from control.remediation_cli.splitlines()


@each_control
def test_every_command_is_one_that_can_be_run(control: Control) -> None:
    assert re.search(r" To re-perform, run (az|kubectl) ", control.test_procedure)
    for line in control.remediation_cli.splitlines():
        assert line.startswith(("az ", "kubectl "))
    for line in commands(control):
        assert line.count('"') % 2 == 0
        assert line.count("'") % 2 == 0
        assert all(re.fullmatch(r"<[a-z-]+>", word) for word in re.findall(r"<[^>]*>", line))


def _shown_by_az() -> set[str]:
    """The names in what `az aks show` prints: the SDK's, in camel case, so enableRBAC becomes enableRbac."""
    names = set()
    for value in vars(sdk_models).values():
        if isinstance(value, type) and getattr(value, "_is_model", False):
            model = value()
            for attribute in attribute_list(model):
                first, *rest = get_backcompat_attr_name(model, attribute).split("_")
                names.add(first + "".join(part[:1].upper() + part[1:] for part in rest))
    return names


KEYS_OF_MAPS = {
    "azureKeyvaultSecretsProvider",
    "azurepolicy",
    "httpApplicationRouting",
    "kubeDashboard",
    "kubeletidentity",
    "omsagent",
}


def test_the_names_in_queries_are_those_that_the_command_line_shows() -> None:
    """A name in another casing gives an empty answer, which a reader would take for an absent setting."""
    shown = _shown_by_az() | KEYS_OF_MAPS
    assert "enableRbac" in shown
    assert "enableRBAC" not in shown
    asked = 0
    for control in CATALOGUE:
        for query in re.findall(r'az aks show .*?--query (".*?"|\S+)', control.test_procedure):
            names = set(re.findall(r"[A-Za-z]\w*", query))
            assert names <= shown, control.id
            asked += 1
    assert asked >= 30


def test_every_row_that_is_covered_exists() -> None:
    table = ROOT.parent / "shared" / "reference" / "peer-checks.csv"
    if not table.is_file():
        pytest.skip(f"no table of peers' checks at {table}")
    with table.open(encoding="utf-8", newline="") as file:
        rows = {row["id"] for row in csv.DictReader(file)}
    for control in CATALOGUE:
        beyond = control.method == "external" or control.id in BEYOND_THE_TABLE
        assert control.covers or beyond, control.id
        assert set(control.covers) <= rows, control.id
