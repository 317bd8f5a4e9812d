"""Label sets of people as cases: a subject to judge, and what people said of it."""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

from intently.errors import BadRequest
from intently.evaluate.judging.mapping import Mapped
from intently.evaluate.words.turns import read_table
from intently.judge.verdict import Subject

__all__ = ["Case", "drawn", "read_cases"]

FILMS = "catalog-wikimovies"
BEFORE = 3  # turns before the one that is judged
AGENT_TURNS, PERSON_TURNS = 3, 4
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """`label`: of people, higher is better; `raters`: what each of several others said of it, where the set tells;
    `subject.group`: cases of one group are drawn together."""

    subject: Subject
    label: float
    good: bool
    raters: tuple[float, ...] = ()


class Told(NamedTuple):
    """A subject of a set as its file tells it."""

    subject: Subject
    label: float
    raters: tuple[float, ...] = ()


def read_cases(name: str, how: Mapped, data: Path | None) -> list[Case]:
    """All cases of a set, in the order of its file. Raises BadRequest without the folder of sets, DataError for a file
    that is absent or of another form."""
    if data is None:
        raise BadRequest(f"the set {name} does not ship. Name the folder that holds {how.folder}: --data FOLDER")
    told = READERS[name](data / how.folder, data)
    return [Case(one.subject, one.label, one.label >= how.good_from, one.raters) for one in told]


def drawn(cases: Sequence[Case], how: Mapped, seed: int, limit: int | None = None) -> list[Case]:
    """A sample in an order drawn by a hash, groups whole: a longer one begins with a shorter one."""
    if how.cases:
        return sorted(cases, key=lambda case: _digest(seed, case.subject.subject_id))[: limit or how.cases]
    groups = sorted({case.subject.group for case in cases}, key=lambda group: _digest(seed, group))
    place = {group: at for at, group in enumerate(groups[: limit or how.groups])}
    return sorted((case for case in cases if case.subject.group in place), key=lambda one: place[one.subject.group])


def _recipempr(folder: Path, data: Path) -> Iterable[Told]:
    for row in read_table(folder / "queries.parquet", ("id", "query", "options", "answer_index")):
        for at, option in enumerate(row["options"]):
            facts = (("request", row["query"].strip()),)
            subject = _item(f"recipempr {row['id']}/{at}", option, facts, str(row["id"]))
            yield Told(subject, float(at == row["answer_index"]))


def _abredial(folder: Path, data: Path) -> Iterable[Told]:
    columns = ("conv_id", "segment", "context", "system_turn", "relevance")
    rows = sorted(read_table(folder / "turns.parquet", columns), key=_turn_key)
    for key, same in groupby(rows, key=_turn_key):
        listed = list(same)
        facts = tuple(_said(turn) for turn in listed[0]["context"])
        text = _said(listed[0]["system_turn"])[1]
        subject = _item("abredial " + "/".join(map(str, key[:2])), text, facts, str(key[0]))
        yield Told(subject, fmean(row["relevance"] for row in listed))


def _morelikethis(folder: Path, data: Path) -> Iterable[Told]:
    films = _films(data / FILMS / "items.parquet")
    rows = read_table(folder / "pairs.parquet", ("title_1", "year_1", "title_2", "year_2", "rating"))
    for at, row in enumerate(rows):
        liked, shown = (_film(films, row[f"title_{side}"], row[f"year_{side}"]) for side in (1, 2))
        subject = _item(f"morelikethis {at}", shown, (("liked film", liked),), row["title_1"])
        yield Told(subject, float(row["rating"] == "OK"))


def _explanations(folder: Path, data: Path) -> Iterable[Told]:
    return (Told(subject, float(row["satisfaction"]), _annotated(row)) for subject, row in _lines(folder))


def _annotators(folder: Path, data: Path) -> Iterable[Told]:
    return (Told(subject, fmean(_annotated(row)), _annotated(row)) for subject, row in _lines(folder))


def _annotated(row: Row) -> tuple[float, ...]:
    return tuple(float(row[f"third_party_{rater}_satisfactory"]) for rater in (1, 2))


def _lines(folder: Path) -> Iterable[tuple[Subject, Row]]:
    columns = ("user", "movie_title", "explanation", "satisfaction", "third_party_1_satisfactory",
               "third_party_2_satisfactory")  # fmt: skip
    for at, row in enumerate(read_table(folder / "ratings.parquet", columns)):
        facts = (("title", row["movie_title"]),)
        yield Subject("reason", f"explanations {at}", row["explanation"], facts, group=str(row["user"])), row


def _uss(folder: Path, data: Path) -> Iterable[Told]:
    columns = ("conv_id", "turn", "role", "text", "satisfaction")
    rows = sorted(read_table(folder / "redial.parquet", columns), key=lambda row: (row["conv_id"], row["turn"]))
    for conversation, turns in groupby(rows, key=lambda row: row["conv_id"]):
        listed = list(turns)
        for at in range(2, len(listed)):
            before, now = listed[at - 1], listed[at]
            if now["role"] == "user" and len(now["satisfaction"]) and before["role"] == "system":
                facts = tuple((_speaker(row), row["text"]) for row in listed[max(0, at - 1 - BEFORE) : at - 1])
                subject = _item(f"uss {conversation}/{now['turn']}", before["text"], facts, str(conversation))
                yield Told(subject, fmean(now["satisfaction"]))


def _crsarena(folder: Path, data: Path) -> Iterable[Told]:
    rows = read_table(folder / "turns.parquet", ("conv_id", "turn", "role", "text", "sentiment"))
    for conversation, turns in groupby(sorted(rows, key=lambda row: (row["conv_id"], row["turn"])),
                                       key=lambda row: row["conv_id"]):  # fmt: skip
        listed = list(turns)
        agent = [row["text"].strip() for row in listed if row["role"] == "agent"][-AGENT_TURNS:]
        person = [row["text"].strip() for row in listed if row["role"] == "user"][-PERSON_TURNS:]
        facts = tuple(("person said", text) for text in person)
        subject = _item(f"crsarena {conversation}", " ".join(agent), facts, str(conversation))
        yield Told(subject, float(listed[0]["sentiment"] == "satisfied"))


READERS: Mapping[str, Callable[[Path, Path], Iterable[Told]]] = {
    "recipempr": _recipempr,
    "abredial": _abredial,
    "morelikethis": _morelikethis,
    "explanations": _explanations,
    "explanations-annotators": _annotators,
    "uss": _uss,
    "crsarena": _crsarena,
}


def _item(subject_id: str, text: str, facts: tuple[tuple[str, str], ...], group: str) -> Subject:
    return Subject("item", subject_id, text, facts, group=group)


def _turn_key(row: Row) -> tuple[str, int, str]:
    return row["conv_id"], row["segment"], row["system_turn"]


def _said(turn: str) -> tuple[str, str]:
    """A turn "USER\ttext" as a fact."""
    role, _, text = turn.partition("\t")
    return ("person said" if role == "USER" else "recommender said"), text.strip()


def _speaker(row: Row) -> str:
    return "person said" if row["role"] == "user" else "recommender said"


def _films(file: Path) -> dict[tuple[str, int], str]:
    """Genres and the beginning of the description by title and year."""
    rows = read_table(file, ("title", "year", "genres", "description"))
    return {
        (_plain(row["title"]), row["year"]): f"{', '.join(row['genres'][:4])}. {row['description'] or ''}"[:240]
        for row in rows
    }


def _film(films: Mapping[tuple[str, int], str], title: str, year: int) -> str:
    known = films.get((_plain(title), year))
    return f"{title.title()} ({year}). {known}" if known else f"{title.title()} ({year})"


def _plain(title: str) -> str:
    return re.sub(r"[^0-9a-z]", "", title.casefold())


def _digest(seed: int, text: str) -> str:
    return hashlib.sha256(f"{seed} {text}".encode()).hexdigest()
