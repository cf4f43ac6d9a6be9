"""The words of results: statuses, causes, how evidence was collected."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

Json = Any
"""A JSON value: dict, list, str, int, float, bool or None."""


class Status(StrEnum):
    """Result of an observation or of a finding."""

    SATISFIED = "satisfied"
    NOT_SATISFIED = "not-satisfied"
    NOT_APPLICABLE = "not-applicable"
    NOT_ASSESSED = "not-assessed"


class Cause(StrEnum):
    """Why an observation is not-assessed. Only a gap makes a run incomplete."""

    GAP = "gap"
    EXCLUDED = "excluded"
    INHERITED = "inherited"
    UNLISTED = "unlisted"
    NOT_IMPORTED = "not-imported"
    UNDETERMINED = "undetermined"
    NOT_ATTESTED = "not-attested"


class CollectionMode(StrEnum):
    """Where the evidence came from, so that a sample can never pose as evidence."""

    AZURE = "azure"
    ESTATE = "estate"
    DEMO = "demo"
    KUBECONFIG = "kubeconfig"

    @property
    def live(self) -> bool:
        """Whether the evidence is of something real, so that it is never overwritten."""
        return self in (CollectionMode.AZURE, CollectionMode.KUBECONFIG)
