"""What becomes of a command in its pod: the files that came with it, the script among them, what it prints.

A command is ``sh read.sh <name>...``. Of the script the lines of its ``case`` are read, which say what stands
behind a name (``<name>) one <name> <resource>; ... ;;``); the rest of it is done here as `run` says. A test
holds what comes of it to what a shell and kubectl make of the same files.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import hashlib
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reportgen.sandbox.command.kubectl import Failed, Kubectl

_SCRIPT = "read.sh"
COMMAND = re.compile(rf"sh {re.escape(_SCRIPT)}( [a-z0-9.-]+)+")
"""The only kind of command that the sandbox runs."""
_CASE = re.compile(r"^ *([a-z0-9.-]+)\) (one .*) ;;$", re.MULTILINE)
_NO_SUCH_FILE = 2
"""How a shell ends that is given no script."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command came out."""

    exit_code: int
    logs: str


def run(command: str, context: str, kubectl: Kubectl | None) -> Ended:
    """Run a command with its files, a zip in base64; without ``kubectl`` the pod's image has none.

    For each resource behind the names given, ``@@name resource``, what kubectl printed and ``##`` with what
    came of it, a line each; all of that as gzip in base64; behind it its size and SHA-256.
    """
    files = _files(context)
    if _SCRIPT not in files:
        return Ended(_NO_SUCH_FILE, f"sh: 0: cannot open {_SCRIPT}: No such file\n")
    cases = dict(_CASE.findall(files[_SCRIPT]))
    asked = [case for name in command.split()[2:] for case in _asked(cases.get(name, ""))]
    text = "".join(_section(kubectl, files, name, resource) for name, resource in asked).encode()
    packed = base64.b64encode(gzip.compress(text, 9, mtime=0)).decode()
    return Ended(0, f"{packed}\nreportgen {len(text)} {hashlib.sha256(text).hexdigest()}\n")


def _files(context: str) -> dict[str, str]:
    try:
        with zipfile.ZipFile(io.BytesIO(base64.b64decode(context, validate=True))) as archive:
            return {name: archive.read(name).decode() for name in archive.namelist()}
    except (binascii.Error, zipfile.BadZipFile):
        return {}


def _asked(case: str) -> Iterator[tuple[str, str]]:
    for call in case.split("; "):
        if call:
            _, name, resource = call.split(" ")
            yield name, resource


def _section(kubectl: Kubectl | None, files: Mapping[str, str], name: str, resource: str) -> str:
    printed, state = "", "read"
    try:
        printed = _printed(kubectl, files, name, resource)
    except Failed as error:
        printed, state = error.printed, _state(str(error))
    return f"@@{name} {resource}\n{printed.replace(chr(10), '')}\n##{state}\n"


def _printed(kubectl: Kubectl | None, files: Mapping[str, str], name: str, resource: str) -> str:
    if kubectl is None:
        raise Failed(f"{_SCRIPT}: kubectl: not found")
    if resource == "version":
        return kubectl.version()
    template = f"{name}.gotemplate"
    if template not in files:
        raise Failed(f"error: error reading --template {template}: no such file or directory")
    return kubectl.listed(resource, files[template])


def _state(told: str) -> str:
    """What the script makes of what kubectl wrote to stderr."""
    if "doesn't have a resource type" in told:
        return "none"
    return "denied" if "orbidden" in told else "failed"
