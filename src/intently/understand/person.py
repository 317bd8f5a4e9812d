"""Understanding one person: history, behaviour text, a pipeline's reasoning, and what its tags find."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from intently.catalog.arrays import Snapshot
from intently.catalog.encode import Encoder
from intently.catalog.schema import CatalogSpec
from intently.config import Config
from intently.errors import BudgetSpent, IntentlyError, stage
from intently.journal import Journal, UnderstandingRow
from intently.language import Budget, Estimate, Model
from intently.nouns import Cue
from intently.understand.cores import ask_cores, estimate_cores
from intently.understand.pipelines import Pipeline, make_pipeline
from intently.understand.pool import Pool
from intently.understand.run import Progress, Run, Tell, behaviour_of, hash_of, prepare
from intently.understand.told import TOLD, mark_of

__all__ = ["estimate_user", "understand_user"]


def estimate_user(
    user_id: str,
    *,
    journal: Journal,
    model: Model,
    spec: CatalogSpec,
    snapshot: Snapshot,
    config: Config,
    cues: Sequence[Cue] = (),
    as_of: datetime | None = None,
) -> Estimate:
    """What understanding this person will cost at most; asks no model. Nothing, where nothing has changed.

    Raises NotFound for a person without enough history.
    """
    run = prepare(
        user_id, journal=journal, model=model, spec=spec, snapshot=snapshot, config=config, cues=cues, as_of=as_of
    )
    pipeline = make_pipeline(config.understand.pipeline)
    if _known(run, pipeline) is not None:
        return model.estimate([], 0)
    titles = estimate_cores(_long_titled(run), journal=journal, model=model, snapshot=snapshot, config=config)
    return titles + pipeline.estimate(run) if titles.calls else pipeline.estimate(run)


def understand_user(
    user_id: str,
    *,
    journal: Journal,
    model: Model,
    spec: CatalogSpec,
    snapshot: Snapshot,
    encoder: Encoder | None,
    config: Config,
    cues: Sequence[Cue] = (),
    pool: Pool | None = None,
    as_of: datetime | None = None,
    progress: Tell = lambda step: None,
    budget: Budget | None = None,
) -> UnderstandingRow:
    """Reason about a person, keep what was found, and return it. What has not changed is returned at once.

    encoder: None leaves the tags without what they find. Raises NotFound for a person without enough history, and what
    Model.ask raises; a failure is also kept as a row of the journal, but not a spent budget.
    """
    run = prepare(
        user_id, journal=journal, model=model, spec=spec, snapshot=snapshot, config=config, encoder=encoder, cues=cues,
        pool=pool, as_of=as_of, budget=budget,
    )  # fmt: skip
    pipeline = make_pipeline(config.understand.pipeline)
    known = _known(run, pipeline)
    if known is not None:
        progress(Progress(user_id, "done", "nothing has changed since the last time", known.interests, known.tags))
        return known
    progress(Progress(user_id, "behaviour", f"read {len(run.behaviour.items)} things they did"))
    try:
        with stage("understand", user_id=user_id):
            row = _reasoned(_shortened(run), pipeline, progress)
    except BudgetSpent:
        raise  # no fault of anybody: the next run goes on from here
    except IntentlyError as error:
        journal.put_failure(user_id, "understand", type(error).__name__, str(error))
        raise
    journal.put_understanding(row)
    text = f"{len(row.interests)} interests, {len(row.tags)} tags"
    progress(Progress(user_id, "done", text, row.interests, row.tags))
    return row


def _long_titled(run: Run) -> list[str]:
    """Items of the text whose titles the model may be asked to shorten."""
    if run.settings.long_titles != "model":
        return []
    return [item.item_id for item in run.behaviour.items if item.item_id is not None]


def _shortened(run: Run) -> Run:
    """The run with its long titles as the model shortens them, where the settings say so: asked once for each item."""
    asked = ask_cores(
        _long_titled(run), journal=run.journal, model=run.model, snapshot=run.snapshot, config=run.config,
        budget=run.budget,
    )  # fmt: skip
    if not asked:
        return run
    behaviour = behaviour_of(
        run.user_id, journal=run.journal, spec=run.spec, snapshot=run.snapshot, config=run.config, as_of=run.as_of
    )
    return replace(run, behaviour=behaviour)


def _reasoned(run: Run, pipeline: Pipeline, progress: Tell) -> UnderstandingRow:
    found = pipeline.reason(run, progress)
    kept = {"refused": [list(one) for one in run.refused], "calls": list(run.calls)}
    notes = {**found.notes, **kept, TOLD: mark_of(pipeline, run)}
    return UnderstandingRow(
        user_id=run.user_id,
        input_hash=_input_hash(run, pipeline),
        interests=found.interests,
        tags=run.grounded(found.tags),
        time=run.as_of,
        pipeline=pipeline.name,
        personas=found.personas,
        cues=found.cues,
        notes=notes,
    )


def _known(run: Run, pipeline: Pipeline) -> UnderstandingRow | None:
    """The last understanding, while it is of the same input and not due for renewal."""
    last = run.journal.understanding(run.user_id, run.as_of)
    if last is None or last.input_hash != _input_hash(run, pipeline):
        return None
    fresh = run.as_of - last.time < timedelta(days=run.settings.refresh_days)
    return last if fresh else None


def _input_hash(run: Run, pipeline: Pipeline) -> str:
    """Of all that an understanding is made from: history, pipeline, prompts, settings, model. Not of the text's dates:
    a history that only grew older is renewed after `refresh_days`, not on the day that a line changes its bucket; and
    not of the cues of the moment, which change daily. What the person disowned is in it where there is any."""
    history = [[item.text, item.liked, list(item.event_ids)] for item in run.behaviour.items]
    disowned = [sorted(run.not_theirs.texts)] if run.not_theirs.texts else []
    asks = list(pipeline.asks(run))
    return hash_of(pipeline.name, pipeline.rules, asks, sorted(history), run.model.digest, *disowned)
