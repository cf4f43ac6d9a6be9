"""What clusters share (networks, role assignments, policies): which rows of it have to do with which cluster.

Memory holds the rows of one cluster; the others are in an index on disk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from reportgen.model import Json
from reportgen.snapshot import Page, Reader
from reportgen.sources import BY_NAME, Join
from reportgen.subjects.document import at, last, of_row
from reportgen.subjects.index import Index, Row, Rows
from reportgen.subjects.place import Place, ancestors, mentioned

_SUBSCRIPTIONS = "arg.subscriptions"
_ROLES_NAMED_IN = ("arg.role-assignments", "arm.role-eligibilities")
"""The sources whose rows name the roles of a cluster; they have to have a join."""
_CREDENTIALS = "/federatedidentitycredentials/"


class Shared:
    """The rows of the sources that have a join, by what the join says."""

    def __init__(self, reader: Reader, sources: Iterable[str]) -> None:
        self._reader = reader
        self._prefix = f"evidence/{reader.header.name}"
        self._index = Index()
        self._answered: dict[tuple[str, str], str] = {}
        for source in sorted(_with_those_between(sources)):
            if BY_NAME[source].join:
                for page in reader.pages(source):
                    self._take(source, page)
            if BY_NAME[source].scope == "resource" and any(reader.provenance(BY_NAME[source].requires)):
                self._answered.setdefault((source, ""), "")
        self._index.finish()
        self._chains = dict(_chains(reader))

        self._joins: Mapping[Join, Callable[[str, Place], Rows]] = {
            Join.NODE_GROUP: self._node_group,
            Join.SUBSCRIPTION: self._subscription,
            Join.ABOUT: self._about,
            Join.SCOPE: self._scope,
            Join.MENTIONED: self._named,
            Join.LINKED: self._linked,
            Join.VAULT: self._vault,
            Join.INSIDE: self._inside,
            Join.NAMING: self._naming,
            Join.COVERING: self._covering,
            Join.ROLE: self._role,
            Join.TRUST: self._trust,
            Join.BELOW: self._below,
        }

    def close(self) -> None:
        """Remove the index."""
        self._index.close()

    def answered(self, source: str, where: Place) -> bool:
        """Whether the snapshot holds an answer that would show the cluster's rows, if there were any."""
        if _of_one(source) or BY_NAME[source].scope == "cluster":
            return (source, where.id) in self._answered
        scope = where.subscription if BY_NAME[source].scope == "subscription" else ""
        return (source, scope) in self._answered

    def answer(self, source: str, where: Place) -> tuple[str, ...]:
        """Where the answer stands that was given about one resource alone; () for what many share."""
        key = (source, where.id)
        return (self._answered[key],) if _of_one(source) and key in self._answered else ()

    def _take(self, source: str, page: Page) -> None:
        key = "data" if "data" in page.body else "value"
        pointer = f"{self._prefix}/{page.path}#/{key}"
        for scope in ("", page.provenance.scope.lower()):
            self._answered.setdefault((source, scope), pointer)
        self._index.take(source, page.body.get(key) or [], pointer, page.provenance.api_version)

    def rows(self, source: str, where: Place) -> list[Row]:
        """The rows of a source that have to do with a cluster, as the source's join says, by id."""
        join = BY_NAME[source].join
        found = self._joins[join](source, where) if join else {}
        return [found[key] for key in sorted(found)]

    def _node_group(self, source: str, where: Place) -> Rows:
        return self._index.in_group(source, where.subscription, where.node_group)

    def _subscription(self, source: str, where: Place) -> Rows:
        return self._index.in_subscription(source, where.subscription)

    def _about(self, source: str, where: Place) -> Rows:
        return self._index.about_or_below(source, where.id)

    def _scope(self, source: str, where: Place) -> Rows:
        above = [*self._chains.get(where.subscription, ("/",)), *ancestors(where.id)]
        return self._index.about(source, above) | self._index.about_or_below(source, where.id)

    def _named(self, source: str, where: Place) -> Rows:
        return self._index.with_ids(source, {part for known in where.mentioned for part in ancestors(known)})

    def _linked(self, source: str, where: Place) -> Rows:
        between = {
            known
            for name in BY_NAME[source].via
            for document in self._between(name, where)
            for known in mentioned(document)
        }
        named = where.mentioned | between
        return self._index.with_ids(source, {part for known in named for part in ancestors(known)})

    def _between(self, source: str, where: Place) -> Iterator[Json]:
        """What a source that a join goes over says of a cluster: its rows, or the pages read of it alone."""
        if BY_NAME[source].join:
            yield from (row.document for row in self.rows(source, where))
        else:
            yield from (page.body for page in self._reader.pages(source, where.id))

    def _vault(self, source: str, where: Place) -> Rows:
        return self._linked(source, where) | self._index.vaults_called(source, where.vaults)

    def _inside(self, source: str, where: Place) -> Rows:
        found: Rows = {}
        for owner in self.owners(source, where):
            found |= self._index.below(source, f"{owner}/")
        return found

    def _naming(self, source: str, where: Place) -> Rows:
        return self._index.naming(source, {*where.mentioned, where.id, *self.owners(source, where)})

    def _covering(self, source: str, where: Place) -> Rows:
        return self._index.naming(source, ancestors(where.id))

    def _role(self, source: str, where: Place) -> Rows:
        named = {
            last(str(of_row(row.document, "roleDefinitionId") or ""))
            for other in _ROLES_NAMED_IN
            for row in self.rows(other, where)
        }
        return self._index.about(source, named)

    def _trust(self, source: str, where: Place) -> Rows:
        """All credentials of the identities that a cluster's body names or that trust its issuer."""
        trusting = self._index.about(source, {where.issuer} - {""})
        found: Rows = {}
        for identity in {*where.mentioned, *(_identity(credential) for credential, _ in trusting)}:
            found |= self._index.below(source, f"{identity}{_CREDENTIALS}")
        return found

    def _below(self, source: str, where: Place) -> Rows:
        return self._index.below(source, f"{where.id}/")

    def owners(self, source: str, where: Place) -> list[str]:
        """The ids, in lower case, of the rows that a join goes over: those of the sources in its ``via``."""
        return sorted(
            str(at(row.document, "id") or "").lower()
            for between in BY_NAME[source].via
            for row in self.rows(between, where)
        )


def _of_one(source: str) -> bool:
    """Whether each resource was asked by itself, so that an answer without rows is one about it."""
    return BY_NAME[source].join is Join.BELOW and BY_NAME[source].scope == "resource"


def _with_those_between(sources: Iterable[str]) -> set[str]:
    """The sources, and those that their joins go over."""
    wanted: set[str] = set()
    left = list(sources)
    while left:
        source = left.pop()
        if source not in wanted:
            wanted.add(source)
            left += BY_NAME[source].via
            left += _ROLES_NAMED_IN if BY_NAME[source].join is Join.ROLE else ()
    return wanted


def _identity(credential_id: str) -> str:
    """The id of the identity that a federated credential is of."""
    return credential_id.rpartition(_CREDENTIALS)[0]


def _chains(reader: Reader) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Of each subscription the scopes above it: its management groups and the tenant's root."""
    for page in reader.pages(_SUBSCRIPTIONS):
        for row in page.body["data"]:
            groups = row.get("managementGroups") or ()
            scopes = (
                f"/providers/microsoft.management/managementgroups/{group['name'].lower()}"
                for group in groups
                if isinstance(group, dict) and isinstance(group.get("name"), str)
            )
            yield str(row["subscriptionId"]).lower(), (*scopes, "/")
