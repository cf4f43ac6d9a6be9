"""No socket is opened and no foreign file is read for a PDF: tried, with an audit hook watching."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import reportgen
from reportgen.errors import UsageError
from reportgen.render import pdf
from reportgen.render.fetching import check_packaged, packaged_only
from reportgen.render.fonts import FONTS
from reportgen.render.pdf import PdfReport
from tests.render import factory

ROOT = Path(reportgen.__file__).resolve().parent.parent
WATCHED = """
import json, sys
from pathlib import Path
import weasyprint  # as it is imported, it asks the linker where its libraries are
from tests.render import names
seen, watching = [], []

def hook(event, arguments):
    if watching and (event == "open" or event.split(".")[0] in {"socket", "subprocess", "urllib"}):
        seen.append([event, str(arguments[0])])

sys.addaudithook(hook)
watching.append(True)
names.pack(Path(sys.argv[1]))
watching.clear()
print(json.dumps(seen))
"""
TEMPLATES_GONE_WRONG = (
    '<img alt="x" src="{server}/pixel.png">',
    '<img alt="x" src="file:///etc/passwd">',
    '<img alt="x" src="../../pyproject.toml">',
    '<link rel="stylesheet" href="{server}/a.css">',
    '<style>@import url("file:///etc/passwd");</style>',
    '<style>@font-face {{ font-family: z; src: url("{server}/a.ttf") }}</style><p style="font-family: z">x',
    '<link rel="attachment" href="file:///etc/passwd">',
    '<a rel="attachment" href="file:///etc/passwd">x</a>',
    '<p style="background: url(file:///etc/hostname)">x',
    '<object data="file:///etc/passwd"></object>',
)


def test_a_report_with_harmful_names_opens_packaged_files_and_its_own_folder_only(tmp_path: Path) -> None:
    (pack := tmp_path / "pack").mkdir()
    (scratch := tmp_path / "scratch").mkdir()
    variables = {"PYTHONPATH": str(ROOT), "TMPDIR": str(scratch), "PYTHONDONTWRITEBYTECODE": "1"}
    run = subprocess.run(
        [sys.executable, "-c", WATCHED, str(pack)],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env=os.environ | variables,
    )
    seen = json.loads(run.stdout.splitlines()[-1])
    assert {event for event, _ in seen} == {"open", "urllib.Request"}
    assert {url.partition(":")[0] for event, url in seen if event == "urllib.Request"} == {"file"}
    opened = {Path(name).resolve() for event, name in seen if event == "open" and not name.isdigit()}
    allowed = [ROOT, pack, scratch, *(Path(prefix).resolve() for prefix in (sys.prefix, sys.base_prefix))]
    assert [path for path in opened if not any(path.is_relative_to(folder) for folder in allowed)] == []
    assert FONTS.resolve() / "DejaVuSans.ttf" in opened


@pytest.mark.parametrize("page", TEMPLATES_GONE_WRONG)
def test_a_template_that_asks_for_more_is_refused_before_anybody_is_asked(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = factory.few(factory.clean(), 1)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        document = f"<html lang=en><title>x</title>{page.format(server=address)}"
        monkeypatch.setattr(pdf, "render", lambda *_: document)
        with pytest.raises(UsageError, match="may not read"):
            PdfReport().render(replace(base, sources=()), tmp_path)
        with pytest.raises(BlockingIOError):
            server.accept()
    assert not (tmp_path / "report.pdf").exists()


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/pixel.png",
        "file:///etc/passwd",
        f"{FONTS.resolve().as_uri()}/../../../pyproject.toml",
        "data:text/plain,x",
        "file://host/share",
    ],
)
def test_the_fetcher_refuses_what_is_not_packaged(url: str) -> None:
    with pytest.raises(ValueError, match="packaged files only"):
        check_packaged(url)


def test_the_fetcher_takes_what_is_packaged() -> None:
    font = FONTS / "DejaVuSans.ttf"
    answer = packaged_only().fetch(font.resolve().as_uri())
    assert answer.read() == font.read_bytes()
