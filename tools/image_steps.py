"""The apt and Python steps of the image's Dockerfile as a script for this machine: ``image_steps.py FOLDER``.

What the steps write goes below FOLDER: virtual environments stand in the place of the image's own Python, so
that its version is this machine's. The steps that make the user and compile are left out, and the command is
called at the end. The script needs root for apt.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

import dockerfile_parse

ROOT = Path(__file__).resolve().parents[1]
DOCKERFILE = ROOT / "samples" / "automation" / "container" / "Dockerfile"
LEFT_OUT = ("useradd ", "install --directory", "python -m compileall")
KNOWN = ("apt-get ", "python -m pip ", "rm -rf /var/lib/apt/lists")


def step(command: str, files: str, work: str) -> str:
    """A RUN instruction as lines of a shell, "" where all of it is left out.

    Raises ValueError for a step of no known kind.
    """
    parts = []
    for part in (text.strip() for text in command.split("&&")):
        if part.startswith(LEFT_OUT):
            continue
        if not part.startswith(KNOWN):
            raise ValueError(f"{part}: a step of a kind that is not known here")
        if part.startswith("rm "):  # keeps an image small, and would take this machine's lists
            continue
        for place, here in (("/tmp/wheels", "/wheels"), ("/wheels", f"{work}/wheels")):  # noqa: S108
            part = part.replace(place, here)
        for name in ("requirements.txt", "build-requirements.txt"):
            part = part.replace(f"/tmp/{name}", f"{files}/{name}")  # noqa: S108
        parts.append(part)
    return "\n".join(parts)


def script(dockerfile: Path, work: str = '"$WORK"') -> str:
    """The whole script; each stage of the image has an environment of its own."""
    parser = dockerfile_parse.DockerfileParser(fileobj=io.BytesIO(dockerfile.read_bytes()))
    lines = ["set -eux", f"cd {ROOT}"]
    stage = 0
    for item in parser.structure:
        if item["instruction"] == "FROM":
            stage += 1
            lines += [f"python3 -m venv {work}/{stage}", f"export PATH={work}/{stage}/bin:$PATH"]
        elif item["instruction"] == "RUN":
            lines += filter(None, [step(item["value"], str(dockerfile.parent), work)])
    lines += ["cd /", "reportgen --version", 'python -c "import weasyprint"']
    return "\n".join(lines) + "\n"


def main() -> None:
    """Print the script."""
    (work,) = sys.argv[1:]
    print(script(DOCKERFILE, work), end="")


if __name__ == "__main__":
    main()
