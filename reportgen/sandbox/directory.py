"""Microsoft Graph: objects of the directory by id, and the members of groups.

Sources: Microsoft's reference of directoryObject: getByIds, of List group transitive members, of paging and
of error responses.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from reportgen.model import Json
from reportgen.sandbox.directory_file import Entry
from reportgen.sandbox.exchange import Answer, Call, Clock, Refused
from reportgen.sandbox.identity import Identity
from reportgen.sandbox.interface import Fault, Kind

BY_IDS = "/v1.0/directoryobjects/getbyids"
MEMBERS = "/v1.0/groups/{group}/transitivemembers"
MOST_IDS = 1000
A_PAGE, MOST_A_PAGE = 100, 999


@dataclass(frozen=True, slots=True)
class Directory:
    """Answers from ``entries`` (see `reportgen.sandbox.directory_file`), None where the folder has none."""

    entries: Mapping[str, Entry] | None
    identity: Identity
    clock: Clock

    def by_ids(self, call: Call) -> Answer:
        """POST directoryObjects/getByIds: what is there of the ids; of the others nothing is said."""
        known, body = self._known(call), call.json()
        ids = body.get("ids") if isinstance(body, dict) else None
        if not isinstance(ids, list) or not 0 < len(ids) <= MOST_IDS:
            text = f"Invalid value specified for property 'ids' of resource: 1 to {MOST_IDS} are taken."
            raise Refused(refusal(call, self.clock, 400, "Request_BadRequest", text))
        wanted = dict.fromkeys(str(one).lower() for one in ids)
        value = [dict(known[one].body) for one in wanted if one in known]
        return Answer({"@odata.context": self._context(call, "directoryObjects"), "value": value})

    def members(self, call: Call) -> Answer:
        """GET groups/{id}/transitiveMembers: a flat list of all nested members, groups among them."""
        known, group = self._known(call), call.parts["group"]
        if group not in known or known[group].kind != "group":
            text = f"Resource '{group}' does not exist or one of its queried reference-property objects are "
            raise Refused(refusal(call, self.clock, 404, "Request_ResourceNotFound", f"{text}not present."))
        found = [self._selected(call, known[one]) for one in _below(known, group)]
        size = min(_number(call.query.get("$top", str(A_PAGE)), A_PAGE), MOST_A_PAGE)
        start = _number(call.query.get("$skiptoken", "0"), 0)
        body: dict[str, Json] = {
            "@odata.context": self._context(call, "directoryObjects"),
            "value": found[start : start + size],
        }
        if start + size < len(found):
            kept = "".join(f"{key}={call.query[key]}&" for key in ("$select", "$top") if key in call.query)
            body["@odata.nextLink"] = f"https://{call.host}{call.path}?{kept}$skiptoken={start + size}"
        return Answer(body)

    def unauthorized(self, call: Call) -> Answer | None:
        """401 without a good token, or with one that is for somebody else; None where all is well."""
        authorization = call.headers.get("authorization", "")
        problem = self.identity.problem(authorization)
        if problem is None and self.identity.is_for(authorization, f"https://{call.host}"):
            return None
        message = problem[1] if problem else "Access token validation failure. Invalid audience."
        challenge = {
            "WWW-Authenticate": f'Bearer realm="", error="invalid_token", error_description="{message}"'
        }
        return refusal(call, self.clock, 401, "InvalidAuthenticationToken", message, challenge)

    def faulty(self, call: Call, fault: Fault) -> Answer:
        """403 and 429 as Microsoft Graph sends them."""
        if fault.kind in (Kind.THROTTLED, Kind.THROTTLED_SILENTLY, Kind.THROTTLED_BY_QUOTA):
            wait = {"Retry-After": str(math.ceil(fault.seconds))} if fault.kind is Kind.THROTTLED else {}
            return refusal(call, self.clock, 429, "TooManyRequests", "Too many requests", wait)
        text = "Insufficient privileges to complete the operation."
        return refusal(call, self.clock, 403, "Authorization_RequestDenied", text)

    def _known(self, call: Call) -> Mapping[str, Entry]:
        if self.entries is None:
            text = (
                "The estate folder does not say: add azure/directory.json with the objects of the directory."
            )
            raise Refused(refusal(call, self.clock, 404, "EstateHasNoAnswer", text))
        return self.entries

    def _context(self, call: Call, what: str) -> str:
        return f"https://{call.host}/v1.0/$metadata#{what}"

    def _selected(self, call: Call, entry: Entry) -> dict[str, Json]:
        """The properties that $select names; of those that an object of its type lacks nothing is said."""
        wanted = [key for key in call.query.get("$select", "").split(",") if key]
        if not wanted:
            return dict(entry.body)
        return {key: entry.body[key] for key in ("@odata.type", *wanted) if key in entry.body}


def is_for_graph(call: Call) -> bool:
    """Whether a call is for Microsoft Graph, by its path."""
    return call.key.startswith("/v1.0/")


def refusal(
    call: Call, clock: Clock, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
) -> Answer:
    """Microsoft Graph's error envelope."""
    request_id = call.request_id(clock, "request")
    inner = {
        "date": clock.now().strftime("%Y-%m-%dT%H:%M:%S"),
        "request-id": request_id,
        "client-request-id": call.request_id(clock, "correlation"),
    }
    body = {"error": {"code": code, "message": message, "innerError": inner}}
    return Answer(body, status, {"request-id": request_id, **(headers or {})})


def _below(known: Mapping[str, Entry], group: str) -> list[str]:
    """The ids of all members, each once, sorted; a group that holds itself is no member of itself."""
    found: set[str] = set()
    waiting = [group]
    while waiting:
        for member in known[waiting.pop()].members:
            if member in known and member not in found and member != group:
                found.add(member)
                waiting.append(member)
    return sorted(found)


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isdecimal() else otherwise
