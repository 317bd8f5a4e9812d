"""ReDial: film dialogues without labels of intent; but films are marked, and the seeker said which they like.

Titles are judged against the marked films that the catalogue has (by title and year). A film that was named without
a mark counts as invented when it is read, so the precision is a lower bound. The sign of a liking is judged by the
seeker's answer at the end of the dialogue (liked or not), which is about the film and not about the sentence.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from intently.catalog.encode import Encoder
from intently.evaluate.words.dialogues import seeker_turns
from intently.evaluate.words.grounds import Ground
from intently.evaluate.words.metrics import Measure
from intently.evaluate.words.rates import rates
from intently.evaluate.words.titles import title_measures
from intently.evaluate.words.turns import Heard, Turn, by_half, half_of, read_table

__all__ = ["Redial"]


class Redial:
    name = "requests-redial"
    films = True
    note = (
        "No labels of intent. Titles: precision is a lower bound: films named without a mark count as invented. "
        "Wrong sign: against the seeker's final answer, which is about the film, not about the sentence."
    )

    def turns(self, data: Path) -> list[Turn]:
        folder = data / "requests-redial"
        info = read_table(folder / "movie_info.parquet", ("movie_id", "title", "imdb_id"))
        names = {row["movie_id"]: row["title"] for row in info}
        answers = read_table(folder / "movies.parquet", ("conv_id", "movie_id", "liked"))
        liked = {(row["conv_id"], row["movie_id"]): row["liked"] == 1 for row in answers if row["liked"] in (0, 1)}
        rows = read_table(folder / "turns.parquet", ("conv_id", "turn", "role", "text", "movie_ids"))
        turns = []
        for row, shown in seeker_turns(rows):
            films = {names[film]: liked.get((row["conv_id"], film)) for film in row["movie_ids"] if film in names}
            key = f"{row['conv_id']} {row['turn']}"
            turns.append(Turn(key, row["text"].strip(), half_of(row["conv_id"]), shown, films))
        return turns

    def ground(self, data: Path, encoder: Encoder | None) -> Ground:
        raise NotImplementedError("film dialogues are read against the films")

    def measure(self, heard: Sequence[tuple[Turn, Heard]], ground: Ground, seed: int) -> list[Measure]:
        found: list[Measure] = []
        for part, some in by_half(heard).items():
            turns = [(*_in_catalogue(turn.gold, ground), what) for turn, what in some]
            found += title_measures(part, turns, seed) + rates(part, some, seed)
        return found


def _in_catalogue(films: Mapping[str, bool | None], ground: Ground) -> tuple[frozenset[str], dict[str, bool]]:
    """Ids of the films that the catalogue has, and the seeker's answer on those that have one."""
    ids = {title: ground.id_of(title) for title in films}
    likes = {str(ids[title]): liked for title, liked in films.items() if ids[title] and liked is not None}
    return frozenset(found for found in ids.values() if found), likes
