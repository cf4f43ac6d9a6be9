"""A cluster read by run command: what it prints goes into the snapshot as an API server's answers do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import msgspec

from reportgen.collect.azure import Answer
from reportgen.collect.kubernetes import script
from reportgen.collect.kubernetes.cluster import VERSION, Subject
from reportgen.collect.kubernetes.failures import Unread, undecodable
from reportgen.collect.kubernetes.objects.cluster import Version
from reportgen.collect.kubernetes.reads import READS, Read, decoder
from reportgen.collect.kubernetes.run_command import NAMESPACE, Printed, Runner, Section
from reportgen.collect.kubernetes.templates import as_json
from reportgen.model import Json
from reportgen.sources.kubernetes import ACCESS, SECRETS

_READS = {read.source: read for read in READS}
_VERSION = msgspec.json.Decoder(Version)


def read(subject: Subject, runner: Runner, way: Answer) -> None:
    """Read a cluster; what a command does not bring is a gap in its sources.

    Raises Unread where the first command fails: there is no way in then, and nothing is recorded yet.
    """
    ran: list[Answer] = []
    for batch in script.BATCHES:
        if subject.has_finished(batch):
            continue
        try:
            ran.append(_batch(subject, runner, batch))
        except Unread as error:
            if error.reason == "truncated" and len(batch) > 1:
                ran += _singly(subject, runner, batch)
            elif ran:
                _all_unread(subject, batch, error)
            else:
                raise
    if subject.secrets:
        subject.unread(SECRETS, Unread("failed", "Secrets are not read by run command."))
    subject.record(ACCESS, (way, *ran))


def _batch(subject: Subject, runner: Runner, batch: tuple[str, ...]) -> Answer:
    """Run one command and record its sources; the answer is what is kept of the command itself."""
    printed = runner.run(batch)
    for source in batch:
        subject.record(source, _answers(source, printed))
    body = {"kind": "RunCommand", "namespace": NAMESPACE, "pod": printed.pod, "command": printed.answer.query}
    return replace(printed.answer, status=200, body=body, parameters=printed.told())


def _singly(subject: Subject, runner: Runner, batch: tuple[str, ...]) -> Iterator[Answer]:
    for source in batch:
        try:
            yield _batch(subject, runner, (source,))
        except Unread as error:
            subject.unread(source, error)


def _all_unread(subject: Subject, batch: tuple[str, ...], error: Unread) -> None:
    for source in batch:
        subject.unread(source, error)


def _answers(source: str, printed: Printed) -> Iterator[Answer]:
    sections = printed.sections.get(source)
    if not sections:
        raise Unread("failed", "The command printed nothing about this.")
    if source == VERSION:
        yield _page(printed, source, sections[0], _version(sections[0]))
        return
    one = _READS[source]
    found = [section for section in sections if section.state != "none"]
    for section in found[:1] if one.first else found:
        yield _page(printed, source, section, _list(one, section))
    if not found:
        nothing: Json = {"kind": "List", "apiVersion": one.rules[0].group, "metadata": {}, "items": []}
        yield _page(printed, source, sections[0], nothing, served=False)


def _page(printed: Printed, source: str, section: Section, body: Json, *, served: bool = True) -> Answer:
    told = printed.told() | ({} if served else {"served": False})
    query = f"{printed.answer.query}\n{script.words(source, section.resource)}"
    return replace(
        printed.answer, status=200, content=section.content, body=body, query=query, parameters=told
    )


def _version(section: Section) -> Json:
    if section.state != "read":
        raise Unread("denied" if section.state == "denied" else "failed", "kubectl could not read /version.")
    try:
        return {"kind": "Version", **msgspec.to_builtins(_VERSION.decode(section.content))}
    except msgspec.DecodeError as error:
        raise Unread("failed", "/version: what was printed is no version.") from error


def _list(one: Read, section: Section) -> Json:
    place = script.resources(one).index(section.resource)
    rule, kind = one.rules[place], one.kinds[place]
    if section.state == "denied":
        raise Unread("denied", f"kubectl is refused. Needed right in the cluster: {rule.words}.")
    if section.state != "read":
        raise Unread("failed", f"kubectl could not list {section.resource}.")
    try:
        found = decoder(one.item).decode(as_json(section.content))
    except msgspec.DecodeError as error:
        raise Unread("failed", f"What was printed is not as declared{undecodable(error)}.") from error
    items = msgspec.to_builtins(found.items or [])
    if kind != "*" and "kind" in one.item.__struct_fields__:
        for item in items:
            item["kind"] = kind
    return {
        "kind": "List" if kind == "*" else f"{kind}List",
        "apiVersion": rule.group,
        "metadata": {},
        "items": items,
    }
