"""Cut a command into tokens that remember where they stood.

Linear in the length of the text. Words keep inner hyphens and apostrophes ("sci-fi", "don't"); digits with a glued unit
stay one token ("90s", "1h30"); every sign is a token of its own; control characters and emoji vanish.
"""

import re
import unicodedata
from dataclasses import dataclass

from intently.errors import BadRequest

__all__ = ["MAX_CHARACTERS", "Token", "check_length", "check_text", "tokenise"]

MAX_CHARACTERS = 1000
_TOKEN = re.compile(
    r"""(?P<number>\d+(?:[.,:]\d+)*(?:['’]?[^\W\d_]+)?(?:\d+[^\W\d_]*)?)
      | (?P<word>[^\W\d_]+(?:[-'’][^\W\d_]+)*)
      | (?P<sign><=|>=|\.\.\.|--|[-–—+#&/<>=≤≥~%£$€¥,;.!?:()"“”«»\n])""",
    re.VERBOSE,
)
_TAG = re.compile(r"</?[a-zA-Z][^<>\n]{0,80}>")  # HTML says nothing
_SHORTENED = frozenset(("jr", "sr", "dr", "mr", "mrs", "ms", "st"))
_BEGINS = frozenset(  # words that begin a sentence rather than go on with a name
    """a an and also any anything but can could do dont either films from give i id ill im in instead it just keep less
    let like make maybe more movies my no none not nothing now only or please show skip so some something stop thanks
    that the then these they this those though too we what with without yes you""".split()
)
_NOT_KEPT = re.compile(r"[\x00\ud800-\udfff]")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Token:
    """`text` as typed, `low` folded: NFKC, lower case, without apostrophes; `start`, `end` are character offsets."""

    text: str
    low: str
    start: int
    end: int
    kind: str  # "number", "word" or "sign"
    spaced: bool  # white space or the start of the command stands before it


def check_length(text: str) -> str:
    """The command with what no database can keep (NUL, halves of characters) blanked. Raises BadRequest when it is
    longer than 1,000 characters."""
    if len(text) > MAX_CHARACTERS:
        raise BadRequest(
            f"the command has {len(text):,} characters; at most {MAX_CHARACTERS:,} are read. "
            "Say it in a sentence or two."
        )
    return _NOT_KEPT.sub(" ", text)


def check_text(text: str) -> str:
    """The command with control characters blanked. Raises BadRequest when empty or longer than 1,000 characters."""
    check_length(text)
    clean = _CONTROL.sub(" ", text.replace("\u2028", "\n").replace("\u2029", "\n"))
    clean = _TAG.sub(lambda tag: " " * len(tag.group()), clean)
    if not clean.strip():
        raise BadRequest("the command is empty; type what you want to see, for example “something funny, no horror”.")
    return clean


def tokenise(text: str) -> list[Token]:
    tokens: list[Token] = []
    end = 0
    for found in _TOKEN.finditer(text):
        spaced = found.start() == 0 or text[found.start() - 1].isspace()
        kind = found.lastgroup or "sign"
        for piece, start in _split(found.group(), found.start(), kind):
            low = piece if piece.isascii() else unicodedata.normalize("NFKC", piece)
            low = low.lower().replace("'", "").replace("’", "")
            tokens.append(Token(piece, low, start, start + len(piece), kind, spaced and start == found.start()))
        end = found.end()
    assert end <= len(text)
    return [token for place, token in enumerate(tokens) if not _is_of_a_name(tokens, place)]


def _is_of_a_name(tokens: list[Token], place: int) -> bool:
    """Whether a full stop belongs to an initial or a title before it ("Samuel L. Jackson", "Dr. Strangelove") and ends
    no sentence: a word follows that begins none. "Plan B. No horror" has two sentences."""
    if tokens[place].text != "." or tokens[place].spaced or not 0 < place < len(tokens) - 1:
        return False
    before, after = tokens[place - 1], tokens[place + 1]
    short = before.kind == "word" and (len(before.low) == 1 or before.low in _SHORTENED) and before.low.isascii()
    return short and after.kind == "word" and after.low not in _BEGINS


def _split(word: str, start: int, kind: str) -> list[tuple[str, int]]:
    low = word.lower()
    if kind == "word" and low.startswith("non-") and len(word) > 5:
        return [(word[:3], start), (word[4:], start + 4)]
    if kind == "word" and low.endswith("-ish") and len(word) > 5:
        return [(word[:-4], start), (word[-3:], start + len(word) - 3)]
    return [(word, start)]
