"""A language model as the rooms see it: typed questions in, validated answers out, every call a row.

In order, for each question: the budget, the cache (same prompt, model and settings), a call already in flight, the
lane, the wire, the row, and only then the reading of the answer, repaired once.
"""

import copy
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from typing import Any, TypeVar

from pydantic import BaseModel

from intently.errors import AnswerInvalid, ModelBusy, ModelError, ModelPutOff, ModelTimeout
from intently.language.answer import (
    Answer,
    Chances,
    Line,
    Shape,
    answer_of,
    choice_shape,
    lines_shape,
    read_choice,
    read_lines,
    read_object,
    schema_shape,
)
from intently.language.backoff import Backoff
from intently.language.budget import Budget, Estimate, Prices
from intently.language.calls import CallStore, Flights, MemoryCalls, call_hash
from intently.language.lanes import Lanes, Turn
from intently.language.listing import Listing, list_shape, read_list
from intently.language.pace import Newest, Speed
from intently.language.prompt import Message, Prompt, approximate_tokens
from intently.language.status import ModelStatus
from intently.language.wire import Completion, Lane, Request, Wire
from intently.nouns import CallRow

__all__ = ["Model"]

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)
TEMPLATE_TOKENS = 5  # that a chat template adds to each turn
PREFILL_SECONDS = 300.0  # a cold prefix on a busy machine
REPAIR = "That cannot be used: {fault}. Answer the same question again, in the asked form only."


class Model:
    """One model behind one wire. Safe to use from many threads."""

    def __init__(
        self, wire: Wire, calls: CallStore | None = None, *, prices: Prices | None = None, seed: int = 0,
        lanes: Lanes | None = None,
    ) -> None:  # fmt: skip
        self._wire = wire
        self._calls = MemoryCalls() if calls is None else calls
        self._prices = prices or Prices()
        self._seed = seed
        self._lanes = lanes or Lanes()
        self._backoff = Backoff()
        self._flights = Flights()
        self._speed = Speed()
        self._prefill = Newest()
        self._rough = False

    def status(self) -> ModelStatus:
        return self._wire.status()

    def ready(self) -> bool:
        """Whether a question asked now would reach a model."""
        return self._wire.endpoint() is not None

    def wait_ready(self, timeout_seconds: float) -> bool:
        """Wait until a model answers; gives up early when it is absent or off. Whether it answers."""
        deadline = time.monotonic() + timeout_seconds
        while not self.ready() and time.monotonic() < deadline and self.status().state not in ("absent", "off"):
            time.sleep(0.05)
        return self.ready()

    @property
    def embedded(self) -> bool:
        """Whether it is our own server that answers: a person's prompts share a slot, and the last one stays read."""
        endpoint = self._wire.endpoint()
        return endpoint is not None and endpoint.dialect == "llama"

    @property
    def digest(self) -> str:
        """Identity of the weights that answer now; empty while none do."""
        endpoint = self._wire.endpoint()
        return endpoint.digest if endpoint else ""

    @property
    def in_flight(self) -> int:
        """Calls of the batch that the endpoint takes at once."""
        endpoint = self._wire.endpoint()
        return endpoint.in_flight if endpoint else 1

    def ask(
        self,
        prompt: Prompt,
        answer: type[M],
        *,
        lane: Lane = "batch",
        user_id: str | None = None,
        max_tokens: int = 512,
        timeout_seconds: float = 300.0,
        budget: Budget | None = None,
        check: Callable[[M], str | None] | None = None,
        schema: Mapping[str, Any] | None = None,
        fresh_after: tuple[str, ...] = (),
    ) -> Answer[M]:
        """Ask for an object of a pydantic model.

        schema: a tighter form of the model's own, for the server to enforce. fresh_after: see `Listing`. check: says
        what is wrong with a well-formed answer, or None. An answer that breaks its schema or the check is asked for
        once more, with the fault; what the second still gets wrong in the check is the caller's to drop. Raises
        AnswerInvalid when the second breaks the schema, BudgetSpent before a call that would not fit,
        ModelUnavailable and ModelTimeout.
        """
        first = True

        def read(text: str) -> M:
            nonlocal first
            value = read_object(text, answer)
            fault = check(value) if check and first else None
            first = False
            if fault:
                raise AnswerInvalid(fault)
            return value

        shape = schema_shape(answer, schema, fresh_after)
        return self._ask(prompt, shape, read, lane, user_id, max_tokens, timeout_seconds, budget)

    def ask_lines(
        self,
        prompt: Prompt,
        command: str,
        ids: Sequence[str] = (),
        *,
        lane: Lane = "person",
        user_id: str | None = None,
        max_tokens: int = 36,
        timeout_seconds: float = 12.0,
    ) -> Answer[tuple[Line, ...]]:
        """Ask for a command's reading in signed lines (see `Line`). Raises as `ask` does."""
        shape = lines_shape(command, tuple(ids))
        return self._ask(prompt, shape, read_lines, lane, user_id, max_tokens, timeout_seconds, None)

    def ask_choice(
        self,
        prompt: Prompt,
        words: tuple[str, ...],
        *,
        lane: Lane = "batch",
        user_id: str | None = None,
        timeout_seconds: float = 300.0,
        budget: Budget | None = None,
    ) -> Answer[Chances]:
        """Ask which of a few words the answer is, by the likelihood of its first token; nothing is generated after it.

        words: no two begin alike. The prompt has to ask for one of them. Raises AnswerInvalid when none is likely, and
        as `ask` does otherwise; ModelError from an endpoint that tells no likelihoods.
        """
        deadline = time.monotonic() + timeout_seconds
        row, cached = self._call(prompt, choice_shape(words), lane, user_id, 1, deadline, budget)
        return answer_of(read_choice(row.answer or "[]", words), [(row, cached)])

    def ask_list(
        self,
        prompt: Prompt,
        wanted: Listing,
        *,
        lane: Lane = "batch",
        user_id: str | None = None,
        max_tokens: int = 512,
        timeout_seconds: float = 300.0,
        budget: Budget | None = None,
        check: Callable[[tuple[str, ...]], str | None] | None = None,
    ) -> Answer[tuple[str, ...]]:
        """Ask for a list of short lines. What comes back always has the asked form and number; the rest as in `ask`:
        the second answer's wrong lines are passed over, and it is an error when too few are left."""
        first = True

        def read(text: str) -> tuple[str, ...]:
            nonlocal first
            strict, first = first, False
            lines = read_list(text, wanted, strict=strict)
            fault = check(lines) if check and strict else None
            if fault:
                raise AnswerInvalid(fault)
            return lines

        return self._ask(prompt, list_shape(wanted), read, lane, user_id, max_tokens, timeout_seconds, budget)

    def prefill(self, prompt: Prompt) -> None:
        """Let the server read a prompt's beginning in the background, so that a command after it is quick.

        Returns at once. The newest prefill replaces an older one; a person's call breaks it off.
        """
        endpoint = self._wire.endpoint()
        if endpoint is not None and endpoint.dialect == "llama":
            self._prefill.run(lambda turn: self._prefill_now(prompt, turn))

    def warm(self, constant: Prompt) -> None:
        """Have a prompt's constant beginning in the server's memory: from a file of an earlier run, else read it now.

        constant: holds nobody's data. Waits for it; does nothing where the server is not ours. Call it when the server
        has started, and after `forget`.
        """
        endpoint = self._wire.endpoint()
        if endpoint is None or endpoint.dialect != "llama":
            return
        name = f"{constant.name}-{constant.version}-{endpoint.digest[:12]}.slot"
        if not self._wire.restore(name) and self._prefill_now(constant, Turn()):
            self._wire.save(name)

    def estimate(self, prompts: Sequence[Prompt], max_tokens: int) -> Estimate:
        """What these calls will cost at most, each answered with `max_tokens`. Never asks the model anything."""
        counted = self.ready() and not self._rough
        counts = [self._wire.count_tokens(prompt.text) if counted else None for prompt in prompts]
        exact = all(count is not None for count in counts)
        tokens_in = sum(
            (approximate_tokens(prompt.text) if count is None else count) + TEMPLATE_TOKENS * len(prompt.messages)
            for prompt, count in zip(prompts, counts, strict=True)
        )
        tokens_out = max_tokens * len(prompts)
        money = self._prices.cost(tokens_in, tokens_out)
        seconds = self._speed.seconds(tokens_in, tokens_out) if self.embedded or self._speed.known else None
        return Estimate(len(prompts), tokens_in, tokens_out, money, seconds, "tokenizer" if exact else "approximation")

    def busy(self) -> bool:
        """Whether a call runs or waits now: other computing should wait too."""
        return self._lanes.busy()

    def with_calls(self, calls: CallStore) -> "Model":
        """The same model, lanes and server, with its rows kept elsewhere: one for each store of a process."""
        other = copy.copy(self)
        other._calls, other._flights = calls, Flights()
        return other

    def rough(self) -> "Model":
        """The same model, whose estimates are by formula: thousands of texts are not tokenised one by one."""
        other = copy.copy(self)
        other._rough = True
        return other

    def learn_speed(self, rows: Sequence[CallRow]) -> None:
        """Take the speed from calls of earlier runs, the newest first, for estimates of time."""
        for row in reversed(rows):
            if row.outcome == "ok" and row.model == self.digest:
                self._speed.learn(row.tokens_new, row.tokens_out, row.seconds)

    def forget(self) -> None:
        """Clear what the server itself keeps of prompts: part of erasing a person."""
        self._lanes.forget()
        self._wire.forget()

    def close(self) -> None:
        self._prefill.stop()
        self._wire.close()

    def _ask(
        self,
        prompt: Prompt,
        shape: Shape,
        read: Callable[[str], T],
        lane: Lane,
        user_id: str | None,
        max_tokens: int,
        timeout_seconds: float,
        budget: Budget | None,
    ) -> Answer[T]:
        deadline = time.monotonic() + timeout_seconds
        row, cached = self._call(prompt, shape, lane, user_id, max_tokens, deadline, budget)
        rows = [(row, cached)]
        try:
            value = read(row.answer or "")
        except AnswerInvalid as fault:
            again = prompt.then(Message("assistant", row.answer or ""), Message("user", REPAIR.format(fault=fault)))
            rows.append(self._call(again, shape, lane, user_id, max_tokens, deadline, budget))
            value = read(rows[-1][0].answer or "")
        return answer_of(value, rows)

    def _call(
        self,
        prompt: Prompt,
        shape: Shape,
        lane: Lane,
        user_id: str | None,
        max_tokens: int,
        deadline: float,
        budget: Budget | None,
    ) -> tuple[CallRow, bool]:
        """The row of this call and whether it was there before."""
        key = call_hash(prompt, shape, self.digest, max_tokens, self._seed)
        known = self._calls.find_call(key)
        if known is not None and known.answer is not None:
            return known, True
        asked_here = False

        def ask() -> CallRow:
            nonlocal asked_here
            asked_here = True
            return self._ask_wire(key, prompt, shape, lane, user_id, max_tokens, deadline)

        with self._held(budget, prompt, max_tokens):
            row = self._flights.share(key, ask, max(0.0, deadline - time.monotonic()))
            if budget is not None and asked_here:
                budget.spend(row)
        return row, not asked_here

    def _held(self, budget: Budget | None, prompt: Prompt, max_tokens: int) -> AbstractContextManager[None]:
        if budget is None:
            return nullcontext()
        tokens_in = approximate_tokens(prompt.text)
        return budget.held(tokens_in + max_tokens, self._prices.cost(tokens_in, max_tokens))

    def _ask_wire(
        self, key: str, prompt: Prompt, shape: Shape, lane: Lane, user_id: str | None, max_tokens: int, deadline: float
    ) -> CallRow:
        """Ask until answered or out of time; a batch call that gave way, or was told to come later, is asked again. The
        row is kept before use."""
        refused = 0
        while True:
            if lane == "batch":
                self._backoff.hold(deadline)
            request = Request(prompt, shape, max_tokens, self._seed, lane, max(0.1, deadline - time.monotonic()))
            started = time.monotonic()
            try:
                with self._lane(lane, request.timeout_seconds, user_id) as turn:
                    done = self._wire.complete(request, turn)
            except ModelError as error:
                self._keep(key, request, user_id, None, type(error).__name__, time.monotonic() - started)
                refused += not isinstance(error, ModelPutOff)
                if not self._worth_asking_again(error, lane, refused, deadline):
                    raise
                continue
            self._speed.learn(done.tokens_in - done.tokens_reused, done.tokens_out, done.seconds)
            return self._keep(key, request, user_id, done, "ok", done.seconds)

    def _worth_asking_again(self, error: ModelError, lane: Lane, refused: int, deadline: float) -> bool:
        """Whether to ask again now, after the pause that it needs."""
        if isinstance(error, ModelPutOff):
            if time.monotonic() >= deadline:
                raise ModelTimeout("the call gave way to people until its time was up. Run it again.") from error
            return True
        if lane == "person" or not isinstance(error, ModelBusy):
            return False
        paused = self._backoff.again(refused, error.retry_after, deadline)
        return paused and self.wait_ready(max(0.0, deadline - time.monotonic()))

    def _lane(self, lane: Lane, timeout_seconds: float, holder: str | None) -> AbstractContextManager[Turn]:
        if lane == "person":
            return self._lanes.person(timeout_seconds)
        return self._lanes.batch(timeout_seconds, slots=self.in_flight, holder=holder)

    def _keep(
        self, key: str, request: Request, user_id: str | None, done: Completion | None, outcome: str, seconds: float
    ) -> CallRow:
        tokens_in, tokens_out = (done.tokens_in, done.tokens_out) if done else (0, 0)
        row = CallRow(
            hash=key,
            time=datetime.now(UTC),
            user_id=user_id,
            prompt=request.prompt.name,
            prompt_version=request.prompt.version,
            model=self.digest,
            tokens_new=tokens_in - (done.tokens_reused if done else 0),
            tokens_reused=done.tokens_reused if done else 0,
            tokens_out=tokens_out,
            seconds=seconds,
            outcome=outcome,
            cost=self._prices.cost(tokens_in, tokens_out),
            answer=_whole_lines(done, request.shape) if done else None,
        )
        self._calls.put_call(row)
        return row

    def _prefill_now(self, prompt: Prompt, turn: Turn) -> bool:
        """Whether the server has read it. False is no fault: the command that follows is only slower."""
        request = Request(prompt, None, 1, self._seed, "person", PREFILL_SECONDS)
        try:
            with self._lanes.prefill(PREFILL_SECONDS) as lane_turn:
                turn.on_stop(lambda: lane_turn.stop("a newer prefill came"))
                self._wire.complete(request, lane_turn)
        except ModelError:
            return False
        return True


def _whole_lines(done: Completion, shape: Shape | None) -> str:
    """The answer without the line that was cut off by the length limit, where an answer is made of lines."""
    if done.cut and shape is not None and shape.by_lines and "\n" in done.text:
        return done.text.rsplit("\n", 1)[0]
    return done.text
