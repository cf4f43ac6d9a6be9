"""The quick start's commands, as they stand in the document, in an empty folder.

The embedded sandbox is in the place of Azure, by the engagement's `endpoint`, and a stand-in for Azure's CLI
signs in to it; nothing else differs. Installing takes a minute, so that only `make docs-test` does it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from markdown_it import MarkdownIt

from reportgen.sandbox import Sandbox, serve
from tests import line
from tests.recipe import command_without_pdf
from tests.sandbox.conftest import ALPHA

PAGE = (line.ROOT / "docs" / "quick-start.md").read_text(encoding="utf-8")
SHOWN = "11111111-2222-3333-4444-555555555555"
AZ = """\
#!{python}
import datetime, json, sys
import requests
words = sys.argv[1:]
if words[0] == "login":
    sys.exit(0)
assert words[:2] == ["account", "get-access-token"], words
form = {{
    "grant_type": "client_credentials", "client_id": "{client}", "client_secret": "{secret}",
    "scope": words[words.index("--resource") + 1] + "/.default",
}}
answer = requests.post("{url}/{tenant}/oauth2/v2.0/token", data=form, verify="{ca}", timeout=30)
answer.raise_for_status()
ends = datetime.datetime.now() + datetime.timedelta(seconds=answer.json()["expires_in"])
print(json.dumps({{
    "accessToken": answer.json()["access_token"], "expires_on": int(ends.timestamp()),
    "expiresOn": ends.strftime("%Y-%m-%d %H:%M:%S.%f"), "tenant": "{tenant}", "tokenType": "Bearer",
}}))
"""


def blocks() -> list[tuple[str, str]]:
    """Kind and content of the page's blocks, in order."""
    tokens = MarkdownIt().parse(PAGE)
    return [(token.info, token.content) for token in tokens if token.type == "fence"]


def commands() -> list[str]:
    return [text for kind, content in blocks() if kind == "sh" for text in content.splitlines()]


def test_five_commands_and_one_edited_file() -> None:
    assert len(commands()) <= 5
    assert [kind for kind, _ in blocks()] == ["sh", "sh", "sh", "sh", "yaml", "sh"]


@dataclass(frozen=True)
class Place:
    """An empty folder, and what a shell there knows."""

    folder: Path
    sandbox: Sandbox
    programs: Path
    environment: dict[str, str]

    def run(self, command: str, *codes: int) -> str:
        ended = subprocess.run(
            ["sh", "-c", command],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode in (codes or (0,)), f"{command}\n{ended.stdout}\n{ended.stderr}"
        return ended.stdout

    def edit(self, block: str) -> None:
        """Do to the engagement what the page says; add where the sandbox is."""
        path = self.folder / "engagement.yaml"
        key = block.partition(":")[0]
        text, edits = re.subn(
            rf"^{key}:.*\n", lambda _: block, path.read_text(encoding="utf-8"), flags=re.MULTILINE
        )
        assert edits == 1
        url = f"https://127.0.0.1:{self.sandbox.address[1]}"
        endpoint = {"management": url, "authority": url, "graph": url, "ca_file": str(self.sandbox.ca_file)}
        path.write_text(text + yaml.safe_dump({"endpoint": endpoint}), encoding="utf-8")

    def follow(self, *left_out: str) -> str:
        """The whole page; what its last command printed."""
        printed = ""
        for kind, content in blocks():
            if kind == "yaml":
                self.edit(content)
            elif content.strip() not in left_out:
                runs = content.startswith(".venv/bin/reportgen run")
                printed = self.run(content, *((0, 1, 3) if runs else (0,)))
        return printed


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    files = {
        name: yaml.safe_load(yaml.safe_dump(body).replace(ALPHA, SHOWN))
        for name, body in line.good_files().items()
    }
    estate = line.estate(tmp_path / "estate", files)
    home, folder, programs = (tmp_path / name for name in ("home", "here", "bin"))
    for path in (home, folder, programs):
        path.mkdir()
    (home / "reportgen").symlink_to(line.ROOT)
    hidden = {"PYTHONPATH", "VIRTUAL_ENV", "PYTHONHOME", "AZURE_CONFIG_DIR"}
    known = {name: value for name, value in os.environ.items() if name not in hidden}
    with serve(estate) as sandbox:
        program = programs / "az"
        text = AZ.format(
            python=sys.executable, client=sandbox.client_id, secret=sandbox.client_secret, ca=sandbox.ca_file,
            tenant=sandbox.tenant_id, url=f"https://127.0.0.1:{sandbox.address[1]}",
        )  # fmt: skip
        program.write_text(text, encoding="utf-8")
        program.chmod(0o755)
        known |= {
            "HOME": str(home),
            "PATH": f"{programs}:{known['PATH']}",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        }
        yield Place(folder, sandbox, programs, known)


def read(folder: Path, printed: str) -> Path:
    """The pack that the last command names, with a result about the sandbox's cluster."""
    named = re.search(r"^Pack: (.+)$", printed, re.MULTILINE)
    assert named
    pack = folder / named[1]
    assert "1 of 1 expected subscriptions read" in printed
    assert "aks-good" in (pack / "results" / "observations.jsonl").read_text(encoding="utf-8")
    assert line.command("verify", pack).code == 0
    return pack


def test_the_commands_make_a_pack(place: Place) -> None:
    """All but installing and the PDF."""
    (place.folder / ".venv" / "bin").mkdir(parents=True)
    command_without_pdf(place.folder / ".venv" / "bin" / "reportgen")
    printed = place.follow(*commands()[:2])
    assert (read(place.folder, printed) / "report.html").is_file()


@pytest.mark.installing
def test_the_commands_install_and_make_a_pack(place: Place) -> None:
    pack = read(place.folder, place.follow())
    assert (pack / "report.pdf").read_bytes().startswith(b"%PDF-")
