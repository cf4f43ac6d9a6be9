"""What all objects have in common: strict structs, metadata, selectors, and the lists they come in.

Kubernetes answers null where it means nothing, so every field may be None. What is left out of a struct is
skipped by the decoder: it reaches neither memory nor disk nor a log.
"""

from __future__ import annotations

from typing import Annotated, Generic, TypeVar

import msgspec

from reportgen.collect.kubernetes.objects.allowed import ANNOTATIONS, Raw, chosen


class Kube(msgspec.Struct, omit_defaults=True, rename="camel", gc=False):
    """A part of an object; its fields bear Kubernetes' own names on paper."""


class Present(Kube):
    """Something of which only is said that it is there: an empty object."""


class Named(Kube):
    """A reference by name within the namespace."""

    name: str | None = None


class Reference(Kube):
    """A reference to another object."""

    kind: str | None = None
    name: str | None = None
    namespace: str | None = None
    api_group: str | None = None
    group: str | None = None


class Owner(Kube):
    """What an object belongs to, in its own namespace or in none."""

    api_version: str | None = None
    kind: str | None = None
    name: str | None = None
    controller: bool | None = None


class Metadata(Kube):
    """Metadata without managedFields; annotations only as far as `allowed` lets them."""

    name: str | None = None
    namespace: str | None = None
    uid: str | None = None
    creation_timestamp: str | None = None
    deletion_timestamp: str | None = None
    labels: dict[str, str] | None = None
    annotations: Annotated[Raw, msgspec.Meta(extra={"allowed": ANNOTATIONS})] = None
    owner_references: list[Owner] | None = None

    def __post_init__(self) -> None:
        self.annotations = chosen(self.annotations, ANNOTATIONS)


class Requirement(Kube):
    """One expression of a label selector."""

    key: str | None = None
    operator: str | None = None
    values: list[str] | None = None


class Selector(Kube):
    """A label selector; an empty one selects everything."""

    match_labels: dict[str, str] | None = None
    match_expressions: list[Requirement] | None = None


class Condition(Kube):
    """A condition without its message."""

    type: str | None = None
    status: str | None = None
    reason: str | None = None
    last_transition_time: str | None = None


class Bare(Kube):
    """An object of which its metadata is enough."""

    metadata: Metadata | None = None


class ListMetadata(Kube):
    """Of a list: where the next page begins, and which state of the cluster it shows."""

    resource_version: str | None = None
    following: str | None = msgspec.field(name="continue", default=None)


Item = TypeVar("Item")


class ObjectList(Kube, Generic[Item]):
    """One page of a list."""

    kind: str | None = None
    api_version: str | None = None
    metadata: ListMetadata | None = None
    items: list[Item] | None = None
