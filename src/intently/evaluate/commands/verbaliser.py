"""From what a person means to a sentence: several conditions in one command, negatives first, complaints, drift.

Titles are never said. What is softened is a wish; a bound or a refusal is said as one, so never with a "maybe".
"""

import re
from collections.abc import Sequence

import numpy as np

from intently.evaluate.commands.case import Wanted
from intently.evaluate.commands.source import Source
from intently.evaluate.commands.wording import Wording, load_templates, side_of

__all__ = ["Verbaliser"]

_HEDGES = re.compile(
    r"\b(?:maybe|perhaps|possibly|ideally|preferably|if possible|if you can|would be nice)\b", re.IGNORECASE
)
SOFTENED = 0.25  # of commands in which everything is a wish


class Verbaliser:
    """Speaks in one half of the templates."""

    def __init__(self, source: Source, split: str, rng: np.random.Generator) -> None:
        self._words = Wording(source, load_templates(split), rng)
        self._frames = load_templates(split).frames
        self._source, self._rng = source, rng

    def ask(self, wants: Sequence[Wanted], *, first: bool) -> str:
        """A request for all of these at once."""
        wanted = [want for want in wants if not want.condition.avoid]
        refused = [want for want in wants if want.condition.avoid]
        if not wanted:
            return self._fill("no", no=self.refusals(refused))
        if refused:
            return self._fill("no_first" if self._rng.random() < 0.4 else "with_no",
                              no=self.refusals(refused), **self._things(wanted))  # fmt: skip
        if not first and all(not want.hard for want in wanted) and self._rng.random() < SOFTENED:
            return self._fill("soft", **self._things(wanted))
        frame = "ask" if first else "add"
        options = self._frames[frame]
        if any(want.hard for want in wanted):
            options = [option for option in options if not _HEDGES.search(option)] or options
        return self._words.pick(options).format(**self._things(wanted))

    def insist(self, want: Wanted) -> str:
        """More than is meant: only this, or absolutely not that."""
        if want.condition.avoid:
            return self._fill("never", no=self._words.refusal(want))
        return self._fill("only", **self._things([want]))

    def complain(self, want: Wanted) -> str:
        """About what is shown."""
        if side_of(want) or want.condition.avoid:
            return self._words.complaint(want)
        template = self._words.templates.complain["want"]
        return self._words.pick(template).format(**self._things([want]))

    def drift(self, wants: Sequence[Wanted], dropped: Sequence[Wanted]) -> tuple[str, tuple[Wanted, ...], bool]:
        """A change of interest, which of `dropped` it takes back (all, a named one, or none), and whether it takes back
        everything that was ever said."""
        things = self._things([want for want in wants if not want.condition.avoid])
        refused = [want for want in wants if want.condition.avoid]
        after = f", {self.refusals(refused)}" if refused else ""
        things = {name: text + after for name, text in things.items()}
        chance = self._rng.random()
        if chance < 0.4 or not dropped:
            return self._fill("drift_all", **things), tuple(dropped), True
        if chance < 0.7:
            named = dropped[0]
            if named.condition.avoid:
                allowed = self._fill("allow", x=self._words.noun(named)[2])
                return f"{allowed}. {self._fill('drift_now', **things)}", (named,), False
            return self._fill("drift_named", ref=self._words.reference(named), **things), (named,), False
        return self._fill("drift_now", **things), (), False

    def take_back(self, want: Wanted) -> str:
        """One condition no longer holds."""
        if want.condition.avoid:
            return self._fill("allow", x=self._words.noun(want)[2])
        return self._fill("drop", ref=self._words.reference(want))

    def others(self) -> str:
        return self._fill("others")

    def praise(self) -> str:
        return self._fill("praise" if self._rng.random() < 0.6 else "chat")

    # ------------------------------------------------------------------------------------------------------ sentences
    def refusals(self, wants: Sequence[Wanted]) -> str:
        return " and ".join(self._words.refusal(want) for want in wants)

    def _things(self, wants: Sequence[Wanted]) -> dict[str, str]:
        """One thing and several with everything that is said of them."""
        heads = [want for want in wants if self._words.is_head(want)]
        one, several = (self._source.noun, self._source.nouns)
        if heads:
            one, several, _ = self._words.noun(heads[0])
        elif self._rng.random() < 0.4:
            one = "something"
        before, after = "", ""
        for want in wants:
            if heads and want is heads[0]:
                continue
            adjective = "" if one == "something" or before else self._words.before(want)
            if adjective:
                before = f"{adjective} "
            else:
                after += f" {self._words.after(want)}"
        article = "" if one == "something" else "an " if f"{before}{one}"[0].casefold() in "aeiou" else "a "
        return {"a": f"{article}{before}{one}{after}", "many": f"{before}{several}{self._words.agreed(after)}"}

    def _fill(self, frame: str, **words: str) -> str:
        return self._words.pick(self._frames[frame]).format(**words)
