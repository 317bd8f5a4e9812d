"""Understanding one person: history, behaviour text, interests, tags, what the tags find (RecGPT V1, one route).

Each stage's output is kept with the hash of its input: a run that was killed goes on behind the last stage it finished,
and nothing that has not changed is asked again. The batch over people keeps one person's failure as a row.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from intently.catalog.arrays import Snapshot
from intently.catalog.encode import Encoder
from intently.catalog.schema import CatalogSpec
from intently.config import Config
from intently.errors import BudgetSpent, IntentlyError, NotFound, stage
from intently.journal import Journal, UnderstandingRow
from intently.language import Budget, Estimate, Model, Prompt
from intently.nouns import Interest, Tag, utc
from intently.understand.behaviour import BehaviourText, behaviour_text
from intently.understand.interests import InterestsAnswer, ask_interests, interests_of, interests_prompt
from intently.understand.strands import Strand, strands_of, terms_of
from intently.understand.tags import TagsAnswer, ask_tags, ground_tags, tags_of, tags_prompt

__all__ = ["BatchReport", "Progress", "behaviour_of", "estimate_user", "understand_user", "understand_users"]

EVENTS = 2000  # the newest that are read; the cap of the text is far smaller
LEAST_ITEMS = 3  # with fewer there is nothing lasting to name
DESCRIBED_VALUES = 2  # terms beside a title
RULES = 1  # of what is refused; raise it with them, so that what was understood before is judged again


@dataclass(frozen=True, slots=True)
class Progress:
    """What is known so far, for the page: `stage` is behaviour, interests, tags or done; `text` is for people."""

    user_id: str
    stage: str
    text: str
    interests: tuple[Interest, ...] = ()
    tags: tuple[Tag, ...] = ()


@dataclass(frozen=True, slots=True)
class BatchReport:
    """How a batch ended. `stopped`: why it ended before all people were done; empty if it did not."""

    done: tuple[str, ...]
    failed: tuple[str, ...]
    stopped: str = ""

    @property
    def failed_share(self) -> float:
        tried = len(self.done) + len(self.failed)
        return len(self.failed) / tried if tried else 0.0


@dataclass(frozen=True, slots=True)
class _Run:
    """What every stage of one person's run needs."""

    user_id: str
    journal: Journal
    model: Model
    config: Config
    spec: CatalogSpec
    snapshot: Snapshot
    behaviour: BehaviourText
    shared: tuple[Strand, ...]
    as_of: datetime
    budget: Budget | None

    @property
    def count(self) -> int:
        """Interests to ask for: no more than every second item could show."""
        return max(1, min(self.config.understand.interests, len(self.behaviour.items) // 2))

    def interests_prompt(self) -> Prompt:
        return interests_prompt(
            self.behaviour, self.shared, nouns=self.spec.nouns, count=self.count, home=self.config.home
        )

    def tags_prompt(self, interests: Sequence[Interest]) -> Prompt:
        each, nouns = self.each(len(interests)), self.spec.nouns
        return tags_prompt(self.behaviour, self.shared, interests, nouns=nouns, each=each, home=self.config.home)

    def each(self, interests: int) -> int:
        """Tags to ask for an interest, so that all together are at least as many as the settings say."""
        return max(2, -(-self.config.understand.tags // max(1, interests)))


def behaviour_of(
    user_id: str, *, journal: Journal, spec: CatalogSpec, snapshot: Snapshot, config: Config, as_of: datetime
) -> BehaviourText:
    """The person's behaviour text as of a moment: nothing later is read."""
    events = journal.events_of(user_id, until=as_of, newest=EVENTS)
    return behaviour_text(
        events,
        _describer(spec, snapshot),
        as_of,
        cap_tokens=config.understand.history_tokens,
        liked_from=spec.liked_from,
    )


def estimate_user(
    user_id: str,
    *,
    journal: Journal,
    model: Model,
    spec: CatalogSpec,
    snapshot: Snapshot,
    config: Config,
    as_of: datetime | None = None,
) -> Estimate:
    """What understanding this person will cost at most; asks no model. Nothing, where nothing has changed.

    Raises NotFound for a person without enough history.
    """
    run = _prepare(user_id, journal, model, spec, snapshot, config, as_of, None)
    if _known(run) is not None:
        return model.estimate([], 0)
    named = tuple(
        Interest(interest_id=f"i{n}", text="an interest of some words", evidence=()) for n in range(run.count)
    )
    settings = config.understand
    return model.estimate([run.interests_prompt(), run.tags_prompt(named)], (40 * run.count + 16 * settings.tags) // 2)


def understand_user(
    user_id: str,
    *,
    journal: Journal,
    model: Model,
    spec: CatalogSpec,
    snapshot: Snapshot,
    encoder: Encoder | None,
    config: Config,
    as_of: datetime | None = None,
    progress: Callable[[Progress], None] = lambda step: None,
    budget: Budget | None = None,
) -> UnderstandingRow:
    """Name a person's interests and tags, keep them, and return them. What has not changed is returned at once.

    encoder: None leaves the tags without what they find. Raises NotFound for a person without enough history, and what
    Model.ask raises; a failure is also kept as a row of the journal.
    """
    run = _prepare(user_id, journal, model, spec, snapshot, config, as_of, budget)
    known = _known(run)
    if known is not None:
        progress(Progress(user_id, "done", "nothing has changed since the last time", known.interests, known.tags))
        return known
    progress(Progress(user_id, "behaviour", f"read {len(run.behaviour.items)} things they did"))
    try:
        with stage("understand", user_id=user_id):
            interests = _interests(run)
            progress(Progress(user_id, "interests", f"{len(interests)} interests", interests))
            tags = _tags(run, interests) if interests else ()
            progress(Progress(user_id, "tags", f"{len(tags)} tags", interests, tags))
            grounded = _grounded(tags, encoder, snapshot)
    except IntentlyError as error:
        journal.put_failure(user_id, "understand", type(error).__name__, str(error))
        raise
    journal.put_understanding(user_id, _input_hash(run), interests, grounded, run.as_of)
    row = journal.understanding(user_id, run.as_of)
    assert row is not None
    progress(Progress(user_id, "done", f"{len(interests)} interests, {len(grounded)} tags", interests, grounded))
    return row


def understand_users(user_ids: Iterable[str], understand: Callable[[str], object]) -> BatchReport:
    """Run `understand` for each person. One person's failure is a row, not the end; a spent budget ends it cleanly."""
    done: list[str] = []
    failed: list[str] = []
    for user_id in user_ids:
        try:
            understand(user_id)
        except BudgetSpent as error:
            return BatchReport(tuple(done), tuple(failed), str(error))
        except IntentlyError:
            failed.append(user_id)  # understand_user has kept the row
        else:
            done.append(user_id)
    return BatchReport(tuple(done), tuple(failed))


def _prepare(
    user_id: str,
    journal: Journal,
    model: Model,
    spec: CatalogSpec,
    snapshot: Snapshot,
    config: Config,
    as_of: datetime | None,
    budget: Budget | None,
) -> _Run:
    moment = utc(as_of) if as_of is not None else datetime.now(UTC)
    behaviour = behaviour_of(user_id, journal=journal, spec=spec, snapshot=snapshot, config=config, as_of=moment)
    liked = sum(item.liked for item in behaviour.items)
    if liked < LEAST_ITEMS:
        raise NotFound(
            f"{user_id!r} has {liked} liked {spec.nouns} as of {moment:%Y-%m-%d}, and {LEAST_ITEMS} are needed to name "
            "an interest. Come back when there are more."
        )
    liked_ids = [item.item_id for item in behaviour.items if item.liked and item.item_id is not None]
    shared = strands_of(liked_ids, spec, snapshot, config.understand.interests + 1)
    return _Run(user_id, journal, model, config, spec, snapshot, behaviour, shared, moment, budget)


def _known(run: _Run) -> UnderstandingRow | None:
    """The last understanding, while it is of the same input and not due for renewal."""
    last = run.journal.understanding(run.user_id, run.as_of)
    if last is None or last.input_hash != _input_hash(run):
        return None
    fresh = run.as_of - last.time < timedelta(days=run.config.understand.refresh_days)
    return last if fresh else None


def _input_hash(run: _Run) -> str:
    """Of all that an understanding is made from: history, prompt, settings, model. Not of the text's dates: a history
    that only grew older is renewed after `refresh_days`, not on the day that one of its lines changes its bucket."""
    history = [[item.text, item.liked, list(item.event_ids)] for item in run.behaviour.items]
    return _hash(
        RULES, sorted(history), run.count, run.config.understand.tags, run.interests_prompt().version, run.model.digest
    )


def _interests(run: _Run) -> tuple[Interest, ...]:
    prompt = run.interests_prompt()

    def ask() -> dict[str, Any]:
        answer = ask_interests(
            run.model,
            prompt,
            run.behaviour,
            count=run.count,
            user_id=run.user_id,
            timeout_seconds=run.config.language.batch_timeout_seconds,
            budget=run.budget,
        )
        return answer.value.model_dump(mode="json")

    output = _once(run, "interests", prompt, ask)
    until = run.as_of + timedelta(days=run.config.understand.refresh_days)
    interests, refused = interests_of(
        InterestsAnswer.model_validate(output), run.behaviour, nouns=run.spec.nouns, until=until
    )
    _keep_refused(run, "interests", refused)
    return interests


def _tags(run: _Run, interests: Sequence[Interest]) -> tuple[Tag, ...]:
    prompt = run.tags_prompt(interests)

    def ask() -> dict[str, Any]:
        answer = ask_tags(
            run.model,
            prompt,
            interests,
            each=run.each(len(interests)),
            user_id=run.user_id,
            timeout_seconds=run.config.language.batch_timeout_seconds,
            budget=run.budget,
        )
        return answer.value.model_dump(mode="json")

    output = _once(run, "tags", prompt, ask)
    titles = {title.casefold() for title in run.snapshot.titles}
    tags, refused = tags_of(
        TagsAnswer.model_validate(output), interests, lambda text: text.casefold() in titles, nouns=run.spec.nouns
    )
    _keep_refused(run, "tags", refused)
    return tags


def _once(run: _Run, name: str, prompt: Prompt, ask: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The stage's output: kept from an earlier run with the same input, else asked and kept before it is used."""
    key = _hash([message.text for message in prompt.messages], run.model.digest)
    output: dict[str, Any] | None = run.journal.stage_output(run.user_id, name, key)
    if output is None:
        output = ask()
        run.journal.put_stage(run.user_id, name, key, output)
    return output


def _keep_refused(run: _Run, name: str, refused: Sequence[str]) -> None:
    for fault in refused:
        run.journal.put_failure(run.user_id, name, "Refused", fault)


def _grounded(tags: tuple[Tag, ...], encoder: Encoder | None, snapshot: Snapshot) -> tuple[Tag, ...]:
    if encoder is None:
        return tags
    return ground_tags(tags, encoder.encode, snapshot.vectors, snapshot.encoded & snapshot.available)


def _describer(spec: CatalogSpec, snapshot: Snapshot) -> Callable[[str], tuple[str, str] | None]:
    """Item id -> its title and what kind it is; None for an item that is not there any more."""

    def describe(item_id: str) -> tuple[str, str] | None:
        row = snapshot.row_of(item_id)
        if row is None:
            return None
        kinds = ", ".join(value for _, value in terms_of(item_id, spec, snapshot)[:DESCRIBED_VALUES])
        return snapshot.titles[row], kinds

    return describe


def _hash(*parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()
