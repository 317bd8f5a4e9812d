"""The one wire: every model is an OpenAI-compatible endpoint reached with the `openai` client.

The embedded server speaks a little more than that (grammars, slots, progress), so an endpoint has a dialect. What is
sent to it is streamed, so that a call can be broken off at any moment: by a deadline, or by a person who waits.
"""

import json
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol

from intently.errors import ModelBusy, ModelError, ModelPutOff, ModelTimeout, ModelUnavailable
from intently.language.answer import Shape
from intently.language.lanes import Turn
from intently.language.prompt import Prompt
from intently.language.status import ModelStatus

if TYPE_CHECKING:
    import openai

__all__ = ["Completion", "Endpoint", "Lane", "OpenAIWire", "Request", "Wire", "fixed_endpoint"]

Lane = Literal["person", "batch"]
PEOPLE = 0  # the slot of people; those of the batch come behind it
LATER = (429, 502, 503, 504)  # statuses of an endpoint that may answer later
DEADLINE = "its time was up"
DRY_MULTIPLIER = 2.0  # logits off the second token of a repetition, doubled for each further one
FREQUENCY_PENALTY = 0.4  # of endpoints that have no such sampler


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a model answers. `digest` identifies its weights in the cache; `dialect` llama: our embedded server.

    `in_flight`: calls of the batch that it takes at once.
    """

    url: str  # ends in /v1
    key: str = field(repr=False)
    model: str
    digest: str
    dialect: Literal["llama", "openai"] = "openai"
    in_flight: int = 1


@dataclass(frozen=True, slots=True)
class Request:
    prompt: Prompt
    shape: Shape | None  # None: free text
    max_tokens: int
    seed: int
    lane: Lane
    timeout_seconds: float


@dataclass(frozen=True, slots=True)
class Completion:
    """What came back. `text`: of a shape with `likeliest`, the first tokens with their log-probabilities, as JSON
    (`answer.read_choice`). `tokens_in` counts the whole prompt, `tokens_reused` what of it the server had cached."""

    text: str
    tokens_in: int
    tokens_reused: int
    tokens_out: int
    seconds: float
    cut: bool  # it reached `max_tokens`


class Wire(Protocol):
    """The seam to a model. Implementations: `OpenAIWire` over a URL, and over the embedded server's endpoint."""

    def endpoint(self) -> Endpoint | None: ...

    def status(self) -> ModelStatus: ...

    def complete(self, request: Request, turn: Turn) -> Completion: ...

    def count_tokens(self, text: str) -> int | None: ...

    def restore(self, name: str) -> bool: ...

    def save(self, name: str) -> None: ...

    def forget(self) -> None: ...

    def close(self) -> None: ...


def fixed_endpoint(url: str, model: str, key: str, in_flight: int = 1) -> Callable[[], Endpoint]:
    """An endpoint that a user configured: `url` may end in /v1 or not. in_flight: calls of the batch at once."""
    base = url.rstrip("/")
    url = base if base.endswith("/v1") else base + "/v1"
    endpoint = Endpoint(url, key or "none", model, f"{base}#{model}", in_flight=in_flight)
    return lambda: endpoint


class OpenAIWire:
    """Asks whatever endpoint is current. `find` returns None while there is none (fetching, starting, down)."""

    def __init__(
        self,
        find: Callable[[], Endpoint | None],
        status: Callable[[], ModelStatus],
        close: Callable[[], None] = lambda: None,
    ) -> None:
        self._find = find
        self._status = status
        self._close = close
        self._lock = threading.Lock()
        self._client: tuple[Endpoint, openai.OpenAI] | None = None

    def endpoint(self) -> Endpoint | None:
        return self._find()

    def status(self) -> ModelStatus:
        return self._status()

    def complete(self, request: Request, turn: Turn) -> Completion:
        """Ask once. Raises ModelUnavailable, ModelTimeout, ModelPutOff, or ModelError with the mend."""
        endpoint = self._find()
        if endpoint is None:
            raise ModelUnavailable(
                f"no language model answers now: {self._status().text}. The grammar works without it."
            )
        client = self._client_of(endpoint)
        started = time.monotonic()
        with _errors_as_ours(endpoint, request, turn):
            ask = _stream if endpoint.dialect == "llama" else _whole
            return ask(client, endpoint, request, turn, started)

    def count_tokens(self, text: str) -> int | None:
        """Tokens of a text by the model's own tokenizer; None when the endpoint has none to offer."""
        answer = self._extra("/tokenize", {"content": text})
        return len(answer["tokens"]) if answer else None

    def restore(self, name: str) -> bool:
        """Load a prompt's beginning into the slot of people from a file of an earlier run; whether there was one."""
        try:
            return self._extra(f"/slots/{PEOPLE}?action=restore", {"filename": name}) is not None
        except ModelUnavailable:
            return False

    def save(self, name: str) -> None:
        """Keep what the slot of people holds as a file. Only for prompts without anybody's data."""
        self._extra(f"/slots/{PEOPLE}?action=save", {"filename": name})

    def forget(self) -> None:
        """Clear what the embedded server's slots hold of people's prompts."""
        endpoint = self._find()
        for slot in range(1 + endpoint.in_flight if endpoint else 0):
            self._extra(f"/slots/{slot}?action=erase", {})

    def close(self) -> None:
        self._close()

    def _client_of(self, endpoint: Endpoint) -> "openai.OpenAI":
        import openai  # takes 0.5 to 1.5 s: only who asks a model pays it

        with self._lock:
            if self._client is None or self._client[0] != endpoint:
                self._client = (endpoint, openai.OpenAI(base_url=endpoint.url, api_key=endpoint.key, max_retries=0))
            return self._client[1]

    def _extra(self, path: str, body: dict[str, Any]) -> dict[str, Any] | None:
        endpoint = self._find()
        if endpoint is None or endpoint.dialect != "llama":
            return None
        request = urllib.request.Request(
            endpoint.url.removesuffix("/v1") + path,
            data=json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {endpoint.key}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                answer: dict[str, Any] = json.load(response)
                return answer
        except (urllib.error.URLError, OSError) as error:
            raise ModelUnavailable(f"the embedded server did not answer {path}: {error}") from error


def _arguments(endpoint: Endpoint, request: Request) -> dict[str, Any]:
    likeliest = request.shape.likeliest if request.shape else 0
    return {
        **({"logprobs": True, "top_logprobs": likeliest} if likeliest else {}),
        "model": endpoint.model,
        "messages": [{"role": message.role, "content": message.text} for message in request.prompt.messages],
        "max_tokens": request.max_tokens,
        "temperature": 0.0,
        "seed": request.seed,
        "timeout": request.timeout_seconds,
    }


def _whole(client: "openai.OpenAI", endpoint: Endpoint, request: Request, _turn: Turn, started: float) -> Completion:
    arguments = _arguments(endpoint, request)
    if request.shape and not request.shape.likeliest:
        named = {"name": request.shape.name, "schema": request.shape.schema}
        arguments["response_format"] = {"type": "json_schema", "json_schema": named}
        if request.shape.fresh_after:
            arguments["frequency_penalty"] = FREQUENCY_PENALTY
    reply = client.chat.completions.create(**arguments)
    choice = reply.choices[0]
    text = choice.message.content or ""
    if request.shape and request.shape.likeliest:
        text = _first_token(choice.logprobs, endpoint)
    return _completion(text, reply.usage, choice.finish_reason, started)


def _held_back(shape: Shape) -> dict[str, Any]:
    """What keeps the embedded server from repetition: the sampler DRY of llama.cpp, over all that it has read."""
    if not shape.fresh_after:
        return {}
    return {
        "dry_multiplier": DRY_MULTIPLIER,
        "dry_base": 2.0,
        "dry_allowed_length": 1,  # tokens that may be as they were
        "dry_penalty_last_n": 32768,  # all that it has read
        "dry_sequence_breakers": list(shape.fresh_after),
    }


def _stream(client: "openai.OpenAI", endpoint: Endpoint, request: Request, turn: Turn, started: float) -> Completion:
    # With return_progress the headers come at once, so there is a connection to break off during a long prefill.
    slot = PEOPLE if turn.slot is None else 1 + turn.slot
    extra: dict[str, Any] = {"id_slot": slot, "return_progress": True, "cache_prompt": True}
    if request.shape and not request.shape.likeliest:
        extra["grammar"] = request.shape.grammar
        extra |= _held_back(request.shape)
    text, usage, finish, weights = "", None, None, None
    with client.chat.completions.create(
        **_arguments(endpoint, request), stream=True, stream_options={"include_usage": True}, extra_body=extra
    ) as stream:
        turn.on_stop(lambda: _break_off(stream.response))
        deadline = threading.Timer(
            max(0.0, started + request.timeout_seconds - time.monotonic()), turn.stop, [DEADLINE]
        )
        deadline.daemon = True
        deadline.start()
        try:
            for chunk in stream:
                usage = chunk.usage or usage
                for choice in chunk.choices:
                    text += choice.delta.content or ""
                    finish = choice.finish_reason or finish
                    weights = weights or choice.logprobs
        finally:
            deadline.cancel()
    if finish is None:
        raise ModelBusy("the model's server broke off in the middle of an answer. It is being restarted.")
    if request.shape and request.shape.likeliest:
        text = _first_token(weights, endpoint)
    return _completion(text, usage, finish, started)


def _first_token(weights: Any, endpoint: Endpoint) -> str:
    """The likeliest first tokens with their log-probabilities, as JSON. Raises ModelError when none came."""
    if weights is None or not weights.content:
        raise ModelError(
            f"{endpoint.url} gives no log-probabilities of {endpoint.model}, and a judge needs them. Use the embedded "
            "model, or an endpoint that has `top_logprobs`: intently model"
        )
    return json.dumps([[one.token, one.logprob] for one in weights.content[0].top_logprobs], ensure_ascii=False)


def _completion(text: str, usage: Any, finish: str | None, started: float) -> Completion:
    details = getattr(usage, "prompt_tokens_details", None)
    return Completion(
        text=text,
        tokens_in=usage.prompt_tokens if usage else 0,
        tokens_reused=(details.cached_tokens or 0) if details else 0,
        tokens_out=usage.completion_tokens if usage else 0,
        seconds=time.monotonic() - started,
        cut=finish == "length",
    )


def _break_off(response: Any) -> None:
    """Shut the connection from another thread: the server sees it and stops; a blocked read returns at once."""
    network = response.extensions.get("network_stream")
    connection = network.get_extra_info("socket") if network else None
    if connection is not None:
        try:
            connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # already closed: it ended by itself


@contextmanager
def _errors_as_ours(endpoint: Endpoint, request: Request, turn: Turn) -> Iterator[None]:
    import httpx2
    import openai

    try:
        yield
    except (openai.APIStatusError, openai.APIConnectionError, openai.APIError, httpx2.HTTPError, OSError) as error:
        raise _ours(error, endpoint, request, turn) from error
    except ModelUnavailable as error:
        if not turn.reason:
            raise
        raise _ours(error, endpoint, request, turn) from error


def _ours(error: Exception, endpoint: Endpoint, request: Request, turn: Turn) -> ModelError:
    import openai

    if turn.reason == DEADLINE or isinstance(error, openai.APITimeoutError):
        return ModelTimeout(f"the model gave no answer within {request.timeout_seconds:g} s. Try again.")
    if turn.reason:
        return ModelPutOff(f"the call gave way: {turn.reason}. Ask it again.")
    if isinstance(error, openai.APIStatusError) and error.status_code not in LATER:
        mend = "Check INTENTLY_LLM_KEY." if error.status_code in (401, 403) else "Check INTENTLY_LLM_URL and _MODEL."
        return ModelError(f"{endpoint.url} refused the call ({error.status_code}: {error.message[:300]}). {mend}")
    busy = ModelBusy(f"{endpoint.url} does not answer ({type(error).__name__}: {str(error)[:200]}). Is it running?")
    if isinstance(error, openai.APIStatusError):
        busy.retry_after = _retry_after(error.response.headers.get("retry-after"))
    return busy


def _retry_after(header: str | None) -> float | None:
    """Seconds to wait, of a Retry-After in seconds or as a date; None for none, or for what cannot be read."""
    if header is None:
        return None
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - time.time())
    except ValueError:
        return None
