"""What code can tell of an output before a model is asked: each check finds a fault, or nothing.

A fault found here is a negative verdict whatever a model would say, so that no output that plays the judge, hides
behind a copied title or stuffs keywords is ever elevated. Words and patterns are data: lexicon.toml.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from intently.judge.lexicon import first_of, lexicon
from intently.judge.verdict import Grade, Subject
from intently.judge.words import HIDDEN, content_words, fact_words, facts_text, named, straight, words

__all__ = ["CHECKS", "Check", "Finding", "checks_version", "found"]


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault, or (grade positive) what code may praise. `quote` stands in the text; empty where nothing is there."""

    why: str
    quote: str = ""
    grade: Grade = "negative"


Check = Callable[[Subject], Finding | None]

CODE = 2  # raised with every change of a check that can change what it finds
LONGEST = {"tag": 8, "reason": 40, "item": 400, "slate": 2000}  # words; of Chinese, characters
SHORTEST_REASON = 3  # words
COPIED_RUN = 12  # words in a row of the item's text are a copy
FRAGMENTS = 5  # of at most two words each, between commas: a list of keywords
GLUE_SHARE = 0.12  # of common words, which any sentence of 8 words has
MOST_ALIKE = 1 / 3  # of a slate's items
MARKUP = re.compile(r"```|</?\w+[^>]{0,40}>|[{}\[\]|\\]|&\w+;|\bdef \w+\(|\bselect\b.{1,40}\bfrom\b|^\s*[#*-]\s", re.I)
PLACEHOLDER = re.compile(
    r"\W*(n/?a|none|null|nil|nan|undefined|unknown|todo|tbd|test|lorem ipsum.*|placeholder|string|text|tag|reason|"
    r"empty|no (reason|tag|text|explanation|recommendation)s?( available| given)?)\W*", re.I,
)  # fmt: skip
CHINESE = re.compile("[\u3040-\u30ff\u3400-\u9fff]")


def found(names: tuple[str, ...], subject: Subject) -> Finding | None:
    """The first thing that any of these checks finds, faults first."""
    findings = [finding for name in names if (finding := CHECKS[name](subject))]
    return min(findings, key=lambda one: one.grade != "negative", default=None)


def checks_version() -> str:
    """Of the checks and their words: what they find decides judgements."""
    return f"{CODE} {lexicon().digest}"


def _empty(subject: Subject) -> Finding | None:
    text = straight(subject.text)
    if not words(text):
        return Finding("it is empty")
    return Finding("it holds the place of a text", subject.text) if PLACEHOLDER.fullmatch(text) else None


def _length(subject: Subject) -> Finding | None:
    count = len(words(subject.text))
    if count > LONGEST[subject.task]:
        return Finding(f"it is too long: {count} words, at most {LONGEST[subject.task]}", subject.text)
    short = subject.task == "reason" and count < SHORTEST_REASON
    return Finding(f"it is too short: {count} words", subject.text) if short else None


def _repeated(subject: Subject) -> Finding | None:
    """A word four times, a word in three that was said before, or a run of three words twice."""
    said = words(subject.text)
    heavy = [word for word in said if word not in lexicon().common]
    if often := next((word for word in heavy if heavy.count(word) >= 4), None):
        return Finding(f"it says {often!r} {heavy.count(often)} times", subject.text)
    if len(heavy) >= 3 and len(set(heavy)) <= 2 / 3 * len(heavy):
        return Finding("it says the same words again", subject.text)
    if subject.task == "tag" and len(set(heavy)) < len(heavy):
        return Finding("it says a word twice", subject.text)
    runs = [tuple(said[at : at + 3]) for at in range(len(said) - 2)]
    telling = [run for run in runs if any(word not in lexicon().common for word in run)]
    twice = len(set(telling)) < len(telling)
    return Finding("it repeats itself", subject.text) if twice else None


def _copied_title(subject: Subject) -> Finding | None:
    """Nothing but words of the title; a title is no reason and no tag."""
    own = set(content_words(subject.text))
    for title in named(subject, "title"):
        if own and own <= set(words(title)):
            return Finding("it says no more than the title", subject.text)
    return None


def _copied_text(subject: Subject) -> Finding | None:
    said, theirs = words(subject.text), words(" ".join(named(subject, "item")))
    runs = {tuple(theirs[at : at + COPIED_RUN]) for at in range(len(theirs) - COPIED_RUN + 1)}
    copied = any(tuple(said[at : at + COPIED_RUN]) in runs for at in range(len(said) - COPIED_RUN + 1))
    return Finding("it is copied from the item's text", subject.text) if copied else None


def _copied_history(subject: Subject) -> Finding | None:
    own = words(subject.text)
    listed = [title for titles in named(subject, "history") for title in titles.split("; ")]
    taken = next((title for title in (*named(subject, "liked"), *listed) if own and own == words(title)), None)
    return Finding("it is an item of the history, not a kind of thing", subject.text) if taken else None


def _copied_interest(subject: Subject) -> Finding | None:
    own = words(subject.text)
    same = any(own and own == words(text) for text in named(subject, "interest"))
    return Finding("it only repeats the interest", subject.text) if same else None


def _stuffing(subject: Subject) -> Finding | None:
    text = straight(subject.text)
    said = words(text)
    parts = [words(part) for part in re.split(r"[,;|/•·、，;#\n]| - ", text)]
    most = 2 if subject.task == "tag" else FRAGMENTS
    if text.count("#") >= 2 or sum(1 for part in parts if 0 < len(part) <= 2) >= most:
        return Finding("it is a list of keywords", subject.text)
    if subject.task != "reason" or len(said) < 8 or CHINESE.search(text):
        return None
    glue = sum(word in lexicon().common for word in said) / len(said)
    return Finding("it is a heap of keywords, not a sentence", subject.text) if glue < GLUE_SHARE else None


def _gibberish(subject: Subject) -> Finding | None:
    """Letters without vowels, more signs than letters, or everything shouted."""
    text = straight(subject.text)
    letters = [sign for sign in text if sign.isalpha()]
    visible = [sign for sign in text if not sign.isspace()]
    if len(letters) < 0.6 * len(visible):
        return Finding("more of it is signs than letters", subject.text)
    long = [word for word in words(text) if len(word) >= 4 and word.isascii() and word.isalpha()]
    unsaid = [word for word in long if not re.search("[aeiouy]", word) or re.search("[^aeiouy]{5}", word)]
    if len(unsaid) > 0.34 * len(long):
        return Finding("it is not made of words", subject.text)
    shouted = subject.task == "reason" and len(letters) >= 12 and sum(map(str.isupper, letters)) > 0.7 * len(letters)
    return Finding("it shouts", subject.text) if shouted else None


def _claims(subject: Subject) -> Finding | None:
    """Numbers, quoted titles and names that the facts do not hold. A name: a capital inside a sentence."""
    facts, known = facts_text(subject), fact_words(subject)
    for number in re.findall(r"(?<![\w.])\d[\d,.]*\d|\d", straight(subject.text)):
        if not _number_known(number, facts):
            return Finding(f"the facts do not say {number}", number if number in subject.text else subject.text)
    for title in re.findall(r"[\"“«]([^\"”»]{2,80})[\"”»]", subject.text):
        if not set(words(title)) <= known:
            return Finding("the facts know no such title", title)
    for name in _names(subject.text):
        bare = re.sub(r"['’]s$", "", name)
        if bare.casefold() not in known and bare not in lexicon().customary:
            return Finding("the facts do not know this name", bare)
    return None


def _number_known(number: str, facts: str) -> bool:
    bare = number.replace(",", "").rstrip(".")
    if re.search(rf"(?<!\d){re.escape(bare)}(?!\d)", facts.replace(",", "")):
        return True
    decade = bare[-2:] if re.fullmatch(r"(\d\d)?\d0", bare) else ""  # the 90s, 1990s
    return bool(decade and re.search(rf"(?<!\d)(\d\d)?{decade[0]}\d(?!\d)", facts))


def _names(text: str) -> list[str]:
    """Words with a capital that begin no sentence, quotation or clause after a colon."""
    found = re.finditer(r"(?:^|[.!?:…\"“(—-]\s*|\s)(?P<word>[A-Z][\w'’]+)", text)
    return [
        hit["word"]
        for hit in found
        if hit.start() > 0
        and hit.group()[0].isspace()
        and not re.search(r"[.!?:…\"“(—-]\s*$", text[: hit.start("word")])
    ]


def _generic(subject: Subject) -> Finding | None:
    """Nothing is left when praise, common words and the title are taken away."""
    titles = {word for title in named(subject, "title") for word in words(title)}
    left = [
        word for word in content_words(subject.text) if word not in lexicon().generic and word not in titles
    ]  # fmt: skip
    return None if left else Finding("it would fit anything", subject.text)


def _moment(subject: Subject) -> Finding | None:
    """A season or a day that is named is one of the moment's facts; without such facts nothing may be named."""
    said, now = set(words(subject.text)), " ".join(named(subject, "moment")).casefold()
    item = fact_words(subject)  # "a Christmas story" may speak of the item
    for moment, signs in lexicon().moments.items():
        if not (said & set(signs)):
            continue
        if moment in now or any(sign in now for sign in signs):
            return Finding("it fits the moment", grade="positive")
        if not said & set(signs) <= item:
            return Finding("it is another moment", next(word for word in signs if word in said))
    return None


def _redundant(subject: Subject) -> Finding | None:
    """The same title twice, or lines that share most of their words with an earlier one."""
    lines = [line for line in subject.text.splitlines() if line.strip()]
    seen: list[set[str]] = []
    alike = 0
    for line in lines:
        own = {word for word in words(re.sub(r"\(\d{4}\)", "", line)) if word not in lexicon().common}
        if own and own in seen:
            return Finding("the same twice", line)
        alike += any(len(own & other) / len(own | other) >= 0.5 for other in seen if own | other)
        seen.append(own)
    if alike > MOST_ALIKE * len(lines):
        return Finding(f"{alike} of {len(lines)} are like an earlier one", lines[-1])
    return Finding("everything differs", grade="positive") if lines and not alike else None


def _lexical(name: str, why: str, *, unless_said: bool = False) -> Check:
    def check(subject: Subject) -> Finding | None:
        hit = first_of(name, straight(subject.text))
        if hit is None or (unless_said and hit in facts_text(subject)):
            return None
        return Finding(why, hit if hit in subject.text else subject.text)

    return check


def _orders(subject: Subject) -> Finding | None:
    if HIDDEN.search(subject.text):
        return Finding("it holds hidden characters", subject.text)
    return _lexical("orders", "it gives orders to a model")(subject)


def _instructions(subject: Subject) -> Finding | None:
    return _orders(subject) or _lexical("instructions", "it speaks to whoever judges", unless_said=True)(subject)


def _markup(subject: Subject) -> Finding | None:
    hit = MARKUP.search(subject.text)
    return Finding("it is markup or code, not text", hit.group()) if hit else None


CHECKS: Mapping[str, Check] = {
    "empty": _empty,
    "length": _length,
    "repeated": _repeated,
    "copied_title": _copied_title,
    "copied_text": _copied_text,
    "copied_history": _copied_history,
    "copied_interest": _copied_interest,
    "stuffing": _stuffing,
    "gibberish": _gibberish,
    "claims": _claims,
    "generic": _generic,
    "moment": _moment,
    "redundant": _redundant,
    "orders": _orders,
    "instructions": _instructions,
    "meta": _lexical("meta", "it speaks of being judged", unless_said=True),
    "markup": _markup,
    "flattery": _lexical("flattery", "it flatters"),
    "exaggeration": _lexical("exaggeration", "it exaggerates", unless_said=True),
    "hard_sell": _lexical("hard_sell", "it pushes to buy"),
    "private": _lexical("private", "it holds private data"),
    "insult": _lexical("insult", "it insults"),
    "chatter": _lexical("chatter", "a model speaks of its task"),
}
"""The checks by the name that criteria.toml calls them."""
