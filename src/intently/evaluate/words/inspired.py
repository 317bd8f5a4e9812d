"""INSPIRED: social film dialogues without labels; films are linked by machine, so their titles are a noisy measure."""

from collections.abc import Sequence
from pathlib import Path

from intently.catalog.encode import Encoder
from intently.evaluate.words.dialogues import seeker_turns
from intently.evaluate.words.grounds import Ground
from intently.evaluate.words.metrics import Measure
from intently.evaluate.words.rates import rates
from intently.evaluate.words.titles import title_measures
from intently.evaluate.words.turns import Heard, Turn, by_half, half_of, read_table

__all__ = ["Inspired"]


class Inspired:
    name = "requests-inspired"
    films = True
    note = "No labels of intent. Films were linked by machine: titles are noisy on both sides."

    def turns(self, data: Path) -> list[Turn]:
        columns = ("conv_id", "turn", "role", "text", "movies")
        rows = read_table(data / "requests-inspired" / "turns.parquet", columns)
        return [
            Turn(
                f"{row['conv_id']} {row['turn']}",
                row["text"].strip(),
                half_of(str(row["conv_id"])),
                shown,
                tuple(row["movies"] or ()),
            )
            for row, shown in seeker_turns(rows)
        ]

    def ground(self, data: Path, encoder: Encoder | None) -> Ground:
        raise NotImplementedError("film dialogues are read against the films")

    def measure(self, heard: Sequence[tuple[Turn, Heard]], ground: Ground, seed: int) -> list[Measure]:
        found: list[Measure] = []
        for part, some in by_half(heard).items():
            turns = []
            for turn, what in some:
                named = frozenset(one for title in turn.gold if (one := ground.id_of(title)))
                turns.append((named, dict[str, bool](), what))
            found += title_measures(part, turns, seed)[:3] + rates(part, some, seed)
        return found
