"""A sample as documents to work with: sample.html and sample.pdf, a page an item."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from markupsafe import Markup

from reportgen import __version__
from reportgen.audit.sample import Sample
from reportgen.model import CollectionMode, Status
from reportgen.render import fonts
from reportgen.render.environment import TEMPLATES, page
from reportgen.render.pdf import drawn, drawn_by
from reportgen.render.strings import builtin
from reportgen.sampling import hash_command

_STYLES = "<style>", "</style>"


def html(sample: Sample) -> str:
    """The document for a browser; its policy allows its own style sheets and nothing else."""
    document = _document(sample, "html", policy="POLICY")
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(part.partition(_STYLES[1])[0].encode()).digest()).decode()}'"
        for part in document.split(_STYLES[0])[1:]
    )
    policy = f"default-src 'none'; style-src {hashes}; base-uri 'none'; form-action 'none'"
    return document.replace('content="POLICY"', f'content="{policy}"', 1)


def pdf(sample: Sample) -> bytes:
    """The document to print; PdfUnavailable where it cannot be drawn here."""
    drawn_by()
    return drawn(_document(sample, "pdf", fonts.covered()), sample.population.facts["pack_id"], builtin())


def _document(sample: Sample, medium: str, covered: frozenset[int] | None = None, policy: str = "") -> str:
    population = sample.population
    return page(
        "sample.html.j2",
        medium,
        covered,
        sample=sample,
        population=population,
        finding=population.finding,
        facts=population.facts,
        banner=builtin().banner(CollectionMode(population.facts["collection_mode"])),
        hash_command=hash_command(population.finding["control"]),
        kinds={
            name: builtin().kind(name)
            for name in {one.item.observation["subject"]["kind"] for one in sample.items}
        },
        statuses={status.value: status for status in Status},
        version=__version__,
        policy=policy,
        own_css=_own_css(),
    )


def _own_css() -> Markup:
    text = (TEMPLATES / "sample.css").read_text(encoding="utf-8").strip()
    return Markup(text)  # noqa: S704 (our own style sheet)


def write(sample: Sample, folder: Path) -> tuple[Path, Path]:
    """Write both into ``folder``; the HTML is there even where PdfUnavailable is raised."""
    folder.mkdir(parents=True, exist_ok=True)
    page_path, pdf_path = folder / "sample.html", folder / "sample.pdf"
    page_path.write_text(html(sample), encoding="utf-8", newline="\n")
    pdf_path.unlink(missing_ok=True)
    pdf_path.write_bytes(pdf(sample))
    return page_path, pdf_path
