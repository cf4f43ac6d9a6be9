"""Flux configurations that Azure runs in a cluster, and whether what runs matches their repositories."""

from __future__ import annotations

from collections.abc import Mapping

from reportgen.model import Json
from reportgen.subjects.document import at

_IN_STEP = "Compliant"
"""Azure's word for a configuration that matches its repository."""


def configurations(related: Mapping[str, Json]) -> list[Json] | None:
    """Each configuration, by name; None where they could not be read.

    ``name``, ``namespace``, ``url`` and ``commit`` ("" where they are not shown), ``in_step``, ``suspended``,
    ``provisioning`` (Azure's word), and ``reported`` (RFC 3339), absent where it never did.
    """
    rows = related.get("flux_configurations")
    return None if rows is None else sorted(map(_configuration, rows), key=lambda one: str(one["name"]))


def _configuration(row: Json) -> dict[str, Json]:
    reported = at(row, "statusUpdatedAt")
    return {
        "name": str(at(row, "name") or ""),
        "namespace": str(at(row, "namespace") or ""),
        "url": str(at(row, "url") or ""),
        "commit": str(at(row, "sourceSyncedCommitId") or ""),
        "in_step": at(row, "complianceState") == _IN_STEP,
        "suspended": at(row, "suspend") is True,
        "provisioning": str(at(row, "provisioningState") or "not shown"),
        **({"reported": reported} if reported else {}),
    }
