"""What is said of an evidence source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from reportgen.model import Json


class Join(StrEnum):
    """Which rows of a source that clusters share have to do with one cluster."""

    NODE_GROUP = "node-group"
    """those in the cluster's node resource group"""
    SUBSCRIPTION = "subscription"
    """those of its subscription"""
    ABOUT = "about"
    """those that say they are about the cluster, or something inside it"""
    SCOPE = "scope"
    """those whose scope is the cluster, above it (management groups, tenant) or inside it"""
    MENTIONED = "mentioned"
    """those whose id the cluster's body names, or that something named lies in"""
    LINKED = "linked"
    """those whose id the cluster's body names, or a row that belongs to it of the sources in ``via``, or what
    was read of it alone, or that something named lies in"""
    INSIDE = "inside"
    """those that lie in a row that belongs to the cluster of the sources in ``via``"""
    NAMING = "naming"
    """those that name the cluster, a resource that its body names, or a row that belongs to it of the
    sources in ``via``"""
    COVERING = "covering"
    """those that name the cluster or a scope that it lies in, as alert rules do with what they watch"""
    VAULT = "vault"
    """the vaults that LINKED gives, and those whose address the cluster's body has"""
    ROLE = "role"
    """definitions of roles that are assigned, or can be activated, at the cluster, above it or inside it"""
    TRUST = "trust"
    """credentials of identities that the cluster's body names, or that trust its OIDC issuer"""
    BELOW = "below"
    """those whose id lies below that of the cluster, or of another resource that is a subject"""


@dataclass(frozen=True, slots=True)
class Rule:
    """A right that reading takes in Kubernetes: ``list`` of a resource; the core API group is ""."""

    group: str
    resource: str

    @property
    def words(self) -> str:
        """The right as a reader is told it."""
        what = "everything" if self.resource == "*" else self.resource
        return f"list {what} in the {f'API group {self.group}' if self.group else 'core API group'}"


@dataclass(frozen=True, slots=True)
class Source:
    """One evidence source.

    ``name`` is the folder in the snapshot and the word in a control's ``needs``; ``relation`` the key under
    ``related`` in a control's expressions ("" where it is not offered there); ``scope`` what one
    answer covers: tenant, subscription, location, cluster, group or resource (one of another kind);
    ``permissions`` are the actions that reading takes; ``join`` says which rows of it belong to a cluster.
    ``rules`` are the rights that reading takes in Kubernetes, ``app_roles`` the application permissions that
    it takes in Microsoft Graph; ``only`` says of the body of a cluster whether it is asked of that one, None
    that it is asked of all; ``requires`` names the source whose gap on a cluster is a gap in this one
    too; so is one of the sources in ``via``, over which the join goes.
    """

    name: str
    title: str
    permissions: tuple[str, ...]
    scope: str
    relation: str = ""
    join: Join | None = None
    rules: tuple[Rule, ...] = ()
    requires: str = ""
    via: tuple[str, ...] = ()
    app_roles: tuple[str, ...] = ()
    only: Callable[[Json], bool] | None = None
