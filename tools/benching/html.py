"""report.html with many observations: its size, and how soon the table shows what a filter leaves of them."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from reportgen.render.html import HtmlReport
from tools.benching.results import multiplied, sample
from tools.looking.html import browser
from tools.looking.problem import LookFailed

SIZE = 8.0
"""MB."""
RESPONSE = 100.0
"""Milliseconds from the key or click until the rows are laid out."""
_TIMES = 5
_FILTERS = (
    ("a word that many have", "#search", "kube-system"),
    ("two words", "#search", "aks prod"),
    ("a word that none has", "#search", "no such thing"),
    ("no word again", "#search", ""),
    ("not satisfied alone", "[data-facet=status][value=not-satisfied]", None),
    ("high severity too", "[data-facet=severity][value=high]", None),
    ("sorted by cluster", "[data-sort=cluster]", None),
    ("without a filter", "#clear", None),
)
"""What is done, to which element, and what is typed (None: it is clicked)."""
_MEASURE = """([target, text]) => {
  const element = document.querySelector(target);
  const start = performance.now();
  if (text === null) element.click();
  else { element.value = text; element.dispatchEvent(new Event("input", { bubbles: true })); }
  document.getElementById("rows").getBoundingClientRect();
  return performance.now() - start;
}"""


def lines(options: argparse.Namespace, folder: Path) -> Iterator[str]:
    """Write the report and use it."""
    results = multiplied(sample(folder), options.observations)
    path = HtmlReport().render(results, folder)
    size = path.stat().st_size / 1e6
    yield f"report.html with {len(results.observations):,} observations of {len(results.controls)} controls"
    yield f"  {size:.1f} MB (target {SIZE:g}): {_met(size < SIZE)}"
    slowest = 0.0
    try:
        for words, times in _responses(path):
            slowest = max(slowest, median(times))
            yield f"  {words}: {median(times):.0f} ms, at worst {max(times):.0f}"
    except LookFailed as lacking:
        yield f"  filters not measured: {lacking}"
        return
    yield f"  slowest filter {slowest:.0f} ms (target {RESPONSE:g}): {_met(slowest < RESPONSE)}"


def _responses(path: Path) -> Iterator[tuple[str, list[float]]]:
    """Each filter with its times, in the order in which they follow one another on the page."""
    with browser() as chromium:
        page = chromium.new_page(viewport={"width": 1280, "height": 900})
        page.goto(path.resolve().as_uri())
        page.wait_for_selector("#explorer:not([hidden])")
        rounds: list[list[Any]] = [
            [page.evaluate(_MEASURE, [target, text]) for _, target, text in _FILTERS] for _ in range(_TIMES)
        ]
    for place, (words, _, _) in enumerate(_FILTERS):
        yield words, [times[place] for times in rounds]


def _met(met: bool) -> str:
    return "met" if met else "missed"
