"""What is run inside a cluster in the run-command mode: one fixed script, with one fixed template a source.

They travel as the files of the command, so that the command itself is a line that a person can read. Nothing
in them depends on the cluster, and `commands` are all that are ever sent.
"""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Mapping
from functools import cache

from reportgen.collect.kubernetes.reads import READS, Read
from reportgen.collect.kubernetes.templates import template

VERSION = "k8s.version"
NAME = "read.sh"
_SCRIPT = """\
#!/bin/sh
# Prints what the template of each source named lets through, packed; behind it its size and SHA-256.
o=$(mktemp)
p=$(mktemp)
e=$(mktemp)
one() {
  printf '@@%s %s\\n' "$1" "$2"
  if [ "$2" = version ]; then kubectl get --raw /version >"$p" 2>"$e"
  else kubectl get "$2" --all-namespaces -o "go-template-file=$1.gotemplate" >"$p" 2>"$e"
  fi
  c=$?
  tr -d '\\n' <"$p"
  case "$c $(head -c 2000 "$e")" in
    0*) s=read ;;
    *"doesn't have a resource type"*) s=none ;;
    *orbidden*) s=denied ;;
    *) s=failed ;;
  esac
  printf '\\n##%s\\n' "$s"
}
for source in "$@"; do
  case "$source" in
{CASES}
  esac
done >"$o"
gzip -9 -c "$o" | base64 | tr -d '\\n'
printf '\\nreportgen %s %s\\n' "$(wc -c <"$o" | tr -d ' ')" "$(sha256sum "$o" | cut -c1-64)"
"""
_BATCHES: tuple[tuple[str, ...], ...] = (
    (
        VERSION,
        "k8s.nodes",
        "k8s.namespaces",
        "k8s.service-accounts",
        "k8s.roles",
        "k8s.cluster-roles",
        "k8s.role-bindings",
        "k8s.cluster-role-bindings",
    ),
    ("k8s.pods",),
    (
        "k8s.deployments",
        "k8s.daemon-sets",
        "k8s.stateful-sets",
        "k8s.replica-sets",
        "k8s.jobs",
        "k8s.cron-jobs",
    ),
)
_NAMED = frozenset(source for batch in _BATCHES for source in batch)
BATCHES: tuple[tuple[str, ...], ...] = (
    *_BATCHES,
    tuple(read.source for read in READS if read.source not in _NAMED),
)
"""What is read by one command; where that prints too much, each source by a command of its own."""


def command(sources: tuple[str, ...]) -> str:
    """The command that reads these sources."""
    return " ".join(("sh", NAME, *sources))


@cache
def commands() -> Mapping[str, str]:
    """All commands that are ever sent, each with the files that go with it."""
    single = ((source,) for batch in BATCHES for source in batch)
    return {command(sources): context(sources) for sources in (*BATCHES, *single)}


def words(source: str, resource: str) -> str:
    """What the script does for one resource, for provenance."""
    if source == VERSION:
        return "kubectl get --raw /version"
    call = f"kubectl get {resource} --all-namespaces -o go-template-file={source}.gotemplate"
    return f"{call}\n{_templates()[source]}"


def resources(read: Read) -> tuple[str, ...]:
    """The names by which kubectl is asked for a source's resources."""
    return tuple(
        "constraints" if rule.resource == "*" else ".".join(filter(None, (rule.resource, rule.group)))
        for rule in read.rules
    )


@cache
def context(sources: tuple[str, ...]) -> str:
    """The script and the templates of these sources as a zip in base64: always the same bytes."""
    files = {NAME: script()}
    files |= {f"{source}.gotemplate": _templates()[source] for source in sources if source != VERSION}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), text, zipfile.ZIP_DEFLATED)
    return base64.b64encode(packed.getvalue()).decode()


@cache
def script() -> str:
    """The script."""
    cases = [f"    {VERSION}) one {VERSION} version ;;"]
    for read in READS:
        calls = "; ".join(f"one {read.source} {resource}" for resource in resources(read))
        cases.append(f"    {read.source}) {calls} ;;")
    return _SCRIPT.replace("{CASES}", "\n".join(cases))


@cache
def _templates() -> dict[str, str]:
    return {read.source: template(read.item) for read in READS}
