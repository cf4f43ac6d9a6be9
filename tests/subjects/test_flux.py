"""Flux configurations as Azure shows them, and in step only where it says so."""

from __future__ import annotations

from typing import Any

from reportgen.subjects import flux


def row(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "complianceState": "Compliant", "provisioningState": "Succeeded", **more}


def test_a_configuration_is_told_with_its_source() -> None:
    whole = row(
        "apps",
        namespace="shop",
        url="https://git.contoso.example/apps",
        sourceSyncedCommitId="main@sha1:0a",
        statusUpdatedAt="2026-11-15T05:48:11.2Z",
        suspend=False,
    )
    assert flux.configurations({"flux_configurations": [whole]}) == [
        {
            "name": "apps",
            "namespace": "shop",
            "url": "https://git.contoso.example/apps",
            "commit": "main@sha1:0a",
            "in_step": True,
            "suspended": False,
            "provisioning": "Succeeded",
            "reported": "2026-11-15T05:48:11.2Z",
        }
    ]


def test_any_other_state_is_out_of_step() -> None:
    states = ("Non-Compliant", "Pending", "Unknown", None)
    rows = [row(str(number), complianceState=state) for number, state in enumerate(states)]
    found = flux.configurations({"flux_configurations": rows}) or []
    assert [one["in_step"] for one in found] == [False] * len(states)
    assert "reported" not in found[0]


def test_what_could_not_be_read_is_not_known() -> None:
    assert flux.configurations({}) is None
