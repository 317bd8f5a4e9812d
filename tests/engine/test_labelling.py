"""Rounds of labelling over the demo films: what is drawn, and that a file of it comes back whole."""

import pytest

from intently.engine import Engine
from intently.errors import BadRequest, NotFound
from intently.judge.shown import shown_of


def test_two_feeds_of_a_person_are_drawn_once_and_touch_nobodys_feed(films: Engine) -> None:
    assert films.labelling.draw("pairs", "pair", 3, raters=3) == 3
    for subject in films.store.journal.labels.subjects(batch="pairs"):
        shown = shown_of(subject)
        assert shown.sides is not None
        assert shown.sides[0] != shown.sides[1]
        assert [len(side.split("\n")) for side in shown.sides] == [10, 10]
        assert (sorted(subject.origin.items()), subject.raters) in (
            ([("a", "served"), ("b", "varied")], 3), ([("a", "varied"), ("b", "served")], 3)
        )  # fmt: skip
        assert films.store.journal.slate_times(subject.user_id or "", "label") == []
    assert films.labelling.draw("pairs", "pair", 3, raters=3) == 0
    with pytest.raises(BadRequest, match="no subjects are drawn for 'song'; there are pair, tag, reason, slate"):
        films.labelling.draw("pairs", "song", 3)


def test_which_side_is_served_is_a_coin_that_the_origin_alone_tells(films: Engine) -> None:
    films.labelling.draw("coins", "pair", 8, seed=7)
    subjects = films.store.journal.labels.subjects(batch="coins")
    assert {subject.origin["a"] for subject in subjects} == {"served", "varied"}
    for subject in subjects:
        sides = dict(zip("ab", shown_of(subject).sides or (), strict=True))
        for side, arm in subject.origin.items():
            made = films.feeds.make(
                subject.user_id or "", client="label", limit=10, surface="label", as_of=subject.time,
                diversify=arm == "varied", keep=False,
            )  # fmt: skip
            lines = sides[side].split("\n")
            assert all(line.startswith(item.title) for line, item in zip(lines, made.items, strict=True))
    assert not {"served", "varied"} & set("".join(films.labelling.export("coins", blind=True)).split('"'))


def test_a_second_round_of_pairs_is_of_other_people(films: Engine) -> None:
    for batch in ("one", "two"):
        assert films.labelling.draw(batch, "pair", 3) > 0
    one, two = ({row.user_id for row in films.store.journal.labels.subjects(batch=batch)} for batch in ("one", "two"))
    assert not one & two


def test_a_file_of_a_round_is_imported_again_without_change_and_labels_without_subjects_are_refused(
    films: Engine,
) -> None:
    films.labelling.draw("file", "pair", 2, seed=1)
    (todo, _) = films.labelling.todo("Ann", "file", "pair")
    assert todo is not None
    films.labelling.answer("Ann", todo.subject.subject_id, "repeats-a", todo.question.version, "no")
    lines = list(films.labelling.export("file"))
    assert films.labelling.import_lines(lines, "f") == (0, 0)
    films.labelling.undo("Ann", "file", "pair")
    assert films.labelling.import_lines(lines, "f") == (0, 1)
    with pytest.raises(NotFound, match="no subject 'ffff'"):
        films.labelling.import_lines([line.replace(todo.subject.subject_id, "ffff") for line in lines
                                      if '"subject"' not in line], "f")  # fmt: skip
