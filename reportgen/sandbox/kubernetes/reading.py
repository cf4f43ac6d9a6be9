"""Reads of one API server, once they are allowed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from reportgen.model import Json
from reportgen.sandbox.exchange import Answer, Clock, Refused
from reportgen.sandbox.kubernetes import forms, statuses
from reportgen.sandbox.kubernetes.cluster import Cluster
from reportgen.sandbox.kubernetes.contents import Contents, Thing
from reportgen.sandbox.kubernetes.discovery import discovered
from reportgen.sandbox.kubernetes.pages import Stored, page
from reportgen.sandbox.kubernetes.request import Attributes
from reportgen.sandbox.kubernetes.resources import ApiResource
from reportgen.sandbox.kubernetes.selectors import selection

_HEALTH = ("/healthz", "/livez", "/readyz")


@dataclass(frozen=True, slots=True)
class Reading:
    """One read: of which cluster, and how it is asked for. ``expired`` says that a list's state is gone."""

    cluster: Cluster
    contents: Contents
    query: Mapping[str, str]
    accept: str
    clock: Clock
    expired: Callable[[], bool]

    def answer(self, asked: Attributes) -> Answer:
        """What is asked for."""
        if not asked.resource:
            return self.path(asked.path)
        return self.one(asked) if asked.name else self.many(asked)

    def path(self, path: str) -> Answer:
        """What is no resource: version, health, discovery."""
        plain = path.rstrip("/")
        if plain in _HEALTH:
            return Answer(raw=b"ok", media=statuses.TEXT)
        if plain == "/version":
            return Answer(self._version(), media=statuses.JSON)
        found = discovered(path, self.contents.resources, self.cluster.host)
        return Answer(found, media=statuses.JSON) if found else statuses.nothing_there()

    def many(self, asked: Attributes) -> Answer:
        """The list of a resource, in all namespaces or in one (of which nothing needs to be known)."""
        resource = self._resource(asked)
        wanted = forms.negotiated(self.accept)
        if not self.contents.says(resource):
            return self._not_said(resource)
        things = self.contents.objects.get(resource.key, ())
        if asked.namespace:
            things = tuple(thing for thing in things if thing.namespace == asked.namespace)
        stored = Stored(things, _name if asked.namespace else _key, self.contents.revision)
        found = page(self.query, stored, selection(self.query, resource), self.expired)
        listed = forms.Listed(found.things, found.metadata, resource, asked.version)
        return _sent(forms.listed(listed, wanted, self.query, self.clock.now()))

    def one(self, asked: Attributes) -> Answer:
        """One object by its name."""
        resource = self._resource(asked)
        wanted = forms.negotiated(self.accept)
        namespace = asked.namespace if resource.namespaced else ""
        for thing in self.contents.objects.get(resource.key, ()):
            if (thing.namespace, thing.name) == (namespace, asked.name):
                return _sent(forms.single(thing, resource, asked.version, wanted))
        return statuses.not_found(asked)

    def _resource(self, asked: Attributes) -> ApiResource:
        found = self.contents.resources.get((asked.group, asked.resource))
        misplaced = found and asked.namespace and not found.namespaced and asked.resource != "namespaces"
        if found is None or asked.version not in found.versions or misplaced:
            raise Refused(statuses.nothing_there())
        if "list" not in found.verbs:
            raise Refused(statuses.not_allowed())
        return found

    def _not_said(self, resource: ApiResource) -> Answer:
        """The folder does not say: an empty list here would pose as "there is none". Names what to add."""
        name = resource.full_name
        text = (
            f"The estate folder does not say. Add kubernetes/{self.cluster.id.name}/{resource.plural}.json "
            f'(kubectl get {name} -A -o json), or, where there is none, "{name}" to the list in empty.json.'
        )
        return statuses.failure(404, "NotFound", text, {"kind": resource.plural})

    def _version(self) -> Json:
        if self.contents.version is not None:
            return self.contents.version
        major, _, rest = self.cluster.version.partition(".")
        return {
            "major": major,
            "minor": rest.partition(".")[0],
            "gitVersion": f"v{self.cluster.version}",
            "platform": "linux/amd64",
        }


def _key(thing: Thing) -> str:
    return thing.key


def _name(thing: Thing) -> str:
    return thing.name


def _sent(content: bytes) -> Answer:
    return Answer(raw=content + b"\n", media=statuses.JSON)
