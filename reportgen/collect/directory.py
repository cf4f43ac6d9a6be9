"""The door to Microsoft Graph: principals by their ids, members of groups; the same pipeline as to Azure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote, urlsplit

from azure.core import PipelineClient
from azure.core.rest import HttpRequest

from reportgen.collect.azure import Answer, Unreachable, ask, decoded
from reportgen.collect.connection import Connection, transport
from reportgen.collect.credentials import Chosen
from reportgen.collect.policies import PRINCIPALS_PATH, ClockPolicy, reading

API_VERSION = "v1.0"
BATCH = 1000
"""Ids that getByIds takes at most (Microsoft's reference, directoryObject: getByIds)."""
PAGE_ROWS = 999
"""Rows that a list of Microsoft Graph gives at most in one answer."""
KEPT = (
    "@odata.type",
    "id",
    "displayName",
    "userPrincipalName",
    "userType",
    "appId",
    "servicePrincipalType",
)
"""What is stored of an object; getByIds knows no $select and sends telephone numbers and offices as well."""
_SELECTED = ",".join(key for key in KEPT if not key.startswith("@"))


class TooMany(Unreachable):
    """A group has more members than the engagement reads."""

    reason = "limit"


class Directory:
    """Reads from Microsoft Graph; safe to use from several threads."""

    def __init__(
        self,
        credential: Chosen,
        connection: Connection,
        clock: Callable[[], datetime],
        host_clock: ClockPolicy,
    ) -> None:
        self.endpoint = connection.graph_url
        self._clock = clock
        self._client: PipelineClient[HttpRequest, object] = PipelineClient(
            self.endpoint,
            policies=reading(credential, f"{self.endpoint}/.default", host_clock),
            transport=transport(connection),
        )

    def by_ids(self, ids: Sequence[str]) -> Iterator[Answer]:
        """The objects of at most `BATCH` ids, in one answer; ids that the directory lacks are left out."""
        request = HttpRequest("POST", f"{self.endpoint}{PRINCIPALS_PATH}", json={"ids": list(ids)})
        answer = self._ask(request)
        if _next(answer):
            # Whoever is not in the answer counts as deleted, so that a part of it will not do.
            raise Unreachable(f"{PRINCIPALS_PATH}: answered a part of {len(ids)} ids only")
        yield replace(answer, parameters={"ids": list(ids)})

    def members(self, group: str, most: int) -> Iterator[Answer]:
        """The pages of a group's members, nested ones included; TooMany where there are more than ``most``.

        What is beyond ``most`` is left out.
        """
        path = f"/{API_VERSION}/groups/{quote(group, safe='')}/transitiveMembers"
        following: str | None = f"{self.endpoint}{path}?$select={_SELECTED}&$top={min(PAGE_ROWS, most)}"
        seen: set[str] = set()
        left = most
        while following:
            if following in seen:
                raise Unreachable(f"{path}: its pages do not end, {len(seen)} were read")
            seen.add(following)
            answer = self._ask(HttpRequest("GET", following))
            rows = _rows(answer)
            yield replace(answer, body={"value": rows[:left]}) if answer.status == 200 else answer
            following = _next(answer)
            left -= len(rows)
            if left < 0 or (left == 0 and following):
                raise TooMany(
                    f"The group has more than {most:,} members, of whom the first {most:,} were read; "
                    "principals.members_per_group in the engagement says how many are."
                )
            if following and urlsplit(following).netloc.lower() != urlsplit(self.endpoint).netloc.lower():
                raise Unreachable(f"nextLink of {path} points at another host: {urlsplit(following).netloc}")

    def _ask(self, request: HttpRequest) -> Answer:
        """One answer, with nothing in it but what is stored; an error as it came."""
        answer = ask(self._client, request, self._clock, API_VERSION)
        body = decoded(answer.content)
        if answer.status != 200 or not isinstance(body, dict):
            return replace(answer, body=body)
        found = body.get("value")
        if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
            raise Unreachable(f"{urlsplit(answer.url).path}: the answer holds no list of objects")
        kept = [{key: row[key] for key in KEPT if key in row} for row in found]
        link = body.get("@odata.nextLink")
        return replace(answer, body={"value": kept, **({"@odata.nextLink": link} if link else {})})


def _next(answer: Answer) -> str | None:
    return answer.body.get("@odata.nextLink") if isinstance(answer.body, dict) else None


def _rows(answer: Answer) -> list[dict[str, object]]:
    return list(answer.body["value"]) if answer.status == 200 and isinstance(answer.body, dict) else []
