"""The values of the panels around the memory: versions, proposals, a preview, and sentences to try by type."""

from dataclasses import dataclass
from typing import Any

from intently.catalog.schema import CatalogSpec, FacetSpec
from intently.catalog.snapshot import Snapshot
from intently.engine import Said, Version
from intently.explain import amount_text
from intently.serve.pages.parts import BY, ago, chips_of
from intently.serve.pages.view import notice_of, rule_words
from intently.serve.pages.visit import Visit

__all__ = ["examples_part", "preview_part", "proposals_part", "versions_part"]

VERSIONS_SHOWN = 8
MADE_BY = {
    "undo": "Undone",
    "restore": "An earlier version brought back",
    "delete": "A chip removed",
    "reset": "Started over",
    "revise": "A chip changed",
    "accept": "A proposal accepted",
    "merge": "Joined with what was said before signing in",
    "command": "A way out taken",
}


@dataclass(frozen=True, slots=True)
class Past:
    """One version of the memory as the history shows it."""

    number: int
    what: str
    when: str
    current: bool
    chips: tuple[Any, ...]


def versions_part(visit: Visit) -> dict[str, Any]:
    """The newest versions with what each put in force for this browser."""
    engine = visit.engine
    rows = engine.memory_versions(visit.user_id, limit=VERSIONS_SHOWN)
    past = [_past(visit, row, current=place == 0) for place, row in enumerate(rows)]
    older = rows[-1].version - 1 if rows else 0
    return {"past_versions": past, "older_versions": older}


def _past(visit: Visit, row: Version, *, current: bool) -> Past:
    view = visit.engine.memory_version(visit.user_id, row.version, client=visit.client)
    what = f"“{row.text}”" if row.text else MADE_BY[row.made_by]
    return Past(row.version, what, ago(row.time), current, tuple(chips_of(visit, view.preferences)))


def proposals_part(visit: Visit) -> dict[str, Any]:
    """What behaviour suggests; nothing of it is in force."""
    return {"proposals": visit.engine.proposals(visit.user_id, client=visit.client)}


def preview_part(visit: Visit, text: str, said: Said) -> dict[str, Any]:
    """What the sentence would change, and one line that tells it aloud."""
    would = said.difference
    assert would is not None
    come, go = chips_of(visit, would.come), chips_of(visit, would.go)
    chips = [*chips_of(visit, said.memory), *go]
    counts = sorted(said.feed.removed.counts.items(), key=lambda pair: -pair[1])
    nothing = not (come or go or would.items_come or would.items_leave)
    preview = {
        "text": text, "come": come, "go": go, "by": BY.get(said.by, ""), "nothing": nothing,
        "items_come": [title for _, title in would.items_come],
        "items_leave": [title for _, title in would.items_leave],
        "removed": [(rule_words(rule, chips), f"{count:,}") for rule, count in counts if count],
        "notices": [notice_of(notice) for notice in said.notices],
    }  # fmt: skip
    return {"preview": preview, "told": _told(preview)}


def _told(preview: dict[str, Any]) -> str:
    if preview["nothing"]:
        return "Preview: this would change nothing."
    parts = [f"add “{chip.text}”" for chip in preview["come"]] + [f"remove “{chip.text}”" for chip in preview["go"]]
    said = f"Preview: this would {' and '.join(parts)}. " if parts else "Preview. "
    return (
        said + f"{len(preview['items_come'])} would come, {len(preview['items_leave'])} would leave. Apply or discard."
    )


def examples_part(spec: CatalogSpec, snapshot: Snapshot) -> list[tuple[str, list[str]]]:
    """Sentences that this catalogue understands, by what they do, made from its most frequent values and its units."""
    found = next(((name, facet) for name, facet in spec.facets.items() if facet.kind == "number" and facet.units), None)
    facet = found[1] if found else None
    term = _telling(spec, snapshot)
    comparison = [f"{facet.less[0]} than these"] if facet and facet.less else []
    forgetting = [f"forget the {facet.nouns[0]}"] if facet and facet.nouns else []
    groups = [
        *(_about_terms(*term) if term else []),
        ("Set a bound", _bounds(snapshot, *found) if found else []),
        ("Point at what is shown", ["more like the second one", *comparison]),
        ("Take it back", ["undo", *forgetting, "start over"]),
        ("Look around", ["show me something else", "more variety"]),
    ]
    return [(name, sentences) for name, sentences in groups if sentences]


def _about_terms(first: str, second: str) -> list[tuple[str, list[str]]]:
    return [
        ("Want it", [f"I'd like {first}", f"only {second}", f"is there any {second}?"]),
        ("Keep it out", [f"no {first}", f"less {second}"]),
        ("For how long", [f"no {first} tonight", f"never {second}"]),
    ]


def _telling(spec: CatalogSpec, snapshot: Snapshot) -> tuple[str, str] | None:
    """The two most frequent values of the term facet that tells most."""
    facets = [(facet.weight, name) for name, facet in spec.facets.items() if facet.kind == "term" and facet.shown]
    for _, name in sorted(facets, key=lambda pair: -pair[0]):
        held = snapshot.terms[name]
        counts = held.counts().tolist()
        common = sorted(range(len(held.values)), key=lambda place: (-counts[place], held.values[place]))[:2]
        if len(common) == 2:
            return held.values[common[0]].lower(), held.values[common[1]].lower()
    return None


def _bounds(snapshot: Snapshot, name: str, facet: FacetSpec) -> list[str]:
    """Under and around a middling amount, on two digits."""
    amounts = sorted(float(amount) for amount in snapshot.numbers[name].amounts if amount == amount)
    if not amounts:
        return []
    middle = float(f"{amounts[len(amounts) // 2]:.2g}")
    said = amount_text(facet, middle)
    return [f"under {said}", f"around {said}"]
