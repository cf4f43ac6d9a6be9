"""kubectl in a command's pod, as far as scripts there use it: lists through templates, and the version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any
from urllib.parse import urlencode

import msgspec

from reportgen.model import Json
from reportgen.sandbox.command.go_template import Template, TemplateError
from reportgen.sandbox.exchange import Answer, Call
from reportgen.sandbox.kubernetes.resources import ApiResource
from reportgen.sandbox.kubernetes.servers import ApiServer

_CHUNK = "500"
"""Objects that kubectl asks for at a time."""


class Failed(Exception):
    """kubectl ends with an exit code that is not 0; the text is what it writes to stderr.

    ``printed`` is what it writes to stdout all the same: the template over what it could list.
    """

    def __init__(self, told: str, printed: str = "") -> None:
        super().__init__(told)
        self.printed = printed


@dataclass(frozen=True, slots=True)
class Kubectl:
    """Calls one API server with an Authorization header."""

    server: ApiServer
    authorization: str

    def version(self) -> str:
        """``get --raw /version``."""
        return self._get("/version", {}).content().decode()

    def listed(self, name: str, template: str) -> str:
        """``get <name> --all-namespaces -o go-template-file=...``: a resource, or all of a category."""
        items: list[Json] = []
        told: list[str] = []
        for resource in self._resources(name):
            try:
                items += self._items(resource)
            except Failed as error:
                told.append(str(error))
        whole = {"apiVersion": "v1", "items": items, "kind": "List", "metadata": {"resourceVersion": ""}}
        try:
            printed = Template(template).execute(whole)
        except TemplateError as error:
            raise Failed(f"error: error executing template: {error}") from error
        if told:
            raise Failed("\n".join(told), printed)
        return printed

    def _resources(self, name: str) -> list[ApiResource]:
        served = self.server.folders.contents(self.server.cluster.id.key).resources.values()
        found = [one for one in served if name in (one.full_name, one.plural)][:1]
        found = found or sorted(
            (one for one in served if name in one.categories), key=attrgetter("full_name")
        )
        if not found:
            raise Failed(f'error: the server doesn\'t have a resource type "{name.partition(".")[0]}"')
        return found

    def _items(self, resource: ApiResource) -> Iterator[Json]:
        """The objects of all pages, each with the kind that its list says."""
        version = resource.versions[0]
        api = f"/apis/{resource.group}/{version}" if resource.group else f"/api/{version}"
        query = {"limit": _CHUNK}
        while True:
            body: dict[str, Any] = msgspec.json.decode(self._get(f"{api}/{resource.plural}", query).content())
            own = {"apiVersion": body["apiVersion"], "kind": resource.kind}
            yield from (own | item for item in body["items"])
            token = body["metadata"].get("continue")
            if not token:
                return
            query = {"limit": _CHUNK, "continue": token}

    def _get(self, path: str, query: Mapping[str, str]) -> Answer:
        call = Call(
            method="GET",
            path=path,
            query_text=urlencode(query),
            query={},
            headers={"authorization": self.authorization, "accept": "application/json"},
            body=b"",
            host=self.server.cluster.host,
            server=self.server.cluster.host,
        )
        answer = self.server.answer(call)
        if answer.status != 200:
            raise Failed(_told(answer))
        return answer


def _told(answer: Answer) -> str:
    if answer.status == 401:
        return "error: You must be logged in to the server (Unauthorized)"
    status: dict[str, Json] = answer.body if isinstance(answer.body, dict) else {}
    if "reason" not in status:
        return f"Error from server: the server answered with status {answer.status}"
    return f"Error from server ({status['reason']}): {status['message']}"
