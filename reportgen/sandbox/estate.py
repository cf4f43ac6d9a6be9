"""An estate folder: ARM bodies as ``az rest`` prints them, indexed once, never read again.

::

    <folder>/azure/**/*.json|*.yaml     one entry, a list of them, or {"value": [...]}; an entry is
                                        a resource (any body with an id that Azure gives out),
                                        an event of the activity log (it has an eventTimestamp), or
                                        {"request": {"method", "uri"}, "response": {"status"?, "body"}}
    <folder>/azure/subscriptions.json   optional: [{"subscriptionId", "displayName", "state",
                                        "readable": true, "managementGroups": [{"name", "displayName"}]}]
    <folder>/azure/empty.json           optional: what there is none of, see below
    <folder>/azure/directory.json       optional: users, groups and service principals as Microsoft Graph has
                                        them, each with its @odata.type, groups with "members": [<ids>]
    <folder>/kubernetes/<cluster>/      optional: objects or Lists, as ``kubectl get -o json`` prints them,
                                        in ``**/*.json|*.yaml``; two clusters of one name have folders
                                        ``<subscription id>.<resource group>.<cluster name>``

A resource shows in the table of Resource Graph that takes its type (see `reportgen.sandbox.graph_tables`),
answers the GET of its id, and stands in the lists of its collection. Ids may be those of a resource, of an
extension of one (``<cluster id>/providers/Microsoft.Advisor/recommendations/r``), of a subscription, of a
management group (``/providers/Microsoft.Management/managementGroups/g/providers/...``) and of the tenant
(``/providers/Microsoft.Authorization/roleDefinitions/d``). Events are those of the subscription in their id.

A list of which the folder holds nothing is answered with the error EstateHasNoAnswer, for an empty list would
pose as "there is none". Where there is none, ``empty.json`` says so by patterns, in which ``*`` stands for
one segment of a path and casing does not count::

    ["/subscriptions/*/providers/Microsoft.Authorization/locks",
     {"path": "/subscriptions/*/resourceGroups/*/providers/Microsoft.KeyVault/vaults/*/keys", "status": 403},
     {"path": "/subscriptions/*/providers/Microsoft.Authorization/permissions",
      "body": {"value": [{"actions": ["*/read"]}]}}]

A path alone is an empty list. ``status`` (default 200) and ``body`` make it any other answer; 403 and 404
without a body are answered in Azure's words. What the folder holds for a path comes before any pattern, and
the first pattern that fits before the next. A stored answer holds all of a list: its nextLink is left out.

What a cluster serves are Kubernetes' own resources and those that the definitions or objects in its folder
show. A list of which the folder says nothing is an error (404) there too; an empty List says that there is
nothing of the resource that its file is named after (``cronjobs.json``), and so does an ``empty.json`` in the
folder, or in ``kubernetes/`` for all clusters: ``["cronjobs", "certificates.cert-manager.io"]``, or ``["*"]``
for whatever the folder does not hold. ``version.json`` is the answer of ``/version``, which otherwise follows
the cluster's ARM body; ``access.json`` what the identity may do there, see
`reportgen.sandbox.kubernetes.access`. A cluster without a folder cannot be reached.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from reportgen.errors import UsageError
from reportgen.model import Json
from reportgen.sandbox import bodies, parsing
from reportgen.sandbox.bodies import CLUSTER_TYPE, Event, Resource, StoredAnswer
from reportgen.sandbox.directory_file import Entry, read_directory
from reportgen.sandbox.empty_file import Pattern, read_patterns
from reportgen.sandbox.graph_tables import ONLY_IN_ARM
from reportgen.sandbox.ids import ResourceId
from reportgen.sandbox.kubernetes.folders import Folders, find
from reportgen.sandbox.parsing import BadFile
from reportgen.sandbox.subscriptions_file import Subscription, read_subscriptions

_SHOWN_PROBLEMS = 20
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Estate:
    """The folder's content, held in memory.

    ``answers`` is keyed by (method, lower-case path), ``events`` by lower-case subscription id, the newest
    first; ``unlisted`` names the types that no table of Resource Graph shows and that are not known to be
    read from Resource Manager (which serves them all the same); ``continued`` the files that hold a list
    with a nextLink, of which the folder has no further page; ``groups`` the ids of the resource groups that
    ids name, in lower case. ``kubernetes`` is read from the folder again when clusters are asked;
    ``directory`` is by object id in lower case, None where the folder has none.
    """

    folder: Path
    subscriptions: tuple[Subscription, ...]
    resources: tuple[Resource, ...]
    answers: Mapping[tuple[str, str], StoredAnswer]
    events: Mapping[str, tuple[Event, ...]]
    patterns: tuple[Pattern, ...]
    unlisted: tuple[str, ...]
    continued: tuple[str, ...]
    kubernetes: Folders
    directory: Mapping[str, Entry] | None
    groups: frozenset[str] = field(repr=False)
    by_key: Mapping[str, Resource] = field(repr=False)
    by_type: Mapping[str, tuple[Resource, ...]] = field(repr=False)
    by_collection: Mapping[str, tuple[Resource, ...]] = field(repr=False)

    def subscription(self, subscription_id: str) -> Subscription | None:
        """The subscription of that id, in any casing."""
        wanted = subscription_id.lower()
        return next((known for known in self.subscriptions if known.id.lower() == wanted), None)

    def collection(self, path: str) -> tuple[Resource, ...]:
        """The resources directly below ``path``, by id, such as ``<cluster>/agentPools``."""
        return self.by_collection.get(path.lower(), ())

    def region(self, cluster_key: str) -> str:
        """The region of a cluster by its lower-case id, "" where the folder does not hold it."""
        cluster = self.by_key.get(cluster_key)
        return str(cluster.body.get("location") or "").lower().replace(" ", "") if cluster else ""

    def pattern(self, key: str) -> Pattern | None:
        """What empty.json says about a path (lower case)."""
        return next((pattern for pattern in self.patterns if pattern.fits(key)), None)

    def with_faults(self, unreadable: Iterable[str], disabled: Iterable[str]) -> Estate:
        """The same, with these subscriptions (by id) unreadable or disabled."""
        closed, off = ({key.lower() for key in keys} for keys in (unreadable, disabled))
        changed = tuple(
            replace(
                known,
                readable=known.readable and known.id.lower() not in closed,
                state="Disabled" if known.id.lower() in off else known.state,
            )
            for known in self.subscriptions
        )
        return replace(self, subscriptions=changed)


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
    kubernetes, problems = find(folder / "kubernetes", reading.clusters())
    problems = [*reading.problems, *problems]
    if problems:
        raise UsageError("\n".join(_shortened(problems)))
    return reading.estate(kubernetes)


def _files(azure: Path) -> Iterator[Path]:
    for path in sorted(azure.rglob("*"), key=lambda path: path.as_posix()):
        if parsing.is_data(path):
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
        self._patterns: tuple[Pattern, ...] = ()
        self._directory: dict[str, Entry] | None = None
        self._resources: dict[str, Resource] = {}
        self._events: dict[str, Event] = {}
        self._answers: dict[tuple[str, str], StoredAnswer] = {}
        self._continued: list[str] = []

    def take(self, path: Path) -> None:
        file = path.relative_to(self.folder).as_posix()
        try:
            self._take_file(path, file)
        except BadFile as error:
            self.problems.append(f"{file}{error}")
        except OSError as error:
            self.problems.append(f"{file}: cannot be read: {error.strerror}")

    def _take_file(self, path: Path, file: str) -> None:
        documents = parsing.documents(path)
        if any(isinstance(value, dict) and value.get("nextLink") for value in documents):
            self._continued.append(file)
        special = path.stem.lower() if path.parent == self.folder / "azure" else ""
        if special == "subscriptions":
            self._named += read_subscriptions(_items(documents))
        elif special == "empty":
            self._patterns += read_patterns(_items(documents))
        elif special == "directory":
            self._directory = (self._directory or {}) | read_directory(_items(documents))
        else:
            for item in _items(documents):
                self._take_item(item, file)

    def _take_item(self, item: Json, file: str) -> None:
        if not isinstance(item, dict):
            raise BadFile(f": expected an ARM body (an object), found {type(item).__name__}")
        if bodies.is_answer(item):
            self._take_answer(bodies.answer(item, file))
        elif bodies.is_event(item):
            event = bodies.event(item)
            self._events.setdefault(event.id.key, event)
        else:
            self._take_resource(bodies.resource(item, file))

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

    def clusters(self) -> Iterator[ResourceId]:
        """The ids of the clusters."""
        return (one.id for one in self._resources.values() if one.id.type == CLUSTER_TYPE)

    def estate(self, kubernetes: Folders) -> Estate:
        resources = tuple(sorted(self._resources.values(), key=lambda resource: resource.id.key))
        return Estate(
            folder=self.folder,
            subscriptions=self._subscriptions(),
            resources=resources,
            answers=self._answers,
            events=_newest_first(self._events.values()),
            patterns=self._patterns,
            unlisted=tuple(
                sorted({r.id.type for r in resources if not r.tables and r.id.type not in ONLY_IN_ARM})
            ),
            continued=tuple(self._continued),
            kubernetes=kubernetes,
            directory=self._directory,
            groups=frozenset("/".join(r.id.key.split("/")[:5]) for r in resources if r.id.group),
            by_key={resource.id.key: resource for resource in resources},
            by_type=_grouped(resources, lambda resource: resource.id.type),
            by_collection=_grouped(resources, lambda resource: resource.id.key.rsplit("/", 1)[0]),
        )

    def _subscriptions(self) -> tuple[Subscription, ...]:
        """Those that the folder describes and those that an id or a path names."""
        known = {subscription.id.lower(): subscription for subscription in self._named}
        ids = [resource.id.subscription for resource in self._resources.values()]
        ids += [event.id.subscription for event in self._events.values()]
        parts = [answer.path.split("/") for answer in self._answers.values()]
        ids += [path[2] for path in parts if len(path) > 2 and path[1].lower() == "subscriptions"]
        for subscription in ids:
            if subscription:
                known.setdefault(subscription.lower(), Subscription(subscription))
        return tuple(known[key] for key in sorted(known))


def _grouped(items: Iterable[_Item], name: Callable[[_Item], str]) -> dict[str, tuple[_Item, ...]]:
    found: dict[str, list[_Item]] = {}
    for item in items:
        found.setdefault(name(item), []).append(item)
    return {key: tuple(members) for key, members in found.items()}


def _newest_first(events: Iterable[Event]) -> dict[str, tuple[Event, ...]]:
    ordered = sorted(events, key=lambda event: (event.at, event.id.key), reverse=True)
    return _grouped(ordered, lambda event: event.id.subscription.lower())


def _items(documents: list[Json]) -> Iterator[Json]:
    for value in documents:
        if isinstance(value, list):
            yield from value
        elif isinstance(value, dict) and isinstance(value.get("value"), list) and "id" not in value:
            yield from value["value"]
        else:
            yield value
