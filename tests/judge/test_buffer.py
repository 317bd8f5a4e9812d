"""The buffer: nothing rare is lost, what is common is cut newest first, and no model's word gets in."""

import json
from collections import Counter
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from intently.judge.buffer import Sample, judge_lines, rebalanced, samples_of, shuffled
from tests.judge.labels import NOON, RELEVANCE, says, tag

VERSIONS = {"relevance": RELEVANCE.version, "overall": "o"}


def sample(number: int, label: str, age: int = 0, **changes: object) -> Sample:
    fields = {
        "task": "tag", "criterion": "relevance", "version": "1", "subject_id": f"s{number}", "text": f"tag {number}",
        "sides": (), "facts": (("interest", f"i{number % 7}"),), "label": label, "by": "person", "raters": 1,
        "agree": 1.0, "group": f"g{number % 7}", "batch": f"r{age}", "age": age, "split": "train",
    }  # fmt: skip
    return Sample(**{**fields, **changes})  # type: ignore[arg-type]


def ages(samples: list[Sample], label: str) -> Counter[int]:
    return Counter(one.age for one in samples if one.label == label)


def test_the_rare_class_keeps_every_round_and_the_common_one_is_cut_newest_first():
    rare = [sample(n, "no", age) for age in range(3) for n in range(100 * age, 100 * age + 4)]
    common = [sample(1000 + 100 * age + n, "yes", age) for age in range(3) for n in range(8)]
    kept = rebalanced([*rare, *common], decay=0.5)
    assert ages(kept, "no") == {0: 4, 1: 4, 2: 4}
    assert ages(kept, "yes") == {0: 8, 1: 4}  # 12: all 8 of the newest, half of the one before, then full


def test_older_samples_are_added_until_the_classes_balance():
    rare = [sample(n, "no") for n in range(15)]
    common = [sample(1000 + 100 * age + n, "yes", age) for age in range(3) for n in range(8)]
    kept = rebalanced([*rare, *common], decay=0.5)
    assert ages(kept, "yes") == {0: 8, 1: 5, 2: 2}  # shares 8, 4, 2; the fifteenth is the next newest


ROUNDS = st.lists(st.tuples(st.sampled_from(["no", "yes", "so"]), st.integers(0, 4)), max_size=60)


@given(rows=ROUNDS, decay=st.floats(0, 1), most=st.floats(1, 3))
def test_nothing_is_invented_the_rarest_is_whole_and_none_is_above_the_target(
    rows: list[tuple[str, int]], decay: float, most: float
):
    samples = [sample(n, label, age) for n, (label, age) in enumerate(rows)]
    kept = rebalanced(samples, decay=decay, most=most)
    assert kept == [one for one in samples if one in kept]
    whole, counts = Counter(one.label for one in samples), Counter(one.label for one in kept)
    if whole:
        rarest = min(whole.values())
        assert all(counts[label] == min(count, round(rarest * most)) for label, count in whole.items())
        assert kept == rebalanced(samples, decay=decay, most=most)


@given(rows=ROUNDS)
def test_without_decay_or_with_all_of_it_no_older_sample_stays_while_a_newer_goes(rows: list[tuple[str, int]]):
    samples = [sample(n, label, age) for n, (label, age) in enumerate(rows)]
    for decay in (0.0, 1.0):
        kept = rebalanced(samples, decay=decay)
        for label in {one.label for one in samples}:
            stay = [one.age for one in kept if one.label == label]
            gone = [one.age for one in samples if one.label == label and one not in kept]
            assert not gone or max(stay) <= min(gone)


def test_samples_are_what_people_say_under_the_words_in_force():
    old, new = (
        tag("dry comedy", origin={"system": "v1"}),
        tag("slow train", batch="may", time=NOON + timedelta(days=60), origin={"system": "v2"}),
    )
    labels = [
        says(old, "positive", "ann"), says(old, "positive", "bob"), says(old, "negative", "eve"),
        says(new, "negative", "ann"), says(new, "positive", "bob"),  # a tie decides nothing
        says(new, "negative", "model: a", by="model"), says(new, "negative", "dan", version="old words"),
    ]  # fmt: skip
    (found,) = samples_of([old, new], labels, VERSIONS)
    assert (found.subject_id, found.label, found.raters, found.agree) == (old.subject_id, "positive", 3, 2 / 3)
    assert (found.batch, found.age, found.by) == ("march", 1, "person")
    (head, line) = judge_lines([found])
    assert json.loads(head) == {"format": "intently.judge-data", "version": 2}
    assert json.loads(line)["facts"] == [["interest", "comedy"]]
    assert json.loads(line)["system"] == found.system == "v1"


def test_samples_of_one_group_are_all_on_one_side_of_the_split():
    subjects = [tag(f"tag {n}", user_id=f"user {n % 40}") for n in range(200)]
    found = samples_of(subjects, [says(one, "positive") for one in subjects], VERSIONS)
    sides = {one.group: {other.split for other in found if other.group == one.group} for one in found}
    assert all(len(splits) == 1 for splits in sides.values())
    assert 0.02 < sum("test" in splits for splits in sides.values()) / 40 < 0.5


def test_shuffled_negatives_take_the_facts_of_another_group_and_say_so():
    made = shuffled([sample(n, "positive") for n in range(14)] + [sample(99, "negative")])
    assert len(made) == 14
    for one in made:
        number = int(one.text.split()[1])
        assert one.facts != (("interest", f"i{number % 7}"),)
        assert (one.label, one.by, one.raters) == ("negative", "shuffle", 0)
    assert shuffled([sample(0, "positive"), sample(7, "positive")]) == []  # both of one group


def test_made_negatives_fill_what_people_leave_of_their_class_and_are_in_the_balance():
    said = [sample(n, label) for n, label in enumerate(["positive"] * 20 + ["acceptable"] * 10 + ["negative"] * 3)]
    kept = rebalanced([*said, *shuffled(said)])
    assert Counter(one.label for one in kept) == {"positive": 10, "acceptable": 10, "negative": 10}
    assert Counter(one.by for one in kept if one.label == "negative") == {"person": 3, "shuffle": 7}
