"""Lists and single reads of Resource Manager that need to know no provider, from the bodies of the folder."""

from __future__ import annotations

import re
from dataclasses import dataclass

from reportgen.sandbox.bodies import Resource
from reportgen.sandbox.estate import Estate
from reportgen.sandbox.exchange import Answer, Call, Refused, error
from reportgen.sandbox.ids import MANAGEMENT_GROUPS, ResourceId, parse
from reportgen.sandbox.resource_manager import forbidden, missing, missing_group, page
from reportgen.sandbox.rows import chain
from reportgen.sandbox.subscriptions_file import Subscription

A_PAGE = 200
"""Entries in one page; what Azure takes differs from provider to provider."""

_LISTED_BELOW = ("microsoft.advisor/", "microsoft.authorization/", "microsoft.security/")
"""A list of these at a scope holds what hangs on the resources below it as well."""
_INHERITED = (
    "microsoft.authorization/denyassignments",
    "microsoft.authorization/policy",
    "microsoft.authorization/role",
)
"""A list of these at a scope holds what hangs on the scopes above it as well."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a list is about: a type (lower case) at a scope (its key, "" for the tenant).

    ``direct``: it holds what hangs on that scope and nothing else, as do the children of a resource.
    """

    scope: str
    type: str
    direct: bool


@dataclass(frozen=True, slots=True)
class Lists:
    """Answers what no other handler does."""

    estate: Estate

    def answer(self, call: Call) -> Answer:
        """A GET of anything: a list, or a single object that the folder does not hold."""
        found = self._entries(call)
        if found:
            return Answer(page(call, [dict(resource.body) for resource in found], A_PAGE, trailing=False))
        self._check_parents(call)
        pattern = self.estate.pattern(call.key)
        if pattern is None:
            return self._not_held(call)
        return _refusal(call, pattern.status) if pattern.wordless else Answer(pattern.body, pattern.status)

    def _entries(self, call: Call) -> list[Resource]:
        wanted = _wanted(call.key)
        if wanted is None or wanted.direct:
            return _filtered(call, list(self.estate.collection(call.key)), call.key)
        above = self._above(wanted.scope) if wanted.type.startswith(_INHERITED) else set()
        same = self.estate.by_type.get(wanted.type, ())
        return _filtered(call, [r for r in same if _in_list(r.id, wanted, above)], wanted.scope)

    def _above(self, scope: str) -> set[str]:
        """The scopes that hand their assignments down to ``scope``."""
        segments = scope.split("/")
        if scope.startswith(MANAGEMENT_GROUPS):
            lines = [[*_groups(known)] for known in self.estate.subscriptions]
            name = segments[4]
            groups = [above for line in lines if name in line for above in line[line.index(name) + 1 :]]
        else:
            subscription = self.estate.subscription(segments[2]) if len(segments) > 2 else None
            groups = _groups(subscription) if subscription else []
        found = {"/".join(segments[:length]) for length in range(3, len(segments))}
        return found | {f"{MANAGEMENT_GROUPS}{name}" for name in groups} | ({""} if scope else set())

    def _check_parents(self, call: Call) -> None:
        """Azure answers 404 to what is asked of a group or a resource that is not there."""
        parts = call.path.strip("/").split("/")
        if call.key.startswith(MANAGEMENT_GROUPS):
            known = {name for subscription in self.estate.subscriptions for name in _groups(subscription)}
            if parts[3].lower() not in known:
                raise Refused(forbidden(call.path))
        if [part.lower() for part in parts[0:3:2]] != ["subscriptions", "resourcegroups"]:
            return
        group, resource = "/" + "/".join(parts[:4]), "/" + "/".join(parts[:8])
        if 4 < len(parts) < 8 and group.lower() not in self.estate.groups:
            raise Refused(missing_group(parts[3]))
        if len(parts) > 8 and resource.lower() not in self.estate.by_key:
            raise Refused(missing(resource, parts[3]))

    def _not_held(self, call: Call) -> Answer:
        """A resource of its own is not there; of a part of one, as of a list, the folder does not say."""
        found = parse(call.path)
        whole = found is not None and found.group and not found.extension and found.type.count("/") == 1
        if found is None or not whole or found.type.startswith("microsoft.authorization/"):
            return no_answer(call)
        return missing(call.path, found.group)


def _in_list(resource_id: ResourceId, wanted: _Wanted, above: set[str]) -> bool:
    if resource_id.scope == wanted.scope or resource_id.scope in above:
        return True
    if not wanted.scope or not resource_id.key.startswith(f"{wanted.scope}/"):
        return False
    return wanted.type.startswith(_LISTED_BELOW) or not resource_id.extension


def _groups(subscription: Subscription) -> list[str]:
    return [link["name"].lower() for link in chain(subscription)]


def _wanted(key: str) -> _Wanted | None:
    scope, found, tail = key.rpartition("/providers/")
    segments = tail.split("/")
    if not found or len(segments) % 2:
        return None
    kind = "/".join([segments[0], *segments[1::2]])
    on_resource = "/providers/" in scope and not kind.startswith(_LISTED_BELOW)
    return _Wanted(scope, kind, direct=len(segments) > 2 or on_resource)


def _filtered(call: Call, found: list[Resource], scope: str) -> list[Resource]:
    """``atScope()`` leaves out what hangs below the scope; no other filter is known here."""
    wanted = call.query.get("$filter", "").replace(" ", "").lower()
    if found and wanted not in ("", "atscope()"):
        text = f"The sandbox cannot filter a list by {call.query['$filter']!r}; store the answer instead."
        raise Refused(error(400, "SandboxCannotFilter", text))
    return [r for r in found if not wanted or not r.id.scope.startswith(f"{scope}/")]


def _refusal(call: Call, status: int) -> Answer:
    """403 or 404, in Azure's words."""
    found = parse(call.path)
    if status == 403:
        return forbidden(call.path)
    return missing(call.path, found.group) if found else error(404, "NotFound", "The resource was not found.")


def no_answer(call: Call) -> Answer:
    """The folder does not say: an empty list here would pose as "there is none". Names the file to add."""
    parts = call.key.strip("/").split("/")
    kinds = [part for part in parts if not part.startswith(("providers", "microsoft."))]
    start = kinds.index("managedclusters") + 1 if "managedclusters" in kinds else 1
    name = re.sub(r"[^a-z0-9]+", "-", "-".join(kinds[start:]))
    form = f'{{"request": {{"method": "GET", "uri": "{call.path}"}}, "response": {{"body": <the answer>}}}}'
    text = (
        f"The estate folder does not say. Add azure/answers/{name}.json with {form}, or, where there is "
        f'none, "{call.path}" to the list in azure/empty.json.'
    )
    return error(404, "EstateHasNoAnswer", text)
