"""Roles and cluster roles: their rules with aggregated cluster roles expanded, and the powers these give."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from reportgen.model import Json
from reportgen.subjects.document import at
from reportgen.subjects.inside.interface import Documents, Found, Kind, Objects, found, named
from reportgen.subjects.inside.powers import WHOLE_CLUSTER, powers, wildcards

ROLES = ("k8s.roles", "k8s.cluster-roles")
BINDINGS = ("k8s.role-bindings", "k8s.cluster-role-bindings")
_BOOTSTRAPPING = "kubernetes.io/bootstrapping"
_ADD_ON = "addonmanager.kubernetes.io/mode"


@dataclass(slots=True)
class RoleBook:
    """The roles of a cluster by name; the rules of each are put together once."""

    cluster_roles: dict[str, Json]
    roles: dict[tuple[str, str], Json]
    _rules: dict[str, list[Json]] = field(default_factory=dict)

    @classmethod
    def of(cls, objects: Objects) -> RoleBook:
        """The roles that could be read."""
        return cls(
            {named(role)[1]: role for role, _ in objects.of("k8s.cluster-roles")},
            {named(role): role for role, _ in objects.of("k8s.roles")},
        )

    def rules(self, kind: str, namespace: str, name: str) -> list[Json] | None:
        """The rules of a role, those that it is put together from included; None where there is no such role.

        The API server writes the sum into ``rules`` of an aggregated role a moment later than the parts
        change, so both are taken.
        """
        if kind == "ClusterRole":
            return self._cluster_rules(name) if name in self.cluster_roles else None
        role = self.roles.get((namespace, name))
        return None if role is None else list(role.get("rules") or ())

    def _cluster_rules(self, name: str) -> list[Json]:
        if name not in self._rules:
            rules: list[Json] = []
            for part in sorted(self._parts(name)):
                for rule in self.cluster_roles[part].get("rules") or ():
                    if rule not in rules:
                        rules.append(rule)
            self._rules[name] = rules
        return self._rules[name]

    def _parts(self, name: str) -> set[str]:
        """A cluster role and all that it is put together from; roles may select each other."""
        parts: set[str] = set()
        waiting = [name]
        while waiting:
            current = waiting.pop()
            if current not in parts:
                parts.add(current)
                selectors = at(self.cluster_roles[current], "aggregationRule", "clusterRoleSelectors") or ()
                waiting += [
                    other
                    for other, role in self.cluster_roles.items()
                    if any(selects(selector, at(role, "metadata", "labels") or {}) for selector in selectors)
                ]
        return parts


def selects(selector: Json, labels: Json) -> bool:
    """Whether a label selector selects these labels; an empty one selects everything."""
    exact = selector.get("matchLabels") or {}
    return all(labels.get(key) == value for key, value in exact.items()) and all(
        _meets(requirement, labels) for requirement in selector.get("matchExpressions") or ()
    )


def _meets(requirement: Json, labels: Json) -> bool:
    key, values = requirement.get("key"), requirement.get("values") or ()
    match requirement.get("operator"):
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
        case _:
            return False


def delivered(document: Json) -> bool:
    """Whether an object says that Kubernetes or AKS brought it: by label, or by a name they keep for theirs.

    Labels and names can be set by whoever may write the object, so this alone excuses no right that is
    given to anybody.
    """
    labels = at(document, "metadata", "labels") or {}
    name = named(document)[1]
    return _BOOTSTRAPPING in labels or _ADD_ON in labels or name.startswith(("system:", "aks-"))


def _build(objects: Objects) -> Iterator[Found]:
    book = RoleBook.of(objects)
    used = _bound(objects) if objects.known(*BINDINGS) else None
    for source, kind in (("k8s.cluster-roles", "ClusterRole"), ("k8s.roles", "Role")):
        for role, pointer in objects.of(source):
            namespace, name = named(role)
            rules = book.rules(kind, namespace, name) or []
            derived = {
                "kind": kind,
                "system": delivered(role),
                "aggregates": bool(at(role, "aggregationRule", "clusterRoleSelectors")),
                "rules": rules,
                "grants": powers(rules, namespace or WHOLE_CLUSTER),
                "wildcards": sorted({key for rule in rules for key in wildcards(rule)}),
                "bindings": None if used is None else used.count((kind, namespace, name)),
            }
            yield found("role", role, (pointer,), derived)


def _bound(objects: Objects) -> list[tuple[str, str, str]]:
    """The role of each binding: kind, namespace ("" for a cluster role) and name."""
    bindings: Documents = [entry for source in BINDINGS for entry in objects.of(source)]
    return [reference(binding) for binding, _ in bindings]


def reference(binding: Json) -> tuple[str, str, str]:
    """Kind, namespace ("" for a cluster role) and name of the role that a binding names."""
    kind = str(at(binding, "roleRef", "kind") or "ClusterRole")
    return kind, named(binding)[0] if kind == "Role" else "", str(at(binding, "roleRef", "name") or "")


ROLE = Kind(
    name="role",
    many="roles",
    sources=ROLES,
    derived={
        "kind": (),
        "system": (),
        "aggregates": (),
        "rules": (),
        "grants": (),
        "wildcards": (),
        "bindings": BINDINGS,
    },
    build=_build,
)
