"""IPE sheets: where each set of evidence came from, and how somebody else can obtain it again."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit

from reportgen.model import CollectionMode, ImportedFile, Json, Results, SourceSummary
from reportgen.render.strings import Strings
from reportgen.render.values import observed
from reportgen.sources import BY_NAME, Source
from reportgen.sources.directory import MEMBERS, PRINCIPALS
from reportgen.sources.imported import PREFIX
from reportgen.sources.source import Rule

PUBLIC_CLOUD = "https://management.azure.com"
PUBLIC_DIRECTORY = "https://graph.microsoft.com"
_SHOWN_SUBSCRIPTIONS = 20
_INSIDE_STAGE = re.compile(r"(?<!\\)\n\s+(?=[^|\s])")
_LIST_ACTION = re.compile("list[A-Z]")
_BEHIND_ALL = frozenset(
    {
        "arg.subscriptions",
        "arg.managed-clusters",
        "arg.closing-counts",
        "arm.subscriptions",
        "arm.management-groups",
        "arm.managed-clusters",
        "arm.upgrade-profiles",
        "arm.kubernetes-versions",
        "arm.permissions",
        PRINCIPALS,
        MEMBERS,
    }
)
"""Sources that scope, the collector's rights and derived values rest on, named by a control or not."""


@dataclass(frozen=True, slots=True)
class IpeSheet:
    """One source; ``number`` is what controls refer to (``IPE-03``), ``anchor`` where the sheet stands.

    ``files`` are those of another tool, each with its age in days at the as-of time.
    """

    number: str
    anchor: str
    source: SourceSummary
    permission: str
    covers: str
    parameters: tuple[tuple[str, str], ...]
    rows_said: str
    truncated_said: str
    command: str
    folder: str
    relied_on_by: tuple[str, ...]
    files: tuple[tuple[ImportedFile, int], ...]

    @property
    def relied_on(self) -> bool:
        """Whether a result rests on it: the PDF prints such sheets in full and lists the others."""
        return bool(self.relied_on_by) or self.source.source in _BEHIND_ALL

    @property
    def differs(self) -> bool:
        """Whether what was received is not what the service says exists, or what it counted afterwards."""
        stated = {self.source.total_records, self.source.closing_count} - {None}
        return bool(stated - {self.source.rows})

    @property
    def query_stands_in_command(self) -> bool:
        """Whether the command shows the query letter by letter, so that it need not be printed twice."""
        return bool(self.source.query) and self.source.query in self.command

    @property
    def folded_command(self) -> str:
        """The command with each stage of a query on one line, for paper; a comment in it needs its line."""
        return self.command if "//" in self.source.query else _INSIDE_STAGE.sub(" ", self.command)

    @property
    def settings(self) -> tuple[tuple[str, str], ...]:
        """The parameters that the command does not name anyway."""
        return tuple(pair for pair in self.parameters if f"--{pair[0]} " not in self.command)

    @property
    def short_title(self) -> str:
        """The title without the name of the service that answers."""
        return self.source.title.rpartition(",")[0] or self.source.title


def sheets(results: Results, strings: Strings) -> tuple[IpeSheet, ...]:
    """The sheets, numbered in the order of the sources."""
    return tuple(
        _sheet(results, index, source, strings) for index, source in enumerate(results.sources, start=1)
    )


def _sheet(results: Results, index: int, source: SourceSummary, strings: Strings) -> IpeSheet:
    known = BY_NAME.get(source.source)
    return IpeSheet(
        number=f"IPE-{index:02d}",
        anchor=f"ipe-{index:02d}",
        source=source,
        permission=_permission(known, strings),
        covers=strings.text(f"ipe.covers_{known.scope if known else 'call'}"),
        parameters=()
        if source.files
        else tuple((key, _parameter(value, strings)) for key, value in sorted(source.parameters.items())),
        rows_said=_rows(source, strings),
        truncated_said=_truncated(source.truncated, strings),
        command=_command(results, source),
        folder=f"evidence/{results.facts.snapshot}/{source.path}/",
        relied_on_by=tuple(control.id for control in results.controls if source.source in control.needs),
        files=tuple((file, _age_days(file, results.facts.as_of)) for file in source.files),
    )


def _age_days(file: ImportedFile, as_of: str) -> int:
    return max((datetime.fromisoformat(as_of) - datetime.fromisoformat(file.taken_at)).days, 0)


def _permission(known: Source | None, strings: Strings) -> str:
    if known and known.name.startswith(PREFIX):
        return strings.text("ipe.permission_files")
    if known is None:
        return strings.text("ipe.permission_unknown")
    of_graph = (strings.text("ipe.permission_graph", role=role) for role in known.app_roles)
    rights = [*known.permissions, *(_rule(rule, strings) for rule in known.rules), *of_graph]
    return ", ".join(rights) or strings.text("ipe.permission_none")


def _rule(rule: Rule, strings: Strings) -> str:
    what = strings.text("ipe.permission_all") if rule.resource == "*" else rule.resource
    key = "ipe.permission_api" if rule.group else "ipe.permission_core"
    return strings.text(key, resource=what, group=rule.group)


def _parameter(value: Json, strings: Strings) -> str:
    if isinstance(value, list) and len(value) > _SHOWN_SUBSCRIPTIONS:
        first = ", ".join(map(str, value[:_SHOWN_SUBSCRIPTIONS]))
        return strings.text("ipe.first_values", values=first, n=_SHOWN_SUBSCRIPTIONS, all=len(value))
    return ", ".join(map(str, value)) if isinstance(value, list) and value else observed(value, strings)


def _rows(source: SourceSummary, strings: Strings) -> str:
    if source.files:
        return strings.text("ipe.rows_imported", n=source.rows)
    if source.total_records is None:
        return strings.text("ipe.rows_no_total", n=source.rows)
    counted = source.rows if source.closing_count is None else source.closing_count
    agree = source.rows == source.total_records == counted
    return strings.text(
        "ipe.rows_total" if source.closing_count is None else "ipe.rows_counted",
        n=source.rows,
        total=source.total_records,
        counted=counted,
        verdict=strings.text("ipe.agree" if agree else "ipe.differ"),
    )


def _truncated(truncated: bool | None, strings: Strings) -> str:
    if truncated is None:
        return strings.text("ipe.truncated_unknown")
    return strings.text("ipe.truncated_yes" if truncated else "ipe.truncated_no")


def _command(results: Results, source: SourceSummary) -> str:
    if source.files:
        return "\n".join(
            f"sha256sum {shlex.quote(name)}" for name in sorted({one.file for one in source.files})
        )
    return repeated(source, results.facts.collection_mode)


class Asked(Protocol):
    """What a source or a page of it says of the call that it came from."""

    @property
    def source(self) -> str:
        """A name of `reportgen.sources`."""

    @property
    def query(self) -> str:
        """The query of Resource Graph, "" for any other call."""

    @property
    def url(self) -> str:
        """Where the call went."""

    @property
    def endpoint(self) -> str:
        """The service that answered."""

    @property
    def parameters(self) -> Mapping[str, Json]:
        """What went with the query."""


def repeated(source: Asked, mode: CollectionMode) -> str:
    """The command by which somebody else puts the same question to Azure or to a cluster."""
    if source.query:
        return _graph_command(source)
    live = mode is CollectionMode.AZURE
    parts = urlsplit(source.url)
    public = PUBLIC_DIRECTORY if source.source in (PRINCIPALS, MEMBERS) else PUBLIC_CLOUD
    host = source.endpoint.rstrip("/") if live else public
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    if source.source.startswith("k8s.") and not path.lower().startswith("/subscriptions/"):
        return f"kubectl get --raw {shlex.quote(path)}"
    if source.source == PRINCIPALS:
        url = shlex.quote(host + path)
        return f"az rest --method post --url {url} --body '{{\"ids\": [<the ids of the provenance file>]}}'"
    # Actions of Resource Manager that answer with something confidential are named list..., and take a POST.
    method = "post" if _LIST_ACTION.match(parts.path.rpartition("/")[2]) else "get"
    return f"az rest --method {method} --url {shlex.quote(host + path)}"


def _graph_command(source: Asked) -> str:
    plain = not set(source.query) & set('"$`\\!')
    query = f'"{source.query}"' if plain else shlex.quote(source.query)
    command = f"az graph query --first 1000 --graph-query {query}"
    asked = [str(item) for item in source.parameters.get("subscriptions") or []]
    if len(asked) > _SHOWN_SUBSCRIPTIONS:
        return f"{command} \\\n  --subscriptions <the {len(asked)} that the provenance file names>"
    return f"{command} \\\n  --subscriptions {' '.join(map(shlex.quote, asked))}" if asked else command
