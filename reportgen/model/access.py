"""Who may do what in a cluster."""

from __future__ import annotations

from dataclasses import dataclass

from reportgen.model.observation import Subject


@dataclass(frozen=True, slots=True, order=True)
class Access:
    """One principal's right in one cluster, with what gives it.

    ``principal`` is the kind and the id or name (``Group/...``, ``ServiceAccount/<namespace>/<name>``);
    ``place`` a namespace or the whole cluster. ``by`` is kubernetes or azure, ``through`` the binding or the
    Azure role's name, ``scope`` where that stands. ``eligible``: the role has to be activated first;
    ``conditional``: the assignment has a condition, which is not evaluated here. ``system``: a binding that
    Kubernetes or AKS made for its own parts.
    """

    principal: str
    right: str
    place: str
    by: str
    through: str
    scope: str
    eligible: bool = False
    conditional: bool = False
    system: bool = False


@dataclass(frozen=True, slots=True)
class AccessListing:
    """Who has which right in one cluster, sorted.

    ``missing`` are the sentences that say what could not be read: where there is one, more principals may
    have rights than the rows show.
    """

    cluster: Subject
    rows: tuple[Access, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Principal:
    """Who or what an object id stands for in the directory, where somebody asked it.

    ``kind`` is in a reader's words: user, guest, group, service principal, managed identity. ``found`` is
    False where the directory has no such object: it was deleted, and a role or binding for it is left over.
    ``name`` is "" then, and where the directory gives none. ``sign_in`` is a user's principal name or an
    application's id. ``members`` are the ids of all members of a group, nested ones included; None where they
    were not read. ``all_members`` is False where some are missing there.
    """

    id: str
    kind: str
    name: str
    found: bool
    sign_in: str = ""
    members: tuple[str, ...] | None = None
    all_members: bool = True
