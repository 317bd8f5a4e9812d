"""A stand-in for a hosted model: a real HTTP server that speaks the wire, with a delay, and counts what it was asked.

The answer is a function of the prompt and of the schema that comes with it: the same question gets the same answer in
whatever run, so the work of a run that was killed can be compared with that of one which was not. It needs no model
and no key. By hand: `python -m tests.stand_in --port 9100 --delay 0.05`.
"""

import argparse
import hashlib
import json
import math
import random
import re
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

__all__ = ["StandIn"]

KINDS = "quiet harsh early late northern southern warm cold broken hidden lost wild slow bright bitter gentle".split()
THINGS = "harbour winter island war family city forest train garden mirror season island crime voyage letter".split()
LETTERS = "aeioubcdfglmnprstvw"
CATEGORIES = {
    "CATEGORY_SPACE": r"\s", "CATEGORY_NOT_SPACE": r"\S", "CATEGORY_WORD": r"\w", "CATEGORY_NOT_WORD": r"\W",
    "CATEGORY_DIGIT": r"\d", "CATEGORY_NOT_DIGIT": r"\D",
}  # fmt: skip
WORDS = 4  # characters of a token, about


class StandIn:
    """Serves from the making of it to `close`. `refusals`: (status, Retry-After or None) of the next calls to refuse.

    delay: seconds of an answer; `asked`: how often each question came to be answered, by the hash of the prompt;
    `most`: the most calls that were being answered at one time.
    """

    def __init__(self, port: int = 0, *, delay: float = 0.0, refusals: list[tuple[int, str | None]] | None = None):
        self.delay = delay
        self.refusals = list(refusals or [])
        self.asked: Counter[str] = Counter()
        self.times: list[float] = []
        self.most = self._running = 0
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", port), _handler_of(self))
        threading.Thread(target=self._server.serve_forever, daemon=True, name="stand-in").start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def answered(self) -> int:
        """Calls that were answered, repeated ones too."""
        return sum(self.asked.values())

    def forget(self) -> "Counter[str]":
        """How often each question was answered so far; from now on they count anew."""
        with self._lock:
            asked, self.asked = self.asked, Counter()
        return asked

    def __enter__(self) -> "StandIn":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def refusal(self) -> tuple[int, str | None] | None:
        with self._lock:
            self.times.append(time.monotonic())
            return self.refusals.pop(0) if self.refusals else None

    def answer(self, body: dict[str, Any]) -> str:
        """The text of the answer, after the delay."""
        told = json.dumps([body["messages"], body.get("response_format")], sort_keys=True)
        digest = hashlib.sha256(told.encode()).hexdigest()
        with self._lock:
            self._running += 1
            self.most = max(self.most, self._running)
        draw = random.Random(digest)
        time.sleep(self.delay * (0.5 + draw.random()))
        with self._lock:
            self._running -= 1
            self.asked[digest] += 1
        schema = body.get("response_format", {}).get("json_schema", {}).get("schema")
        return json.dumps(value_of(schema, draw, schema)) if schema else _words(draw)


def value_of(schema: Any, draw: random.Random, root: dict[str, Any]) -> Any:
    """A value that fits a JSON schema, drawn from the seed."""
    if "$ref" in schema:
        return value_of(root["$defs"][schema["$ref"].rsplit("/", 1)[1]], draw, root)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return draw.choice(schema["enum"])
    for word in ("anyOf", "oneOf"):
        if word in schema:
            return value_of(schema[word][0], draw, root)
    return _OF_TYPE[schema["type"]](schema, draw, root)


def _object(schema: dict[str, Any], draw: random.Random, root: dict[str, Any]) -> dict[str, Any]:
    return {name: value_of(part, draw, root) for name, part in schema["properties"].items()}


def _array(schema: dict[str, Any], draw: random.Random, root: dict[str, Any]) -> list[Any]:
    first = [value_of(part, draw, root) for part in schema.get("prefixItems", [])]
    least = schema.get("minItems", 1)
    count = max(0, draw.randint(least, max(least, schema.get("maxItems", least + 2))) - len(first))
    one = schema.get("items")
    return first + [value_of(one, draw, root) for _ in range(count)] if one else first


def _integer(schema: dict[str, Any], draw: random.Random, root: dict[str, Any]) -> int:
    return draw.randint(schema.get("minimum", 1), schema.get("maximum", 9))


def _string(schema: dict[str, Any], draw: random.Random, root: dict[str, Any]) -> str:
    return text_of(schema["pattern"], draw) if "pattern" in schema else _words(draw)


def text_of(pattern: str, draw: random.Random) -> str:
    """A text of a regular expression, of small letters where it leaves the choice."""
    text = "".join(_part(kind, value, draw) for kind, value in re._parser.parse(pattern))  # type: ignore[attr-defined]
    assert re.search(pattern, text), f"teach the stand-in texts of {pattern}: {text!r} is none"
    return text


def _part(kind: Any, value: Any, draw: random.Random) -> str:
    name = str(kind)
    if name == "LITERAL":
        return chr(value)
    if name in ("IN", "NOT_LITERAL", "ANY"):
        return _letter(name, value, draw)
    if name == "BRANCH":
        return "".join(_part(*one, draw) for one in draw.choice(value[1]))
    if name == "SUBPATTERN":
        return "".join(_part(*one, draw) for one in value[-1])
    if name == "MAX_REPEAT":
        least, most, inner = value
        times = draw.randint(least, min(int(most), max(least, 3)) if len(inner) > 1 else min(int(most), least + 5))
        return "".join(_part(*one, draw) for _ in range(times) for one in inner)
    assert name == "AT", f"teach the stand-in {name}"
    return ""


def _letter(name: str, value: Any, draw: random.Random) -> str:
    """A character that a class takes: a small letter if it takes any, else one that it names."""
    if name == "IN":
        tests = re.compile(_class_of(value))
        letters = [letter for letter in LETTERS if tests.fullmatch(letter)]
        return draw.choice(letters or [chr(one) for kind, one in value if str(kind) == "LITERAL"])
    return draw.choice([letter for letter in LETTERS if letter != (chr(value) if value else "")])


def _class_of(parts: Any) -> str:
    """The source of a class of characters."""
    written = {"LITERAL": lambda one: re.escape(chr(one)), "NEGATE": lambda one: "^",
               "RANGE": lambda one: f"{re.escape(chr(one[0]))}-{re.escape(chr(one[1]))}",
               "CATEGORY": lambda one: CATEGORIES[str(one)]}  # fmt: skip
    return "[" + "".join(written[str(kind)](one) for kind, one in parts) + "]"


def _words(draw: random.Random) -> str:
    return f"{draw.choice(KINDS)} {draw.choice(THINGS)} {draw.choice(THINGS)}"


def _likely(text: str) -> list[dict[str, Any]]:
    """How likely each first word of an answer is: of "Yes" and "No" anything by the text, at least one in 1,000."""
    chance = 0.001 + 0.998 * random.Random(text).random()
    return [{"token": word, "logprob": math.log(one)} for word, one in (("Yes", chance), ("No", 1 - chance))]


_OF_TYPE = {
    "object": _object,
    "array": _array,
    "integer": _integer,
    "number": _integer,
    "string": _string,
    "boolean": lambda schema, draw, root: draw.random() < 0.5,
    "null": lambda schema, draw, root: None,
}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed is no news."""


def _handler_of(stand_in: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            refused = stand_in.refusal()
            if refused is not None:
                status, retry_after = refused
                more = {} if retry_after is None else {"Retry-After": retry_after}
                return self._send(status, {"error": {"message": "come back later"}}, more)
            text = stand_in.answer(body)
            tokens_in, tokens_out = len(str(body["messages"])) // WORDS, max(1, len(text) // WORDS)
            usage = {
                "prompt_tokens": tokens_in,
                "completion_tokens": tokens_out,
                "total_tokens": tokens_in + tokens_out,
            }
            choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
            if body.get("logprobs"):
                choice["logprobs"] = {"content": [{"token": "", "logprob": 0.0, "top_logprobs": _likely(text)}]}
            made = {"id": "x", "object": "chat.completion", "created": 0, "model": body["model"]}
            self._send(200, {**made, "choices": [choice], "usage": usage}, {})

        def do_GET(self) -> None:
            counts = {"answered": stand_in.answered, "different": len(stand_in.asked), "most": stand_in.most}
            self._send(200, counts, {})

        def _send(self, status: int, body: dict[str, Any], headers: dict[str, str]) -> None:
            raw = json.dumps(body).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", "Content-Length": str(len(raw)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet: its standard error is that of the tests."""

    return Handler


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=9100)
    parser.add_argument("--delay", type=float, default=0.0, help="seconds of an answer, about")
    arguments = parser.parse_args()
    stand_in = StandIn(arguments.port, delay=arguments.delay)
    print(stand_in.url, flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
