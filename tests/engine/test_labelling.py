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
        assert (subject.origin, subject.raters) == ({"a": "served", "b": "varied"}, 3)
        assert films.store.journal.slate_times(subject.user_id or "", "label") == []
    assert films.labelling.draw("pairs", "pair", 3, raters=3) == 0
    with pytest.raises(BadRequest, match="no subjects are drawn for 'song'; there are pair, tag, reason, slate"):
        films.labelling.draw("pairs", "song", 3)


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
