"""Texts as the checks see them: straightened, in words, and the facts of a subject by name."""

import re
import unicodedata

from intently.judge.lexicon import lexicon
from intently.judge.verdict import Subject

__all__ = ["HIDDEN", "content_words", "fact_words", "facts_text", "named", "straight", "words"]

HIDDEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\U000e0000-\U000e007f]")
SPELT = re.compile(r"(?<!\w)(?:[^\W\d_][ .\-_*]){3,}[^\W\d_](?!\w)")  # i g n o r e, i.g.n.o.r.e
WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_\u3040-\u30ff\u3400-\u9fff]+(?:['’][^\W_]+)*")


def straight(text: str) -> str:
    """The text as it reads: compatibility forms folded, nothing hidden, spelt-out words joined, spaces single."""
    plain = HIDDEN.sub("", unicodedata.normalize("NFKC", text)).replace("’", "'").replace("‘", "'")
    joined = SPELT.sub(lambda hit: re.sub(r"[ .\-_*]", "", hit.group()), plain)
    return " ".join(joined.split())


def words(text: str) -> list[str]:
    """Folded words in order; of scripts without spaces each character is one."""
    return [word.casefold().replace("’", "'") for word in WORD.findall(unicodedata.normalize("NFKC", text))]


def content_words(text: str) -> list[str]:
    """The words that are not among the common ones."""
    return [word for word in words(text) if word not in lexicon().common]


def named(subject: Subject, name: str) -> list[str]:
    """The facts of this name."""
    return [text for known, text in subject.facts if known == name or known.startswith(f"{name} ")]


def facts_text(subject: Subject) -> str:
    return "\n".join(text for _, text in subject.facts)


def fact_words(subject: Subject) -> set[str]:
    """All words of the facts, and those before a possessive."""
    known = set(words(facts_text(subject)))
    return known | {word.removesuffix("'s") for word in known}
