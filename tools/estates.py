"""Estate folders of any number of clusters, made from the sample estate: ``estates.py OUT NUMBER|sample...``.

Each number becomes ``OUT/<number>/``: clusters of the sample under names of their own, in turn, with their
reads; 1 keeps the hardened one. ``sample`` becomes a copy of the sample with all that is beside it. For
measuring, and for looking at reports: the engagements that the command makes ask for all PDFs.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import yaml

SAMPLE = Path(__file__).resolve().parents[1] / "samples" / "contoso"
FIRST = "aks-payments-prod-weu"


def multiply(out: Path, clusters: int, of: tuple[str, ...] = ()) -> Path:
    """Write ``out/<clusters>`` and return it; the subscriptions and regions are the sample's.

    With ``of`` the clusters are made from these of the sample alone.
    """
    folder = out / str(clusters)
    shutil.rmtree(folder, ignore_errors=True)
    azure = SAMPLE / "azure"
    for part in ("resource-groups", "regions"):
        shutil.copytree(azure / part, folder / "azure" / part)
    shutil.copy(azure / "subscriptions.json", folder / "azure")
    (folder / "engagement.yaml").write_text(_engagement(), encoding="utf-8")
    known = (path.stem for path in azure.glob("clusters/*.json"))
    names = of or sorted(known, key=lambda name: name != FIRST)
    for number in range(clusters):
        name = names[number % len(names)]
        own = name if number < len(names) else f"{name}-{number // len(names):03d}"
        for source in [azure / "clusters" / f"{name}.json", *sorted((azure / "reads" / name).glob("*.json"))]:
            target = folder / source.relative_to(SAMPLE).parent / f"{number:04d}-{source.name}"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(source.read_text(encoding="utf-8").replace(name, own), encoding="utf-8")
    return folder


def _engagement() -> str:
    """The sample's, without the files beside it, which are about clusters that may not be there."""
    keys = yaml.safe_load((SAMPLE / "engagement.yaml").read_text(encoding="utf-8"))
    for key in ("imported", "waivers", "attestations", "responses"):
        del keys[key]
    return yaml.safe_dump(keys, allow_unicode=True, sort_keys=False)


def copied(out: Path) -> Path:
    """Write the sample as it is to ``out/sample`` and return it."""
    folder = out / "sample"
    shutil.rmtree(folder, ignore_errors=True)
    return Path(shutil.copytree(SAMPLE, folder))


def main() -> None:
    """Make the estates that the command line asks for."""
    out, *wanted = sys.argv[1:]
    for one in wanted:
        folder = copied(Path(out)) if one == "sample" else multiply(Path(out), int(one))
        with (folder / "engagement.yaml").open("a", encoding="utf-8") as engagement:
            engagement.write("\nreport:\n  profiles: [summary, standard, full]\n")
        print(folder)


if __name__ == "__main__":
    main()
