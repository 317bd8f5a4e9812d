"""A command's characters, folded one to one, so that offsets stay: half-width, lower case, simplified, plain signs."""

import re

__all__ = ["HAN", "NUMERAL", "fold"]

HAN = re.compile("[\u3005-\u3007\u3400-\u9fff\uf900-\ufaff]")
NUMERAL = r"(?:\d+(?:[.,]\d+)*[百千万亿]?|[零〇一二两三四五六七八九十百千万亿]+(?:点[零一二三四五六七八九]+)?)"
"""Digits or Chinese numerals; what it matches may still be no number (`numbers.value_of`)."""
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SIGNS = dict(zip("　，。；：！？（）～「」『』【】《》、￥－–—“”", ' ,.;:!?()~""""[]""、¥---""', strict=True))
# Traditional characters that occur in cues and amounts.
_SIMPLER = dict(
    zip(
        "沒別請來點個這麼過還無給歡錢塊萬與從後裡們時鐘間兩數樣條雙貴長寬舊強種類關於歲裝選換覺應該對話為並邊話頭聽視讓買賣顏麗貳參變會當將單見電場說開頁顯內",
        "没别请来点个这么过还无给欢钱块万与从后里们时钟间两数样条双贵长宽旧强种类关于岁装选换觉应该对话为并边话头听视让买卖颜丽二三变会当将单见电场说开页显内",
        strict=True,
    )
)
_TABLE = str.maketrans({**{chr(k): chr(v) for k, v in _WIDE.items()}, **_SIGNS, **_SIMPLER})


def fold(text: str) -> str:
    """The same number of characters, in the one spelling that cues and numerals are looked up in."""
    folded = text.translate(_TABLE)
    return "".join(low if len(low := letter.lower()) == 1 else letter for letter in folded)
