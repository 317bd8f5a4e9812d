"""RecGPT-V2's reasoning: a planner names personas, an expert each names their tags, an arbiter chooses among all.

It is one conversation, read once: instructions, the person's context, the planner's question and answer; behind that
each expert's question, and the arbiter's. What the planner read is the beginning of what all others read, so that the
server computes only what is new. Rationales, evidence and ids are put by code and not paid for.

Beside the experts' tags stand the kinds of what the person liked (`kinds`), in turns, each under the persona that it
belongs to.

The switches are the ablations of docs/understanding.md: `compression` off reads the baseline text, `planner` off asks
one expert for everything, `arbiter` off cuts by order, `environment` off shows no cues, `kinds` off leaves all tags to
the experts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import Any

from intently.language import Estimate, Message, Prompt
from intently.nouns import Interest, Persona, Tag
from intently.understand.arbiter import (
    LEAST_OVER,
    NEAR,
    Choice,
    ask_left_out,
    choose,
    doubtful,
    pool_of,
)
from intently.understand.context import Context, baseline, context_of, digest_of, encode_of, question
from intently.understand.experts import Named, ask_experts, ask_tag_lines, tokens_for_tags
from intently.understand.kinds import kind_tags, standing_kinds, tied_kinds
from intently.understand.planner import TOKENS_EACH, Plan, ask_plan, everything, planner_prompt
from intently.understand.reasoned import Reasoned
from intently.understand.run import Past, Progress, Run, Tell
from intently.understand.tag_rules import rules_of
from intently.understand.turns import taking_turns
from intently.understand.unmet import UNMET, is_unmet

__all__ = ["V2"]

MOST_KINDS = 60  # that are looked at; those of the newest liked items


@dataclass(frozen=True)
class V2:
    compression: bool = True
    planner: bool = True
    arbiter: bool = True
    environment: bool = True
    kinds: bool = True
    rules: int = 4

    @property
    def name(self) -> str:
        switches = ("compression", "planner", "arbiter", "environment", "kinds")
        return "-".join(["v2", *(f"no-{switch}" for switch in switches if not getattr(self, switch))])

    def reason(self, run: Run, tell: Tell) -> Reasoned:
        context = context_of(run, compressed=self.compression, environment=self.environment)
        prompt = self._prompt(run, context)
        plan = self._plan(run, context, prompt)
        interests = tuple(_interest(persona, run) for persona in plan.personas)
        tell(Progress(run.user_id, "interests", f"{len(plan.personas)} personas", interests))
        planned = prompt.then(Message("assistant", "\n".join(plan.lines))) if self.planner else prompt
        named = self._named(run, planned, plan)
        apart, refused = pool_of(named, interests, is_title=run.is_title, nouns=run.spec.nouns, encode=encode_of(run))
        theirs, disowned = run.not_theirs.sift(apart)
        pool, barred = rules_of(run).fitting(theirs)
        run.refuse("tags", (*refused, *disowned, *barred))
        worst = self._worst(run, planned, pool)
        choice = choose(pool, worst, plan.personas, self._asked(run))
        kinds = tied_kinds(self._beside(run, choice.tags), interests, plan.personas, run)
        tags = tuple(taking_turns([choice.tags, kinds]))
        tell(Progress(run.user_id, "tags", f"{len(tags)} tags", interests, tags))
        notes = _notes(plan, named, pool, choice, kinds) | {UNMET: _unmet(pool, choice, run)}
        return Reasoned(interests, tags, plan.personas, context.cues, notes)

    def estimate(self, run: Run) -> Estimate:
        """At most: every persona's line, every tag and every question at its full length, nothing answered short."""
        context = context_of(run, compressed=self.compression, environment=self.environment)
        talk = self._prompt(run, context)
        personas, shares = self._experts(run), self._shares(run, self._experts(run))
        each = shares[0]
        whole = run.model.estimate([], 0)
        if self.planner:
            whole += run.model.estimate([talk], TOKENS_EACH * personas)
            talk = talk.then(Message("assistant", "word " * TOKENS_EACH * personas))
            talk = talk.then(*question(run, "tags", number=9, role="word " * 12, count=each).messages)
        whole += run.model.estimate([talk] * personas, tokens_for_tags(each))
        over = sum(shares) - self._asked(run)
        if self.arbiter and over > 0:
            pool = "word " * (tokens_for_tags(each) * personas)
            last = talk.then(*question(run, "choose", count=over, pool=pool).messages)
            whole += run.model.estimate([last], tokens_for_tags(over))
        return whole

    def asks(self, run: Run) -> Sequence[str]:
        settings = run.settings
        version = question(run, "choose", count=1, pool="").version
        read = settings.digest_tokens, settings.interests  # what of the history, and how many threads
        named = settings.personas, settings.tags, settings.spare, settings.kinds
        return (*map(str, (*read, *named)), version)

    def told(self, past: Past) -> str:
        return (digest_of(past).behaviour if self.compression else baseline(past)).text

    def _kinds(self, run: Run) -> tuple[Tag, ...]:
        return kind_tags(run, int(run.settings.tags * run.settings.kinds)) if self.kinds else ()

    def _asked(self, run: Run) -> int:
        """The tags that experts and arbiter are to give: what kinds leave."""
        return run.settings.tags - len(self._kinds(run))

    def _beside(self, run: Run, tags: tuple[Tag, ...]) -> tuple[Tag, ...]:
        """The kinds that stand beside these tags of the experts', also in the places that experts and rules left."""
        if not self._kinds(run):
            return ()
        offered = kind_tags(run, MOST_KINDS)
        kinds, refused = standing_kinds(
            offered, tags, rules_of(run), is_title=run.is_title, encode=encode_of(run), alike=NEAR
        )
        run.refuse("kinds", refused)
        return kinds[: max(0, run.settings.tags - len(tags))]

    def _experts(self, run: Run) -> int:
        """How many are asked for at most: no more than every second liked item could show."""
        liked = sum(item.liked for item in run.behaviour.items)
        return max(1, min(run.settings.personas, liked // 2)) if self.planner else 1

    def _shares(self, run: Run, experts: int) -> tuple[int, ...]:
        """Tags to ask of each expert, so that all together leave the arbiter something to choose."""
        whole = ceil(self._asked(run) * run.settings.spare)
        return tuple(max(2, whole // experts + (place < whole % experts)) for place in range(experts))

    def _prompt(self, run: Run, context: Context) -> Prompt:
        if self.planner:
            return planner_prompt(run, context, personas=self._experts(run))
        return planner_prompt(run, context, personas=0, role=everything(context).role, count=self._shares(run, 1)[0])

    def _plan(self, run: Run, context: Context, prompt: Prompt) -> Plan:
        if not self.planner:
            return Plan((everything(context),), (), (1,))
        return ask_plan(run, prompt, context, self._experts(run))

    def _named(self, run: Run, planned: Prompt, plan: Plan) -> tuple[Named, ...]:
        shares = self._shares(run, len(plan.personas))
        if not self.planner:
            return (Named(plan.personas[0], ask_tag_lines(run, "expert", planned, shares[0])),)
        return ask_experts(run, planned, plan, shares)

    def _worst(self, run: Run, planned: Prompt, pool: Sequence[Tag]) -> tuple[str, ...]:
        over = len(pool) - self._asked(run)
        if not self.arbiter or over < LEAST_OVER:
            return ()
        return ask_left_out(run, planned, doubtful(run.grounded(tuple(pool)), over), over)


def _interest(persona: Persona, run: Run) -> Interest:
    """The persona as an interest: what tags, reasons and the page rest on."""
    return Interest(
        interest_id=f"i-{persona.persona_id.removeprefix('p-')}",
        text=persona.role,
        evidence=persona.evidence,
        reason=persona.why,
        valid_until=run.as_of + timedelta(days=run.settings.refresh_days),
    )


def _unmet(pool: Sequence[Tag], choice: Choice, run: Run) -> list[dict[str, Any]]:
    """What the arbiter left out because the catalogue has nothing of it: it is still wanted, and reported."""
    left = {text for text, _ in choice.left_out}
    looked_up = run.grounded(tuple(tag for tag in pool if tag.text in left))
    return [tag.model_dump(mode="json") for tag in looked_up if is_unmet(tag)]


def _notes(
    plan: Plan, named: Sequence[Named], pool: Sequence[Tag], choice: Choice, kinds: Sequence[Tag]
) -> dict[str, Any]:
    return {
        "planner": {"lines": list(plan.lines), "left_out": [list(one) for one in plan.left_out]},
        "personas_by_code": list(plan.by_code),
        "named": {one.persona.persona_id: list(one.tags) for one in named},
        "pool": [tag.text for tag in pool],
        "left_out": [list(one) for one in choice.left_out],
        "kinds": [kind.text for kind in kinds],
    }
