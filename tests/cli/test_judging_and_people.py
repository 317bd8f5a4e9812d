"""`intently judge` says how far to trust its scores, and `intently label milestone` when judge and people part.

Verbs on a real store; a server on loopback answers in place of the model, and people's labels come as files.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from intently.judge.label_file import file_lines
from tests.cli.judging_world import Shop, make_shop
from tests.judge.test_repetition import judged, pair
from tests.stand_in import StandIn

PEOPLE, FIRST = 60, 40  # everybody has one tag; so many are in the first round


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with StandIn() as stand_in:
        yield make_shop(tmp_path_factory.mktemp("judging") / "home", stand_in.url, PEOPLE)


def ranks(report: dict[str, Any]) -> dict[str, str]:
    return {one["subject_key"]: one["rank"] for one in report["outputs"] if one["rank"]}


def other(rank: str) -> str:
    """What fails where it passes, and the reverse."""
    return "A" if rank == "B" else "B"


def of(report: dict[str, Any], criterion: str = "overall") -> dict[str, Any]:
    (found,) = [one for one in report["trust"] if one["criterion"] == criterion]
    return dict(found)


def test_bands_come_with_peoples_labels_and_a_round_that_parts_from_the_judge_is_an_error(shop: Shop) -> None:
    before = shop.judged("--sample", str(FIRST))
    assert of(before)["band"] is None
    assert of(before)["why"] == "people have labelled nothing by it that counts"
    assert {one["low"] for output in before["outputs"] for one in output["scores"]} == {None}

    shop.run("label", "draw", "first", "--task", "tag", "--sample", str(FIRST))
    said = ranks(before)
    shop.label("first", dict(list(said.items())[:8]))
    few = of(shop.judged("--sample", str(FIRST)))
    assert (few["band"], few["why"]) == (None, "labelled outputs of 9 different people are needed, there are 8")
    shop.label("first", said)
    _bands_are_of_labels(shop, len(said))
    _milestones(shop, said)
    _versions(shop, said)


def _bands_are_of_labels(shop: Shop, labels: int) -> None:
    """Every score of the whole has its band now, of a criterion nobody labelled it has none, and text says both."""
    report = shop.judged("--sample", str(FIRST))
    band = of(report)["band"]
    assert (band["labels"], band["level"]) == (labels, 0.9)
    for output in report["outputs"]:
        for one in output["scores"]:
            if one["criterion"] == "overall":
                assert one["low"] == max(0, one["score"] - band["half_width"])
                assert one["high"] == min(1, one["score"] + band["half_width"])
            else:
                assert one["low"] is one["high"] is None
    text, _ = shop.run("judge", "--no-quotes", "--yes", "--sample", str(FIRST))
    assert f"score of overall: people's grade lies within {band['half_width']:.2f} of it 90% of the time" in text
    assert "score of relevance: no band: people have labelled nothing by it" in text
    same = "accuracy 1.00 [1.00, 1.00], precision 1.00 [1.00, 1.00], recall 1.00 [1.00, 1.00], F1 1.00 [1.00, 1.00]"
    assert f"overall, judge and people on {labels} outputs: {same}, kappa " in text
    assert "relevance, judge and people" not in text
    text, _ = shop.run("label", "agreement", "--task", "tag")
    assert f"made by v1: {labels} graded by people, who pass " in text
    assert "]; 0 labelled by every criterion; mean score " in text
    assert "tau not defined: it takes 3 systems whose outputs people have labelled" in text
    systems = json.loads(shop.run("label", "agreement", "--task", "tag", "--json")[0])["systems"]
    assert (systems["tau"]["value"], systems["rows"][0]["judged"]) == (None, labels)
    assert json.loads(shop.run("label", "agreement", "--json")[0])["systems"] is None, "nobody judges pairs"


def _milestones(shop: Shop, said: dict[str, str]) -> None:
    _, error = shop.run("label", "milestone", "first", code=2)
    assert "'first' is the only round of tag" in error
    shop.run("label", "draw", "second", "--task", "tag", "--sample", str(PEOPLE))
    _, error = shop.run("label", "milestone", "second", code=2)
    assert "nothing to compare: of second" in error
    assert "intently judge --task tag --batch second" in error
    found = ranks(shop.judged("--batch", "second"))
    assert not found.keys() & said.keys()
    shop.label("second", {key: rank for n, (key, rank) in enumerate(found.items()) if n < 12})
    text, _ = shop.run("label", "milestone", "second")
    assert "no parting shown, and too few labels to tell" in text
    assert "different people would show a fall of 10 points, there are 12" in text
    shop.label("second", {key: other(rank) for key, rank in found.items()})
    done = shop.command("label", "milestone", "second", "--json")
    assert done.returncode == 5
    parting, error = json.loads(done.stdout), done.stderr
    assert parting["milestone"]["parted"] is True
    assert (parting["batch"], parting["against"], parting["milestone"]["paired"]) == ("second", ["first"], 0)
    assert "WARNING, judge and people have parted" in error
    assert parting["milestone"]["text"] in error


def _versions(shop: Shop, said: dict[str, str]) -> None:
    """Another model is another version of the judge; on the same outputs the two are compared in pairs."""
    first = json.loads(shop.run("label", "milestone", "second", "--json", code=5)[0])["version"]
    report = shop.judged("--batch", "first", model="second")
    assert report["version"] != first
    text, _ = shop.run("label", "milestone", "first", "--before", first, "--json")
    found = json.loads(text)
    assert (found["version"], found["before"]) == (report["version"], first)
    both = ranks(report).keys() & said.keys()
    assert found["milestone"]["paired"] == len(both)
    assert found["milestone"]["change"]["value"] == 0, "the stand-in answers the same under another name"
    assert "labelled outputs of 60 different people would show a fall of 10 points" in found["milestone"]["text"]


def test_the_study_of_redundancy_has_its_outcome_in_text_and_as_an_object(shop: Shop) -> None:
    text, _ = shop.run("label", "agreement", "--task", "pair")
    assert "repetition" not in text
    pairs = [pair(f"p00{n}", turned=n == 2) for n in range(4)]
    letters = [("ttt", "nnn"), ("lll", "nnn"), ("nnn", "nnn"), ("tnl", "nnn")]
    labels = [row for one, both in zip(pairs, letters, strict=True) for row in judged(one, *both)]
    file = shop.home / "pairs.jsonl"
    file.write_text("\n".join(file_lines(pairs, labels)) + "\n", "utf-8")
    shop.run("label", "import", str(file))
    text, _ = shop.run("label", "agreement", "--task", "pair")
    told = "served 67% [0%, 100%], varied 0% [0%, 0%]; served minus varied +67 points [+0, +100]\n"
    assert f"repetition anywhere, 3 of 4 pairs on which all of 3 raters agree: {told}" in text
    assert "repetition among the first four items, 3 of 4 pairs on which all of 3 raters agree: served 33%" in text
    found = json.loads(shop.run("label", "agreement", "--json")[0])["repetition"]
    assert [(one["measure"], one["arms"], one["pairs"]) for one in found] == [
        ("anywhere", ["served", "varied"], 3), ("top", ["served", "varied"], 3)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "words", "code"),
    [
        (("nowhere",), "there is no round 'nowhere' of reason", 3),
        (("x", "--criterion", "beauty"), "reason has no criterion 'beauty'; there are relevance", 2),
    ],
)
def test_a_milestone_that_cannot_be_compared_says_what_to_do(
    shop: Shop, arguments: tuple[str, ...], words: str, code: int
) -> None:
    _, error = shop.run("label", "milestone", *arguments, "--task", "reason", code=code)
    assert words in error


def test_a_round_that_there_is_not_is_not_judged(shop: Shop) -> None:
    _, error = shop.run("judge", "--batch", "nowhere", "--yes", code=3)
    assert "there is no round 'nowhere' of tag" in error


def test_a_run_that_judged_nothing_reports_nulls_and_no_shares(shop: Shop) -> None:
    report = shop.judged("--judge", "one-shot", "--sample", "3", "--budget-minutes", "0")
    assert (report["drawn"], report["judged"], report["outputs"], report["trust"]) == (3, 0, [], [])
    assert report["good"] == {"value": None, "low": None, "high": None}
    assert report["stopped"]
    text, _ = shop.run("judge", "--judge", "one-shot", "--sample", "3", "--budget-minutes", "0", "--yes")
    assert "S or A" not in text
