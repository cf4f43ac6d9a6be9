"""An estate folder: ARM bodies as ``az rest`` prints them, indexed once, never read again.

::

    <folder>/azure/**/*.json|*.yaml     one resource, a list of them, or {"value": [...]}
                                        or {"request": {"method", "uri"}, "response": {"status"?, "body"}}
    <folder>/azure/subscriptions.json   optional: [{"subscriptionId", "displayName", "state",
                                        "readable": true, "managementGroups": [{"name", "displayName"}]}]
    <folder>/kubernetes/                not read yet
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from reportgen.errors import UsageError
from reportgen.model import Json
from reportgen.sandbox import parsing
from reportgen.sandbox.ids import ResourceId, parse
from reportgen.sandbox.parsing import BadFile
from reportgen.sandbox.subscriptions_file import Subscription, read_subscriptions

CLUSTER_TYPE = "microsoft.containerservice/managedclusters"
SERVED_CHILDREN = frozenset(
    {
        f"{CLUSTER_TYPE}/agentpools",
        f"{CLUSTER_TYPE}/agentpools/upgradeprofiles",
        f"{CLUSTER_TYPE}/maintenanceconfigurations",
        f"{CLUSTER_TYPE}/upgradeprofiles",
        "microsoft.insights/diagnosticsettings",
        "microsoft.resources/subscriptions/resourcegroups",
    }
)
"""Types that no Resource Graph table shows as rows of `resources` and that ARM serves here."""
_GRAPH = "/providers/microsoft.resourcegraph/resources"
_SHOWN_PROBLEMS = 20


@dataclass(frozen=True, slots=True)
class Resource:
    """One ARM body and the file it came from (relative to the estate folder)."""

    id: ResourceId
    body: Mapping[str, Json]
    file: str

    @property
    def in_graph(self) -> bool:
        """Whether it is a row of the `resources` table: top level, or a child with a region of its own."""
        if self.id.extension or not self.id.group or self.id.type in SERVED_CHILDREN:
            return False
        return self.id.type.count("/") == 1 or "location" in self.body


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer that is no resource, given back for its method and path."""

    method: str
    path: str
    status: int
    body: Json
    file: str


@dataclass(frozen=True, slots=True)
class Estate:
    """The folder's content, held in memory.

    ``answers`` is keyed by (method, lower-case path); ``unlisted`` names the types that nothing here
    serves in a list or a table (a body of one can still be read by its id); ``continued`` the files that
    hold a list with a nextLink, of which the folder has no further page.
    """

    folder: Path
    subscriptions: tuple[Subscription, ...]
    resources: tuple[Resource, ...]
    answers: Mapping[tuple[str, str], StoredAnswer]
    unlisted: tuple[str, ...]
    continued: tuple[str, ...]
    by_key: Mapping[str, Resource] = field(repr=False)
    by_collection: Mapping[str, tuple[Resource, ...]] = field(repr=False)

    def subscription(self, subscription_id: str) -> Subscription | None:
        """The subscription of that id, in any casing."""
        wanted = subscription_id.lower()
        return next((known for known in self.subscriptions if known.id.lower() == wanted), None)

    def collection(self, path: str) -> tuple[Resource, ...]:
        """The resources directly below ``path``, by id, such as ``<cluster>/agentPools``."""
        return self.by_collection.get(path.lower(), ())


def load(folder: Path) -> Estate:
    """Read ``folder``; every problem found is in one UsageError, each with the file it is in."""
    azure = folder / "azure"
    if not azure.is_dir():
        raise UsageError(
            f"{folder}: no estate folder, it has no `azure` folder with ARM bodies (as `az rest` prints them)"
        )
    reading = _Reading(folder)
    for path in _files(azure):
        reading.take(path)
    if reading.problems:
        raise UsageError("\n".join(_shortened(reading.problems)))
    return reading.estate()


def _files(azure: Path) -> Iterator[Path]:
    for path in sorted(azure.rglob("*"), key=lambda path: path.as_posix()):
        if path.suffix.lower() in (".json", ".yaml", ".yml") and path.is_file() and path.name[0] != ".":
            yield path


def _shortened(problems: list[str]) -> list[str]:
    more = len(problems) - _SHOWN_PROBLEMS
    return problems[:_SHOWN_PROBLEMS] + ([f"and {more} more problems"] if more > 0 else [])


class _Reading:
    """What was found so far in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[str] = []
        self._named: tuple[Subscription, ...] = ()
        self._resources: dict[str, Resource] = {}
        self._answers: dict[tuple[str, str], StoredAnswer] = {}
        self._continued: list[str] = []

    def take(self, path: Path) -> None:
        file = path.relative_to(self.folder).as_posix()
        try:
            documents = parsing.documents(path)
            if any(isinstance(value, dict) and value.get("nextLink") for value in documents):
                self._continued.append(file)
            if path.parent == self.folder / "azure" and path.stem.lower() == "subscriptions":
                self._named += read_subscriptions(_items(documents))
                return
            for item in _items(documents):
                self._take_item(item, file)
        except BadFile as error:
            self.problems.append(f"{file}{error}")
        except OSError as error:
            self.problems.append(f"{file}: cannot be read: {error.strerror}")

    def _take_item(self, item: Json, file: str) -> None:
        if not isinstance(item, dict):
            raise BadFile(f": expected an ARM body (an object), found {type(item).__name__}")
        if "request" in item and "response" in item:
            self._take_answer(_answer(item, file))
        else:
            self._take_resource(_resource(item, file))

    def _take_resource(self, resource: Resource) -> None:
        other = self._resources.setdefault(resource.id.key, resource)
        if other is not resource:
            where = (
                f"{other.file} and {resource.file}" if other.file != resource.file else f"{other.file}, twice"
            )
            self.problems.append(f"{where}: two resources with one id, {resource.id.text}; keep one of them")

    def _take_answer(self, answer: StoredAnswer) -> None:
        other = self._answers.setdefault((answer.method, answer.path.lower()), answer)
        if other is not answer:
            self.problems.append(
                f"{other.file} and {answer.file}: two answers to one request, {answer.method} {answer.path}; "
                "put the pages of a list into one answer"
            )

    def estate(self) -> Estate:
        resources = tuple(sorted(self._resources.values(), key=lambda resource: resource.id.key))
        collections: dict[str, list[Resource]] = {}
        for resource in resources:
            collections.setdefault(resource.id.key.rsplit("/", 1)[0], []).append(resource)
        return Estate(
            folder=self.folder,
            subscriptions=_subscriptions(self._named, resources, self._answers.values()),
            resources=resources,
            answers=self._answers,
            unlisted=tuple(
                sorted({r.id.type for r in resources if not r.in_graph and r.id.type not in SERVED_CHILDREN})
            ),
            continued=tuple(self._continued),
            by_key={resource.id.key: resource for resource in resources},
            by_collection={path: tuple(members) for path, members in collections.items()},
        )


def _items(documents: list[Json]) -> Iterator[Json]:
    for value in documents:
        if isinstance(value, list):
            yield from value
        elif isinstance(value, dict) and isinstance(value.get("value"), list) and "id" not in value:
            yield from value["value"]
        else:
            yield value


def _resource(body: dict[str, Any], file: str) -> Resource:
    text = body.get("id")
    if not isinstance(text, str):
        raise BadFile(
            ": no ARM body: it has no `id`. An answer that is no resource goes in as "
            '{"request": {"method", "uri"}, "response": {"body"}}'
        )
    resource_id = parse(text)
    if resource_id is None:
        raise BadFile(
            f": {text!r} is no resource id (/subscriptions/<id>/resourceGroups/<name>/providers/...)"
        )
    if not isinstance(body.get("properties"), dict) and _needs_properties(body, resource_id.type):
        command = "`az aks show`" if resource_id.type == CLUSTER_TYPE else "an `az ... show` command"
        raise BadFile(
            f": {resource_id.name} has no `properties`: this is the flattened output of {command}. "
            f"Save the ARM body instead: az rest --method get --url '{resource_id.text}?api-version=...'"
        )
    return Resource(resource_id, body, file)


def _needs_properties(body: dict[str, Any], kind: str) -> bool:
    """Some types have no properties at all; a body that ``az`` flattened tells by its resourceGroup."""
    return (
        kind.startswith("microsoft.containerservice/") or kind in SERVED_CHILDREN or "resourceGroup" in body
    )


def _answer(item: dict[str, Any], file: str) -> StoredAnswer:
    request, response = item["request"], item["response"]
    if not isinstance(request, dict) or not isinstance(request.get("uri"), str):
        raise BadFile(": an answer needs request.uri, the URL or path it answers")
    if not isinstance(response, dict) or "body" not in response:
        raise BadFile(": an answer needs response.body")
    status = response.get("status", 200)
    if not isinstance(status, int) or not 200 <= status <= 599:
        raise BadFile(f": response.status must be an HTTP status from 200 to 599, found {status!r}")
    path = "/" + unquote(urlsplit(request["uri"]).path).strip("/")
    if path.lower() == _GRAPH:
        raise BadFile(
            ": Resource Graph runs over the resources of this folder; an answer for it is not taken"
        )
    return StoredAnswer(str(request.get("method", "GET")).upper(), path, status, response["body"], file)


def _subscriptions(
    named: tuple[Subscription, ...],
    resources: Iterable[Resource],
    answers: Iterable[StoredAnswer],
) -> tuple[Subscription, ...]:
    known = {subscription.id.lower(): subscription for subscription in named}
    ids = [resource.id.subscription for resource in resources]
    parts = [answer.path.split("/") for answer in answers]
    ids += [path[2] for path in parts if len(path) > 2 and path[1].lower() == "subscriptions"]
    for subscription in ids:
        if subscription:
            known.setdefault(subscription.lower(), Subscription(subscription))
    return tuple(known[key] for key in sorted(known))
