"""What has been read of a command so far; the small writer that segments fill."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from intently.catalog.ground import Grounding
from intently.feed.parser.context import ParseContext
from intently.feed.parser.pieces import Piece, Sentence
from intently.feed.parser.segments import Segment
from intently.feed.parser.tables import Tables
from intently.feed.session import scope_of
from intently.nouns import Change, PreferenceValue, Relation

__all__ = ["Reading", "best_pairs", "best_values"]


def best_values(grounding: Grounding) -> list[str]:
    """The values that the phrase itself names on its best facet, without what is narrower."""
    return [m.value for m in grounding.matches if m.facet == grounding.facet and m.how != "narrower"]


def best_pairs(grounding: Grounding) -> set[tuple[str, str]]:
    """The pairs that the phrase itself names on any facet, without what is narrower."""
    return {(m.facet, m.value) for m in grounding.matches if m.how != "narrower"}


@dataclass
class Reading:
    """Mutable while a command is read. `pointed`: the shown or named items that "it" may mean, newest last."""

    context: ParseContext
    sentence: Sentence
    tables: Tables
    changes: list[Change] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    residue: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)  # of `residue`, what has no effect at all
    guesses: set[int] = field(default_factory=set)
    pointed: list[tuple[str, ...]] = field(default_factory=list)
    weak: set[int] = field(default_factory=set)  # wants that rest on no cue: the model may say otherwise
    turning: bool = False  # something new is asked for: "now", "instead", "actually"
    trusting: bool = False  # the words were quoted as a wish: all unknown ones count

    def words(self, pieces: Sequence[Piece]) -> str:
        """The command's own characters that the pieces span, in whatever order they are given."""
        if not pieces:
            return ""
        return self.sentence.words(min(piece.start for piece in pieces), max(piece.end for piece in pieces))

    def add(
        self,
        segment: Segment,
        *,
        quote: str,
        relation: Relation,
        value: PreferenceValue,
        facet: str | None = None,
        matches: tuple[tuple[str, str], ...] = (),
        must: bool = False,
        avoid: bool | None = None,
    ) -> None:
        """Append the change that makes this preference, under the segment's polarity and scope."""
        avoiding = segment.action == "avoid" if avoid is None else avoid
        made = (facet, relation, value, "avoid" if avoiding else "want")
        for place, change in enumerate(self.changes):
            if (change.facet, change.relation, change.value, change.polarity) == made:
                if must and change.strength == "prefer":  # "half of it is horror and I hate horror"
                    self.changes[place] = change.model_copy(update={"strength": "must"})
                return
        self.changes.append(
            Change(
                op="replace" if segment.replace and not avoiding else "add",
                polarity="avoid" if avoiding else "want",
                strength="must" if must else "prefer",
                facet=facet,
                matches=matches,
                relation=relation,
                value=value,
                scope=scope_of(segment.scope, self.context.local_now),
                quote=quote,
            )
        )

    def notice(self, text: str) -> None:
        if text not in self.notices:
            self.notices.append(text)

    def not_understood(self, words: str, *, taken: bool = False) -> None:
        """Words left to the model. `taken`: meanwhile they count as a wish by meaning, so nobody is told otherwise."""
        if words and words not in self.residue:
            self.residue.append(words)
            if not taken:
                self.lost.append(words)

    def label(self, facet: str) -> str:
        """The facet's name for people."""
        spec = self.context.spec.facets[facet]
        return (spec.label or facet).lower()

    def title(self, item_id: str) -> str:
        row = self.context.snapshot.row_of(item_id)
        return self.context.snapshot.titles[row] if row is not None else item_id
