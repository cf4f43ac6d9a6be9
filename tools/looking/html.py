"""What a machine can check on an HTML report in a real browser, and pictures of it.

At the width of a desktop and of a phone the document must not scroll sideways (what lies in a box with a
scroll bar of its own may). In every view the browser's console stays free of errors, and nothing but the file
is asked for. Links into the document and to files of the pack lead somewhere, header cells hold words, and no
mark of a template gone wrong stands in the text. Before checking, everything that folds is unfolded; the
pictures show it as it opens.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote, urldefrag

from playwright.sync_api import Browser, Page, sync_playwright

from tools.looking.pictures import contact_sheets, spread
from tools.looking.problem import LookFailed, Problem, marks

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
WIDTHS = (1280, 390)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
_PHONE = 500
"""Pictures narrower than this many pixels are put side by side on sheets."""
_TALL = 1600
_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_SCROLL = """top => new Promise(drawn => {
  window.scrollTo(0, top);
  requestAnimationFrame(() => requestAnimationFrame(drawn));
})"""
_READ = """() => {
  const root = document.documentElement;
  for (const folded of document.querySelectorAll('details')) folded.open = true;
  for (const any of document.querySelectorAll('*'))
    if (getComputedStyle(any).contentVisibility === 'auto') any.style.contentVisibility = 'visible';
  const name = any => any.id ? '#' + any.id
    : any.tagName.toLowerCase() + [...any.classList].map(word => '.' + word).join('');
  const place = any => {
    const path = [name(any)];
    for (let up = any; !up.id && path.length < 4 && (up = up.parentElement) && up !== root;)
      path.unshift(name(up));
    return path.join(' > ');
  };
  const clipped = any => {
    for (let up = any.parentElement; up && up !== document.body; up = up.parentElement)
      if (getComputedStyle(up).overflowX !== 'visible') return true;
    return false;
  };
  const wide = [...document.querySelectorAll('body *')].filter(
    any => any.getBoundingClientRect().right > root.clientWidth + 1 && !clipped(any));
  const links = [...document.querySelectorAll('a[href]')].map(
    link => [place(link), link.getAttribute('href')]);
  const inside = to => decodeURIComponent(to.slice(1).split('?')[0]);
  const dead = links.filter(([, to]) => to.startsWith('#') && !document.getElementById(inside(to)));
  const copy = document.body.cloneNode(true);
  for (const soft of copy.querySelectorAll('wbr, script')) soft.remove();
  copy.normalize();
  const texts = {};
  const walker = document.createTreeWalker(copy, NodeFilter.SHOW_TEXT);
  for (let node; node = walker.nextNode();) {
    const near = node.parentElement.closest('[id]');
    (texts[near ? '#' + near.id : 'body'] ||= []).push(node.data);
  }
  return {
    over: root.scrollWidth - root.clientWidth,
    wide: wide.slice(0, 3).map(place),
    dead,
    files: [...new Set(links.map(([, to]) => to).filter(to => !/^(#|[a-z]+:)/i.test(to)))],
    empty: [...document.querySelectorAll('thead th, thead td')].filter(
      cell => !cell.textContent.trim()).map(place),
    texts: Object.entries(texts).map(([id, parts]) => [id, parts.join('\\n')]),
  };
}"""


def check(path: Path, out: Path, known: Collection[str], pieces: int) -> list[Problem]:
    """All problems of one HTML file, and ``html-<width>-<scheme>-NN.png`` of each view in ``out``."""
    found: dict[Problem, None] = {}
    with browser() as chromium:
        for width in WIDTHS:
            for scheme in SCHEMES:
                found |= dict.fromkeys(_view(chromium, path, out, known, pieces, width, scheme))
    return [Problem(f"{path.name} {problem.where}".strip(), problem.what) for problem in found]


@contextmanager
def browser() -> Iterator[Browser]:
    """A headless Chromium of the machine that keeps to itself; LookFailed where there is none."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        raise LookFailed(f"no {' or '.join(PROGRAMS)} is here; on Debian or Ubuntu: apt-get install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=list(_QUIET))
        try:
            yield chromium
        finally:
            chromium.close()


def _view(
    chromium: Browser,
    path: Path,
    out: Path,
    known: Collection[str],
    pieces: int,
    width: int,
    scheme: Literal["light", "dark"],
) -> list[Problem]:
    """The file at one width and in one colour scheme."""
    address = path.resolve().as_uri()
    page = chromium.new_page(viewport={"width": width, "height": _TALL}, color_scheme=scheme)
    told: list[Problem] = []
    page.on("request", lambda request: told.extend(_left(request.url, address)))
    page.on("console", lambda line: told.extend(_complaint(line.type, line.text)))
    page.on("pageerror", lambda error: told.append(Problem("", f"the page raised {error}")))
    page.goto(address)
    _photograph(page, out, pieces, f"html-{width}-{scheme}")
    read = page.evaluate(_READ)
    told += _problems(read, path.parent, width)
    if (width, scheme) == (WIDTHS[0], SCHEMES[0]):  # the words are the same in every view
        told += (problem for place, text in read["texts"] for problem in marks(place, text, known))
    page.close()
    return told


def _left(url: str, address: str) -> Iterator[Problem]:
    if urldefrag(url).url != address and not url.startswith("data:"):
        yield Problem("", f"the page asked for {url}")


def _complaint(kind: str, text: str) -> Iterator[Problem]:
    if kind == "error":
        yield Problem("", f"the browser's console says: {text}")


def _photograph(page: Page, out: Path, pieces: int, name: str) -> None:
    """Screens from the page's beginning to its end, spread evenly where there are more than ``pieces``."""
    height = int(page.evaluate("document.documentElement.scrollHeight"))
    all_screens = max(1, -(-height // _TALL))
    made = []
    for screen in spread(all_screens, pieces):
        page.evaluate(_SCROLL, screen * _TALL)
        made.append(out / f"{name}-{screen + 1:03d}.png")
        page.screenshot(path=made[-1])
    if page.viewport_size and page.viewport_size["width"] < _PHONE:
        contact_sheets(made, out, name, scale=1)


def _problems(read: dict[str, Any], pack: Path, width: int) -> Iterator[Problem]:
    if read["over"] > 0:
        who = ", ".join(read["wide"]) or "nothing that can be named"
        yield Problem(
            f"at {width}", f"the document scrolls sideways by {read['over']} pixels; too wide: {who}"
        )
    for place, target in read["dead"]:
        yield Problem(place, f"a link leads to {target}, which is not there")
    for file in read["files"]:
        if not (pack / unquote(urldefrag(file).url)).is_file():
            yield Problem("", f"a link leads to {file}, which is not in the pack")
    for place in read["empty"]:
        yield Problem(place, "a header cell is empty")
