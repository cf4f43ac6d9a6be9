"""How much of each table a rendering prints."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Caps:
    """How much of each table is printed. The HTML report has all observations in its table beside them.

    ``grants`` are those of one cluster in the access listing, ``access_clusters`` the clusters there. Where
    not ``whole``, only as many controls have a block as `reportgen.render.room` finds room for, and what all
    have in common (reasons of gaps, defaults of parameters) stands in one place.
    """

    exceptions: int | None = None
    exception_lines: int | None = None
    heat_rows: int = 30
    groups: int | None = None
    names: int | None = None
    satisfied: int | None = None
    gaps: int | None = None
    subscriptions: int | None = None
    clusters: int | None = None
    differences: int | None = None
    letters: int | None = None
    grants: int | None = None
    access_clusters: int | None = None
    requirements: int | None = None
    parameters: int | None = None
    rights: int | None = None
    whole: bool = True

    @classmethod
    def for_summary(cls) -> Caps:
        """Caps that keep all of a PDF below 12 pages."""
        return replace(cls.for_report("pdf", whole=False), gaps=20, subscriptions=15, clusters=0)

    @classmethod
    def for_report(cls, medium: str, *, whole: bool = True) -> Caps:
        """Caps that keep a report at a length that somebody reads, whatever the estate and the catalogue."""
        if medium == "html":
            return cls(exceptions=25, groups=20, names=12, satisfied=0)
        return cls(
            exceptions=25 if whole else 4,
            exception_lines=40,
            heat_rows=22,
            groups=6 if whole else 2,
            names=8 if whole else 3,
            satisfied=10 if whole else 0,
            gaps=40,
            subscriptions=45,
            clusters=100,
            letters=120,
            differences=25,
            grants=15,
            access_clusters=25,
            requirements=120,
            parameters=135,
            rights=12,
            whole=whole,
        )
