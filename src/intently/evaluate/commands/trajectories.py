"""Trajectories: every session as one JSON line (command, changes, feed, outcome), written as it is played, and read
back whole or by outcome.

A line that was cut off by a kill is dropped, and its session is played again.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from intently.errors import BadRequest, DataError
from intently.evaluate.commands.play import Session, session_from, session_json

__all__ = ["OUTCOMES", "append_session", "filter_sessions", "read_sessions"]

OUTCOMES: Mapping[str, Callable[[Session], bool]] = {
    "passed": lambda session: session.passed,
    "failed": lambda session: not session.passed,
    "empty": lambda session: any(not one.item_ids for one in session.rounds),
    "violated": lambda session: any(bool(one.violations) or one.hard not in (None, 1.0) for one in session.rounds),
    "stale": lambda session: any(bool(one.stale) for one in session.rounds),
    "unread": lambda session: any(one.failed for one in session.rounds),
    # Of use for learning from: it ends in the target, every bound held, and every command could be read.
    "valid": lambda session: (
        session.passed and all(one.hard in (None, 1.0) and not one.failed and one.item_ids for one in session.rounds)
    ),
}


def append_session(path: Path, session: Session) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(session_json(session), ensure_ascii=False) + "\n")


def read_sessions(path: Path) -> list[Session]:
    """Every whole line, in order. Raises DataError for a line that is none of ours."""
    if not path.is_file():
        return []
    text = path.read_text("utf-8")
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        path.write_text(whole, "utf-8")
    try:
        return [session_from(json.loads(line)) for line in whole.splitlines()]
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"{path}: is no file of trajectories ({error}). Move it away; sessions are played anew."
        ) from error


def filter_sessions(sessions: list[Session], outcome: str, split: str = "") -> Iterator[Session]:
    """Those with this outcome, of one half of the templates if it is named. Raises BadRequest for an unknown one."""
    if outcome not in OUTCOMES:
        raise BadRequest(f"there is no outcome {outcome!r}; choose one of {', '.join(OUTCOMES)}")
    for session in sessions:
        if OUTCOMES[outcome](session) and split in ("", session.split):
            yield session
