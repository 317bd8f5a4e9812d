"""Which grammar reads a command: English, or Chinese where the catalogue and the command are.

In a catalogue of another language a command (or a part of it) in Chinese, Japanese or Korean is never read by the
English grammar, which would take a whole clause for one unknown word: those words are left to the model.
"""

import re
from dataclasses import replace

from intently.catalog.lexicon import is_wordless_script, plain
from intently.feed.parser import lists, pieces
from intently.feed.parser.chinese import ChineseBuilder, cut_chinese
from intently.feed.parser.context import ParseContext
from intently.feed.parser.pieces import Piece, Sentence
from intently.feed.parser.segments import Segment

__all__ = ["cut", "segments_of"]

_LATIN_ALONE = re.compile(r"\A(?=.*[A-Za-z])[^\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]*\Z", re.DOTALL)


def cut(text: str, context: ParseContext) -> Sentence:
    """The pieces of a command by the grammar of its language."""
    if context.spec.language.split("-")[0] == "zh" and not _LATIN_ALONE.search(text):
        return cut_chinese(text, context)
    sentence = pieces.cut(text, context)
    if not is_wordless_script(text):
        return sentence
    return replace(sentence, pieces=tuple(_left_to_the_model(sentence, piece) for piece in sentence.pieces))


def segments_of(sentence: Sentence) -> list[Segment]:
    """The segments of a command, by the grammar that cut it."""
    return lists.segments_of(sentence, ChineseBuilder(sentence.tokens) if sentence.language == "zh" else None)


def _left_to_the_model(sentence: Sentence, piece: Piece) -> Piece:
    """A value or title that is all of its words stays; "恐怖片" found inside of the clause "不要恐怖片" does not."""
    words = sentence.words(piece.start, piece.end)
    if not is_wordless_script(words) or (piece.grounding is not None and piece.grounding.phrase == plain(words)):
        return piece
    return Piece("unknown", piece.start, piece.end)
