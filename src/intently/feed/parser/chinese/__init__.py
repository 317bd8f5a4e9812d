"""Commands in Chinese: cut without spaces, cues before and after what they speak of, Chinese numerals (DESIGN 4.1).

Only the front is Chinese (`lexicon`, `numbers`, `amounts`, `shown`, `cut`, `builder`): it yields the same pieces and
segments as English does, so that wishes, bounds, retractions and notices are read by one code.
"""

from intently.feed.parser.chinese.builder import ChineseBuilder
from intently.feed.parser.chinese.cut import cut_chinese

__all__ = ["ChineseBuilder", "cut_chinese"]
