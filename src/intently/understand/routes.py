"""RecGPT V1's isolated routes: behaviour, trend, season and weather each read the whole history and name tags alone.

The baseline of docs/semantics.md, section 8. The four prompts begin alike (instructions, history), so that this
pipeline too profits from what the server has read already; what a route is asked stands last. The history is the text
without compression, or with it, so that a saving of V2 can be told from a saving of compression. A route whose cues are
not there is asked without one, and the notes say so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from intently.language import Estimate, Prompt, render
from intently.nouns import Cue
from intently.understand.context import baseline
from intently.understand.experts import ask_tag_lines, tokens_for_tags
from intently.understand.reasoned import Reasoned
from intently.understand.run import Past, Progress, Run, Tell
from intently.understand.turns import taking_turns
from intently.understand.untied import untied_tags

__all__ = ["ROUTES", "Routes"]

Kind = Literal["season", "holiday", "trend", "weather"]
ROUTES: dict[str, tuple[Kind, ...]] = {
    "behaviour": (),
    "trend": ("trend",),
    "season": ("season", "holiday"),
    "weather": ("weather",),
}


@dataclass(frozen=True)
class Routes:
    """compressed: the history as V2 reads it, to tell the two savings apart."""

    compressed: bool = False
    rules: int = 2

    @property
    def name(self) -> str:
        return "routes-compressed" if self.compressed else "routes"

    def reason(self, run: Run, tell: Tell) -> Reasoned:
        named: dict[str, tuple[str, ...]] = {}
        for route, prompt in self._prompts(run).items():
            named[route] = ask_tag_lines(run, f"route {route}", prompt, run.settings.tags)
            tell(Progress(run.user_id, "tags", f"{sum(map(len, named.values()))} tags, after the {route} route"))
        merged = taking_turns(named.values())
        tags, refused = untied_tags(merged, run)
        run.refuse("tags", refused)
        without = [route for route, kinds in ROUTES.items() if kinds and not _cues(run, route)]
        notes = {"named": {route: list(tags) for route, tags in named.items()}, "without_cue": without}
        return Reasoned(tags=tags, cues=run.cues, notes=notes | repeated(named))

    def estimate(self, run: Run) -> Estimate:
        return run.model.estimate(list(self._prompts(run).values()), tokens_for_tags(run.settings.tags))

    def asks(self, run: Run) -> Sequence[str]:
        return (str(run.settings.tags), *sorted({prompt.version for prompt in self._prompts(run).values()}))

    def told(self, past: Past) -> str:
        return (past.behaviour if self.compressed else baseline(past)).text

    def _prompts(self, run: Run) -> dict[str, Prompt]:
        lines = self.told(run).splitlines()
        values = {"nouns": run.spec.nouns, "lines": lines, "count": run.settings.tags}
        return {
            route: render(
                "routes", home=run.config.home, route=route, cues=[cue.text for cue in _cues(run, route)], **values
            )
            for route in ROUTES
        }


def repeated(named: dict[str, tuple[str, ...]]) -> dict[str, Any]:
    """How many tags all routes named, and how many of them another had named before, letter for letter."""
    every = [" ".join(tag.lower().split()) for tags in named.values() for tag in tags]
    return {"named_in_all": len(every), "repeated": len(every) - len(set(every))}


def _cues(run: Run, route: str) -> tuple[Cue, ...]:
    return tuple(cue for cue in run.cues if cue.kind in ROUTES[route])
