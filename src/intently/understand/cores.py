"""Long titles shortened by the language model, each asked once: kept by item, record and prompt.

RecGPT V1 section 2.2. The model answers with words of the item's own title, at most `WORDS`: a grammar holds the
embedded server to them, and code checks every answer, whoever gave it. What fails twice stays cut by `shortened`. An
answer is kept without a person, with the hash of title and prompt version: an item that changes is asked for again.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor

from intently.catalog.arrays import Snapshot
from intently.config import Config
from intently.errors import AnswerInvalid
from intently.journal import Journal
from intently.language import Budget, Estimate, Listing, Model, Prompt, render
from intently.language.listing import one_of
from intently.understand.compress import WORDS, is_long, shortened

__all__ = ["ask_cores", "cores_of", "estimate_cores"]

LEAST_WORDS = 2
TOKENS = 6 * WORDS  # of an answer, at most
_WORD = re.compile(r"[^\s,;|()\[\]{}\"\\]+")


def cores_of(item_ids: Iterable[str], *, journal: Journal, snapshot: Snapshot, config: Config) -> dict[str, str]:
    """What the model chose for those of these items that have a long title, and were asked as they are now."""
    wanted = _long(item_ids, snapshot, config)
    kept = journal.cores(wanted) if wanted else {}
    return {item_id: text for item_id, (known, text) in kept.items() if known == _hash(wanted[item_id])}


def estimate_cores(
    item_ids: Iterable[str], *, journal: Journal, model: Model, snapshot: Snapshot, config: Config
) -> Estimate:
    """What `ask_cores` will cost at most; asks nothing."""
    return model.estimate([*_unknown(item_ids, journal, snapshot, config).values()], TOKENS)


def ask_cores(
    item_ids: Iterable[str],
    *,
    journal: Journal,
    model: Model,
    snapshot: Snapshot,
    config: Config,
    budget: Budget | None = None,
) -> int:
    """Ask for every long title among these items that has not been asked for; returns how many there were.

    Each answer is kept before the next is asked. Raises BudgetSpent, ModelUnavailable and ModelTimeout.
    """
    unknown = _unknown(item_ids, journal, snapshot, config)

    def ask(asked: tuple[str, Prompt]) -> None:
        item_id, prompt = asked
        row = snapshot.row_of(item_id)
        if row is not None:
            text = _chosen(snapshot.titles[row], prompt, journal, model, config, budget)
            journal.put_core(item_id, _hash(prompt), text)

    with ThreadPoolExecutor(max_workers=max(1, model.in_flight), thread_name_prefix="intently-core") as pool:
        for _ in pool.map(ask, unknown.items()):
            pass
    return len(unknown)


def _chosen(title: str, prompt: Prompt, journal: Journal, model: Model, config: Config, budget: Budget | None) -> str:
    """The model's words; where it twice found none that are the title's own, the title as code cuts it, and a row."""
    words = list(dict.fromkeys(word for word in _WORD.findall(title) if any(map(str.isalnum, word))))
    if len(words) < LEAST_WORDS:
        return shortened(title)
    pattern = f"{one_of(words)}(?: {one_of(words)}){{{LEAST_WORDS - 1},{WORDS - 1}}}"
    wanted = Listing(pattern, 1, 1, f"{LEAST_WORDS} to {WORDS} words of the title")
    seconds = config.language.batch_timeout_seconds
    try:
        return model.ask_list(prompt, wanted, max_tokens=TOKENS, timeout_seconds=seconds, budget=budget).value[0]
    except AnswerInvalid as error:
        journal.put_failure(None, "compress", type(error).__name__, str(error))
        return shortened(title)


def _unknown(item_ids: Iterable[str], journal: Journal, snapshot: Snapshot, config: Config) -> dict[str, Prompt]:
    wanted = _long(item_ids, snapshot, config)
    known = cores_of(wanted, journal=journal, snapshot=snapshot, config=config)
    return {item_id: prompt for item_id, prompt in wanted.items() if item_id not in known}


def _long(item_ids: Iterable[str], snapshot: Snapshot, config: Config) -> dict[str, Prompt]:
    """The question for each of these items that has a long title."""
    rows: Mapping[str, int | None] = {item_id: snapshot.row_of(item_id) for item_id in dict.fromkeys(item_ids)}
    titles = {item_id: snapshot.titles[row] for item_id, row in rows.items() if row is not None}
    return {
        item_id: render("core", home=config.home, words=WORDS, title=title)
        for item_id, title in titles.items()
        if is_long(title)
    }


def _hash(prompt: Prompt) -> str:
    return hashlib.sha256(f"{prompt.version}\n{prompt.messages[-1].text}".encode("utf-8", "replace")).hexdigest()
