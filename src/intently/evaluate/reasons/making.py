"""The lines of one row for one item: written, checked, chosen, and replaced by the template's where nothing stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from intently.config import Config
from intently.errors import AnswerInvalid
from intently.evaluate.reasons.cases import Asked, ItemCase
from intently.evaluate.understanding.answers import Answers, spent_on
from intently.evaluate.understanding.found import Spent
from intently.explain import Facts, write_reason
from intently.explain.choice import choose
from intently.explain.clauses import Checked, Checker
from intently.explain.diversity import Recent
from intently.explain.writers import Telling, make_writer
from intently.language import Model

__all__ = ["ItemLines", "Line", "Maker", "template_lines", "template_without"]

TIMEOUT_SECONDS = 1800.0  # of one call: a slow machine is no failure of a row
STYLES_APART = 3
SEVERAL = 2  # candidates of one call of V2


@dataclass(frozen=True)
class Line:
    """A line as it would be shown. `checked`: of the model's candidates; `fallback`: nothing of them stood; `style`:
    in words, of V2."""

    text: str
    asked: Asked
    evidence: tuple[tuple[str, str], ...]
    fallback: bool = False
    checked: tuple[Checked, ...] = ()
    style: str = ""
    spent: Spent = field(default_factory=Spent)


@dataclass(frozen=True)
class ItemLines:
    item_id: str
    lines: tuple[Line, ...]


def template_lines(case: ItemCase) -> ItemLines:
    return ItemLines(case.item_id, tuple(_template(case.item_id, asked) for asked in case.asked))


@dataclass
class Maker:
    """Makes lines of one row, item after item: V2 remembers the last lines, V1 does not. `words`: of a line, where the
    catalogue says so."""

    row: str
    model: Model
    answers: Answers
    checker: Checker
    config: Config
    nouns: str
    as_of: datetime
    words: int | None = None
    recent: Recent = field(default_factory=Recent)

    def make(self, case: ItemCase) -> ItemLines:
        """Raises what the model raises, but for an answer of no use: that is a fall-back."""
        lines: list[Line] = []
        styles: list[Mapping[str, str]] = []
        tried: list[str] = []
        for asked in case.asked:
            lines.append(self._line(asked, case.item_id, [line.text for line in lines], styles, tried))
        return ItemLines(case.item_id, tuple(lines))

    def telling(self, asked: Asked, styles: Sequence[Mapping[str, str]] = (), tried: Sequence[str] = ()) -> Telling:
        used = frozenset(name for style in styles[-STYLES_APART:] for name in style.values())
        return Telling(
            asked.evidence, self.nouns, self.as_of, used=used, tried=tuple(tried),
            words=self.words or self.config.explain.words, lines=SEVERAL, home=self.config.home,
            timeout_seconds=TIMEOUT_SECONDS,
        )  # fmt: skip

    def _line(
        self, asked: Asked, item_id: str, said: list[str], styles: list[Mapping[str, str]], tried: list[str]
    ) -> Line:
        with self.answers.counted() as calls:
            try:
                written = make_writer(self.row).write(self.telling(asked, styles, tried), self.model, self.checker)
                texts, style = written.lines, written.style
            except AnswerInvalid:
                texts, style = (), None
        tried.extend(texts)
        if style is not None:
            styles.append({"tone": style.tone, "build": style.build})
        two_steps = self.row.startswith("v2")
        choice = choose(texts, asked.evidence, self.checker, self.recent if two_steps else Recent(),
                        said if two_steps else ())  # fmt: skip
        words = style.words if style is not None else ""
        if choice.line is None:
            fallback = _template(item_id, asked)
            return Line(fallback.text, asked, fallback.evidence, True, choice.checked, words, spent_on(calls))
        return Line(
            choice.line.text, asked, choice.line.evidence, False, choice.checked, words, spent_on(calls)
        )  # fmt: skip


def template_without(item_id: str, line: Line) -> str:
    """What the template says where a line's evidence is taken from what it knows; "" where nothing is left to say."""
    gone = set(line.evidence)
    facts = _facts(item_id, line.asked)
    tags = tuple(tag for tag in facts.tags if ("tag", tag[0]) not in gone)
    past = tuple(one for one in facts.past if ("event", one.event_id) not in gone)
    return write_reason(replace(facts, tags=tags, past=past)).text


def _template(item_id: str, asked: Asked) -> Line:
    reason = write_reason(_facts(item_id, asked))
    return Line(reason.text, asked, reason.evidence)


def _facts(item_id: str, asked: Asked) -> Facts:
    """What the template knows: the interest as a tag, and what was liked of it."""
    liking = asked.liking
    return Facts(item_id, tags=((liking.interest_id, liking.text),), past=liking.past)
