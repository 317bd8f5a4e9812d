"""One plain prompt: the history without compression, and "name so many". What every pipeline must beat."""

from collections.abc import Sequence
from dataclasses import dataclass

from intently.language import Estimate, Prompt, render
from intently.understand.context import baseline
from intently.understand.experts import ask_tag_lines, tokens_for_tags
from intently.understand.reasoned import Reasoned
from intently.understand.run import Past, Progress, Run, Tell
from intently.understand.untied import untied_tags

__all__ = ["OnePrompt"]


@dataclass(frozen=True)
class OnePrompt:
    name: str = "one-prompt"
    rules: int = 2

    def reason(self, run: Run, tell: Tell) -> Reasoned:
        named = ask_tag_lines(run, "one prompt", self._prompt(run), run.settings.tags)
        tags, refused = untied_tags(named, run)
        run.refuse("tags", refused)
        tell(Progress(run.user_id, "tags", f"{len(tags)} tags", tags=tags))
        return Reasoned(tags=tags, notes={"named": {"all": list(named)}})

    def estimate(self, run: Run) -> Estimate:
        return run.model.estimate([self._prompt(run)], tokens_for_tags(run.settings.tags))

    def asks(self, run: Run) -> Sequence[str]:
        return (str(run.settings.tags), self._prompt(run).version)

    def told(self, past: Past) -> str:
        return baseline(past).text

    def _prompt(self, run: Run) -> Prompt:
        lines = self.told(run).splitlines()
        return render("wanted", home=run.config.home, nouns=run.spec.nouns, lines=lines, count=run.settings.tags)
