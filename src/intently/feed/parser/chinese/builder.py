"""Chinese pieces -> segments. What differs from English: cues that stand after what they speak of ("碎花太多了",
"预算不限", "碎花的不要"), comparisons with the target first ("比第二个便宜"), negations that are no interjections.
"""

from collections.abc import Sequence
from dataclasses import replace

from intently.feed.parser.chinese.cut import ChineseCue
from intently.feed.parser.lexicon import Cue
from intently.feed.parser.pieces import CONTENT, Piece
from intently.feed.parser.segments import Builder, Segment
from intently.feed.parser.tables import Direction
from intently.feed.parser.tokens import Token

__all__ = ["ChineseBuilder"]

_INTERJECTIONS = frozenset(("不", "不是"))
_UNDOABLE = frozenset(("取消", "撤回", "收回"))
_TAKEN_OUT = frozenset(("去掉", "删掉", "移除", "换掉"))
_SUCH = frozenset(("这样", "那样", "这种", "那种", "这类", "那类"))
_NEITHER = frozenset(("没有", "没", "不比"))  # "没有第二个贵" is cheaper than the second one


class ChineseBuilder(Builder):
    """Takes the pieces of one Chinese command."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        super().__init__(tokens)
        self.listed: set[int] = set()  # segments that 、 joins to the one before

    def done(self) -> list[Segment]:
        self._close_lists()
        self._open_clauses()
        opened = {id(segment) for segment in (*self.segments, self.current) if _is_more(segment)}
        segments = super().done()
        for segment in segments:
            segment.like |= id(segment) in opened and bool(segment.of_kind("shown"))
            segment.same |= _is_trait(segment)
            segment.cued |= _is_described(segment)
            segment.pieces = _without_a_value(segment, self._compared(segment))
            if segment.action in ("retract", "drop") and not segment.has_content and not segment.operations:
                segment.kept = True
        return segments

    def _close_lists(self) -> None:
        """ "米色、白色或者灰色": what closes a list joins all of it."""
        closing = ""
        for segment in reversed([*self.segments, self.current]):
            if id(segment) in self.listed and closing == "or":
                segment.joiner = "comma"
            else:
                closing = segment.joiner

    def _open_clauses(self) -> None:
        """After a comma a clause has a sign of its own ("别太贵，夏天穿"), unless it may go on with what is avoided
        ("不要红色，黑色").
        """
        segments = [*self.segments, self.current]
        for before, segment in zip(segments, segments[1:], strict=False):
            alike = _facets(before) & _facets(segment)
            if segment.joiner == "comma" and segment.action is None and before.action == "avoid" and not alike:
                segment.action = "want" if segment.has_content else None

    def take(self, piece: Piece) -> None:
        """Values of one facet side by side are a list: "黑色白色都不要"; "第二个这样的" is the second one alone."""
        last = self.current.pieces[-1] if self.current.pieces else None
        if last is not None and last.grounding is not None and piece.grounding is not None and last.end == piece.start:
            if last.grounding.facet == piece.grounding.facet:
                self._open("and")
        if piece.kind == "shown" and piece.plural and self._text(piece)[:2] in _SUCH:
            if any(held.kind in ("shown", "title") for held in self.current.pieces):
                self.current.like = self.current.cued = True
                piece = Piece("skip", piece.start, piece.end)
        super().take(piece)

    def _text(self, piece: Piece) -> str:
        return "".join(token.low for token in self.tokens[piece.start : piece.end])

    def _cue(self, piece: Piece, cue: Cue) -> None:
        if isinstance(cue, ChineseCue) and cue.after:
            self._after(piece, cue)
            return
        if cue.kind == "others" and not cue.weak and self.current.has_content and self._text(piece).startswith("都"):
            self._after(piece, ChineseCue("out"))  # "前三件都不喜欢"
            return
        if self._text(piece) == "、":
            super()._cue(piece, cue)
            self.listed.add(id(self.current))
            return
        if cue.kind == "and" and not self.current.has_content and not self.current.cued and not self.current.said:
            self.current.pieces.append(Piece("skip", piece.start, piece.end))  # "和第二个差不多"
            if self.current.joiner == "comma":
                self.current.joiner = "and"
            return
        super()._cue(piece, cue)

    def _after(self, piece: Piece, cue: ChineseCue) -> None:
        """A cue that speaks of what stands before it, in this clause or in the one before the comma."""
        target = self.current
        if not target.has_content and self.segments and target.joiner == "comma" and target.action is None:
            target = self.segments[-1]
        if not target.has_content:
            self.current.kept = True
            return
        if cue.kind == "allowed":
            self._freed(target, either=self._text(piece).startswith(("都", "均")))
        elif target.action is None or target.action in ("want", "tell"):
            drops = self._text(piece) in _TAKEN_OUT
            for segment in self._list_of(target):
                segment.action, segment.said = ("drop" if drops else "avoid"), True
                segment.soft |= cue.soft
                segment.verb = "not"
        target.scope = target.scope or cue.scope

    def _list_of(self, target: Segment) -> list[Segment]:
        """The segments of the list that this one closes: "红色和黑色不要" speaks of both."""
        listed = [target]
        for segment in reversed(self.segments[: None if target is self.current else self.segments.index(target)]):
            if listed[-1].joiner not in ("and", "or") or segment.action is not None or not segment.has_content:
                break
            listed.append(segment)
        return listed

    def _freed(self, target: Segment, *, either: bool) -> None:
        """ "预算不限" frees a facet, "黑色或者白色都可以" wants either, "碎花也可以" takes an avoidance back."""
        content = [piece for piece in target.pieces if piece.kind in CONTENT]
        terms = any(piece.kind in ("term", "amount", "unknown") for piece in content)
        if any(piece.kind == "direction" for piece in content):  # "贵一点也行"
            target.action, target.said = target.action or "want", True
        elif either and terms and not any(piece.kind == "noun" for piece in content):
            target.action, target.said, target.cued = target.action or "want", True, True
        else:
            target.action, target.said = "allow", True

    # ------------------------------------------------------------------------------------------------ single cues
    def _avoid(self, piece: Piece, cue: Cue) -> None:
        current = self.current
        if current.has_content and current.action is None and self._ends_clause(piece.end):
            self._after(piece, ChineseCue("out", soft=cue.soft, scope=cue.scope))  # "碎花的不要"
            return
        super()._avoid(piece, cue)
        if self.current.action == "avoid":
            self.current.verb = _verb(cue, "not")
            self.current.no = self._text(piece) in _INTERJECTIONS and self._ends_clause(piece.end)

    def _want(self, piece: Piece, cue: Cue) -> None:
        current = self.current
        if current.has_content and current.action is None and self._ends_clause(piece.end):
            current.action, current.said, current.cued, current.strong = "want", True, True, True
            current.verb = _verb(cue, "want")
            return
        super()._want(piece, cue)
        if self.current.action == "want" and self.current.strong:
            self.current.verb = _verb(cue, self.current.verb)

    def _too(self, piece: Piece, cue: Cue) -> None:
        if self.current.action == "avoid" and not self.current.has_content:
            self.current.soft = True
            self.current.too = self.current.verb != "not"
            return
        if self.current.has_content and self.current.of_kind("shown") and self.current.action is None:
            self.current.action, self.current.said = "avoid", True
        else:
            self._turn("avoid", cue)
        self.current.too = self.current.soft = True

    def _like(self, piece: Piece, cue: Cue) -> None:
        named = [held for held in self.current.pieces if held.kind in ("shown", "title")]
        if named and self.current.action != "avoid":  # "和第二个差不多的"
            self.current.action, self.current.said = "want", True
            self.current.like = self.current.cued = True
            return
        if self.current.has_content and not named:
            self.current.pieces.append(Piece("skip", piece.start, piece.end))
            return
        super()._like(piece, cue)

    def _seen(self, piece: Piece, cue: Cue) -> None:
        if any(held.items for held in self.current.pieces) and self.current.action is None:
            self.current.action, self.current.said = "hide", True  # "第二个我看过了"
            return
        super()._seen(piece, cue)

    def _drop(self, piece: Piece, cue: Cue) -> None:
        if self._text(piece) in _UNDOABLE and self._ends_clause(piece.end) and not self.current.has_content:
            self.current.operations.append(Cue("undo"))
            return
        super()._drop(piece, cue)

    def _replace(self, piece: Piece, cue: Cue) -> None:
        super()._replace(piece, cue)
        if self.current.action is None and not self.current.has_content:
            self.current.action, self.current.said = "want", True

    def _weak(self, piece: Piece, cue: Cue) -> None:
        self.current.cued = True
        if self.current.action is None and not self.current.has_content:
            self.current.action, self.current.said = "want", True

    # ---------------------------------------------------------------------------------------------------- clauses
    def _ends_clause(self, end: int) -> bool:
        while end < len(self.tokens) and self.tokens[end].low in "了的吧啊呀哦呢哈嘛吗":
            end += 1
        return end >= len(self.tokens) or self.tokens[end].kind == "sign"

    def _compared(self, segment: Segment) -> list[Piece]:
        """ "比第二个便宜": the adjective goes before what it is measured by, and it compares."""
        pieces = segment.pieces
        place = next((row for row, piece in enumerate(pieces) if piece.direction is not None), None)
        targets = [piece for piece in pieces[: place or 0] if piece.kind in ("shown", "title")]
        if place is None or not targets or segment.too:
            return pieces
        before = self._text(Piece("skip", max(targets[-1].start - 2, 0), targets[-1].start))
        direction = pieces[place].direction
        assert direction is not None
        if segment.action == "avoid" and before.endswith(tuple(_NEITHER)):
            segment.action, segment.said, segment.soft = "want", True, False
            direction = Direction(direction.facet, "less" if direction.side == "more" else "more", True)
        elif not before.endswith(("比", "起")):
            return pieces
        measured = replace(pieces[place], direction=replace(direction, comparative=True))
        rest = [piece for row, piece in enumerate(pieces) if row != place and piece is not targets[-1]]
        return [measured, targets[-1], *rest]


def _without_a_value(segment: Segment, pieces: list[Piece]) -> list[Piece]:
    """ "不要图案": a facet is avoided as such, which no value says; its noun is a wish by meaning."""
    content = [piece for piece in pieces if piece.kind in CONTENT]
    if segment.action != "avoid" or not content or any(piece.kind != "noun" for piece in content):
        return pieces
    return [replace(piece, kind="unknown") if piece.kind == "noun" else piece for piece in pieces]


def _facets(segment: Segment) -> set[str]:
    return {piece.grounding.facet for piece in segment.pieces if piece.grounding is not None}


def _is_trait(segment: Segment) -> bool:
    """ "喜欢第三件的颜色": what that item has on a facet."""
    content = [piece.kind for piece in segment.pieces if piece.kind in CONTENT]
    return segment.action == "want" and segment.strong and content == ["shown", "noun"]


def _is_described(segment: Segment) -> bool:
    """ "家庭题材", "显瘦的长裙", "九十年代的港片": unknown words beside what is known say something of it."""
    told = [piece for piece in segment.pieces if piece.kind != "skip" or piece.own_noun]
    known = ("noun", "term", "amount", "skip")
    return any(
        (one.kind == "unknown" and other.kind in known) or (one.kind in known and other.kind == "unknown")
        for one, other in zip(told, told[1:], strict=False)
    )


def _is_more(segment: Segment) -> bool:
    """ "再来点这样的": an operation only where nothing is named, else more of it."""
    return any(cue.weak and cue.kind == "others" for cue in segment.operations)


def _verb(cue: Cue, default: str) -> str:
    return (cue.verb if isinstance(cue, ChineseCue) else "") or default
