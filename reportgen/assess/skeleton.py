"""A new control file to fill in: it loads, passes the linter and its own tests as it stands."""

from __future__ import annotations

import re
from pathlib import Path

from reportgen.errors import UsageError
from reportgen.subjects import SUBJECTS, own_sources

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")
_AREAS_WITH_HYPHENS = ("api-server",)
_BY_AZURE = ("cluster", "agent-pool")
"""Subjects whose bodies Resource Manager gives with an API version."""

_TEXT = """\
id: {id}
title: {title}
area: {area}
severity: medium   # low, medium, high or critical; the last two need a severity_reason
subject: {subject}
method: automated
objective: What this protects, in one sentence.
test_procedure: >-
  What an auditor looks at by hand, and what it has to be. To re-perform, run
  {command}
needs: [{needs}]
# when: <CEL>      # false is not-applicable; with not_applicable_reason
check: subject.?{path}.orValue('') == 'good'
# reason: <CEL>    # a sentence for the reader where it is not satisfied, or ''
observe:
  Setting: subject.?{path}.orValue(null)
remediation:
  text: How the subject gets into the good state.
  cli: {remedy}
references:
  - https://learn.microsoft.com/azure/aks/
{since}tests:
  - {{given: {{subject: {{{first}: {good}}}}}, expect: satisfied}}
  - {{given: {{subject: {{{first}: {bad}}}}}, expect: not-satisfied}}
  - {{given: {{subject: {{}}}}, expect: not-satisfied, note: the value absent}}
"""


def skeleton(control_id: str, subject: str, folder: Path) -> Path:
    """Write ``<folder>/<area>/<id>.yaml`` and return its path.

    Raises UsageError for an id or a kind of subject that no control can have, and where the file exists.
    """
    if not _ID.fullmatch(control_id):
        raise UsageError(
            f"{control_id}: expected <area>-<good state> in lower case, such as network-hub-named"
        )
    if subject not in SUBJECTS:
        raise UsageError(f"--subject {subject}: expected one of {', '.join(SUBJECTS)}")
    known = next((area for area in _AREAS_WITH_HYPHENS if control_id.startswith(f"{area}-")), "")
    area = known or control_id.partition("-")[0]
    path = folder / area / f"{control_id}.yaml"
    if path.exists():
        raise UsageError(f"{path}: exists and is never overwritten")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_filled(control_id, area, subject), encoding="utf-8")
    return path


def _filled(control_id: str, area: str, subject: str) -> str:
    words = control_id.removeprefix(f"{area}-").replace("-", " ")
    by_azure = subject in _BY_AZURE
    inside = any(source.startswith("k8s.") for source in own_sources(subject))
    return _TEXT.format(
        id=control_id,
        area=area,
        title=words.capitalize(),
        subject=subject,
        needs=", ".join(own_sources(subject)),
        path="metadata.?annotations.?setting" if inside else "properties.?setting",
        first="metadata" if inside else "properties",
        good="{annotations: {setting: good}}" if inside else "{setting: good}",
        bad="{annotations: {setting: bad}}" if inside else "{setting: bad}",
        command=f"kubectl get {subject}s -o yaml"
        if inside
        else "az aks show -g <resource-group> -n <cluster>",
        remedy=f"kubectl edit {subject} <name>"
        if inside
        else "az aks update -g <resource-group> -n <cluster>",
        since='property_since: "2020-01-01"   # the first ARM API version that shows the setting\n'
        if by_azure
        else "",
    )
