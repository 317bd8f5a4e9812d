"""Commands in Chinese on catalogues in Chinese: the same changes as English commands make, read without spaces."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intently.feed.memory import MemoryState, merge, view
from intently.feed.parser import read_exact
from intently.feed.parser.chinese.fold import fold
from intently.feed.parser.chinese.numbers import interval_of
from intently.feed.parser.languages import cut
from tests.feed.chinese_world import chinese, chinese_context
from tests.feed.commands import NOW, context, short

GOLDEN = Path(__file__).parent / "golden"


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (GOLDEN / f"{name}.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("name", ["fresh_chinese", "fresh_chinese_2", "fresh_chinese_3"])
def test_every_fresh_chinese_command_makes_exactly_its_changes(name: str) -> None:
    wrong, right, asked = [], Counter[str](), Counter[str]()
    for row in rows(name):
        parsed = read_exact(row["command"], chinese_context(row["store"]))
        changes = [short(change) for change in parsed.changes]
        asked[row["type"]] += 1
        if changes == row["changes"] and parsed.complete == row.get("complete", True):
            right[row["type"]] += 1
        else:
            wrong.append((row["command"], changes, row["changes"], parsed.residue))
    print({kind: f"{right[kind]}/{asked[kind]}" for kind in asked})
    assert wrong == []


def test_the_five_rounds_of_the_paper_leave_its_preferences_in_chinese() -> None:
    state, said = MemoryState(), []
    spec = chinese("clothes")[0]
    for number, text in enumerate(
        ("怎么都是短裙？秋天了，我想要长裙", "有浅蓝色的吗", "200左右", "不要碎花的", "完美，我喜欢这条")
    ):
        parsed = read_exact(text, chinese_context("clothes", view(state, "web", NOW)))
        assert parsed.complete
        said.append([short(change) for change in parsed.changes])
        state = merge(state, parsed.changes, client="web", command_id=f"c{number}", now=NOW, spec=spec).state
    assert said[-1] == ["keep"]
    held = [(kept.polarity, kept.strength, kept.value) for kept in view(state, "web", NOW)]
    assert held == [
        ("avoid", "prefer", ["短裙"]),
        ("want", "prefer", ["秋季"]),
        ("want", "prefer", ["长裙"]),
        ("want", "prefer", ["浅蓝色"]),
        ("want", "must", {"low": 170, "high": 230}),
        ("avoid", "must", ["碎花"]),
    ]


def test_a_chinese_command_in_an_english_catalogue_is_left_to_the_model() -> None:
    for text in ("不要恐怖片", "想看90年代的喜剧", "200元以下", "no horror, 要喜剧"):
        parsed = read_exact(text, context("films"))
        assert not parsed.complete, text
        assert all(change.quote == "horror" for change in parsed.changes if change.op == "add"), text


def test_an_english_command_in_a_chinese_catalogue_is_read_by_the_english_grammar() -> None:
    parsed = read_exact("under 200, no T恤", chinese_context("clothes"))
    assert [short(change) for change in parsed.changes] == ["want must price at_most 200", "avoid must category is T恤"]
    parsed = read_exact("under 200 please", chinese_context("clothes"))
    assert [short(change) for change in parsed.changes] == ["want must price at_most 200"]


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("想要显白的", ["want prefer like text:显白"]),
        ("要白底碎花", ["want prefer pattern is 碎花", "want prefer like text:白底"]),
        ("白毛衣", ["want prefer colour is 白色", "want prefer category is 毛衣"]),
    ],
)
def test_an_alias_of_one_character_is_no_part_of_an_unknown_word(text: str, changes: list[str]) -> None:
    assert [short(change) for change in read_exact(text, chinese_context("clothes")).changes] == changes


def test_what_a_person_tells_of_themselves_is_no_wish() -> None:
    parsed = read_exact("我皮肤比较黑，穿什么显白", chinese_context("clothes"))
    assert [short(change) for change in parsed.changes if change.facet] == []
    assert not parsed.complete


@pytest.mark.parametrize(
    ("numeral", "interval"),
    [
        ("一百五十", (150, 150)), ("一百五", (150, 150)), ("两千三", (2300, 2300)), ("十五", (15, 15)),
        ("二〇一〇", (2010, 2010)), ("两三百", (200, 300)), ("1.5万", (15000, 15000)), ("1,200", (1200, 1200)),
        ("一万零五百", (10500, 10500)), ("八点五", (8.5, 8.5)), ("二三", None), ("三百六十五", (365, 365)),
        ("一百零五", (105, 105)), ("三四十", (30, 40)),
    ],
)  # fmt: skip
def test_a_chinese_numeral_is_its_number(numeral: str, interval: tuple[float, float] | None) -> None:
    assert interval_of(numeral) == interval


@given(st.text(st.sampled_from("不要想一百元以下的裙长短红碎花没有第二个比便宜，。吗太多了，200 aT恤《》\u3000１")))
@settings(max_examples=300, deadline=None)
def test_any_text_is_cut_into_pieces_that_cover_it_in_order(text: str) -> None:
    sentence = cut(text + "好", chinese_context("clothes"))
    assert [piece.start for piece in sentence.pieces] == [0, *(piece.end for piece in sentence.pieces[:-1])]
    assert sentence.pieces[-1].end == len(sentence.tokens)
    assert len(fold(text)) == len(text)


@given(
    st.text(
        st.sampled_from("不要想一百元以下的裙长短红碎花没有第二个比便宜，。吗太多了，200 aT恤《》\u3000１"), min_size=1
    )
)
@settings(max_examples=300, deadline=None)
def test_what_is_read_was_said_and_is_known(text: str) -> None:
    if not text.strip():
        return
    parsed = read_exact(text, chinese_context("clothes"))
    spec, snapshot, _ = chinese("clothes")
    for change in parsed.changes:
        assert change.quote is None or change.op != "add" or change.facet == "item" or _said(change.quote, text)
        assert change.facet in {None, "item", *spec.facets}
        assert all(facet == "item" or value in snapshot.terms[facet].values for facet, value in change.matches)


def _said(quote: str, text: str) -> bool:
    """All parts of a quote (values that "or" joins are quoted apart) stand in the text."""
    return all(part in text for part in quote.split(" or "))
