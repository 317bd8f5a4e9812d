"""The page `/label`: people judge what was made, blind, one question at a time, with the criterion's words beside it.

For keys of scope shop or admin. What a template gets of a subject is `Shown`: no system, no model, no other rater's
word. Every answer is committed before the next question comes, so a reload loses nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote, unquote

from fastapi import APIRouter, Depends, Form, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from intently.engine import Engine
from intently.engine.labelling import LONGEST_NOTE, Round, check_rater
from intently.errors import BadRequest
from intently.judge.question import UNSURE, Question
from intently.judge.queue import Progress, Todo, mirrored
from intently.judge.shown import shown_of
from intently.nouns import Id
from intently.serve.depends import CallerIs, StoresOf
from intently.serve.pages.render import fragment, is_fragment, render
from intently.serve.pages.view import query
from intently.serve.pages.visit import YEAR_SECONDS

__all__ = ["router"]

router = APIRouter(prefix="/label", include_in_schema=False)
RATER_COOKIE = "intently_rater"
NAMES = {"pair": "Which feed repeats itself?", "tag": "Tags", "reason": "Reasons", "item": "Items", "slate": "Feeds"}
SIDES = ("left", "right")
TOLD = {
    "kept": "Kept.",
    "back": "Taken back: answer it again.",
    "nothing": "There is nothing of yours to take back in this round.",
}
Name = Annotated[str, Query(max_length=128)]


@dataclass(frozen=True, slots=True)
class Desk:
    """Who rates, in which store; `rater` empty: no name was given yet."""

    engine: Engine
    store: str
    rater: str


def desk(
    request: Request, stores: StoresOf, by: CallerIs, store: Annotated[str | None, Query(max_length=64)] = None
) -> Desk:
    """Raises Refused without a key of scope shop or admin."""
    by.need("shop")
    known = stores.known(store)
    return Desk(stores.engine(known), known, unquote(request.cookies.get(RATER_COOKIE, "")))


DeskIs = Annotated[Desk, Depends(desk)]


@dataclass(frozen=True, slots=True)
class Answer:
    """One button. `head`: the answer in a word, `words`: what it means; `key`: the key that presses it."""

    value: str
    head: str
    words: str
    key: int


@dataclass(frozen=True, slots=True)
class Column:
    """A feed of a pair, as it stands on the screen. `asked`: the question is about it."""

    name: str
    lines: tuple[str, ...]
    asked: bool


@router.get("")
def rounds(desk: DeskIs) -> Response:
    """Which rounds there are, and who rates."""
    found = [_round(desk, one) for one in desk.engine.labelling.rounds(desk.rater)]
    return _page("label.html", {**_frame(desk), "rounds": found})


@router.post("/rater")
def rater(request: Request, desk: DeskIs, name: Annotated[str, Form(max_length=200)]) -> Response:
    """Keep the rater's name in this browser."""
    response = RedirectResponse(f"/label?{query(store=desk.store)}", 303)
    secure = request.url.scheme == "https"
    response.set_cookie(
        RATER_COOKIE, quote(check_rater(name)), max_age=YEAR_SECONDS, httponly=True, samesite="strict", secure=secure
    )
    return response


@router.get("/rate")
def rate(desk: DeskIs, batch: Name, task: Name, told: Annotated[str, Query(max_length=20)] = "") -> Response:
    """The next question of a round. `told`: a name of TOLD, what the step before it did where no script says so."""
    if not desk.rater:
        return RedirectResponse(f"/label?{query(store=desk.store)}", 303)
    return _page("label_rate.html", {**_frame(desk), **_question_part(desk, batch, task, TOLD.get(told, ""))})


@router.post("/answer")
def answer(
    request: Request,
    desk: DeskIs,
    batch: Annotated[Id, Form()],
    task: Annotated[Id, Form()],
    subject_id: Annotated[Id, Form()],
    criterion: Annotated[Id, Form()],
    version: Annotated[Id, Form()],
    value: Annotated[str, Form(max_length=64)],
    note: Annotated[str, Form(max_length=LONGEST_NOTE)] = "",
) -> Response:
    """Keep an answer and show what comes next."""
    desk.engine.labelling.answer(_rater(desk), subject_id, criterion, version, value, note.strip())
    return _next(request, desk, batch, task, "kept")


@router.post("/undo")
def undo(request: Request, desk: DeskIs, batch: Annotated[Id, Form()], task: Annotated[Id, Form()]) -> Response:
    """Take the last answer back and ask its question again."""
    back = desk.engine.labelling.undo(_rater(desk), batch, task)
    return _next(request, desk, batch, task, "back" if back else "nothing")


def _rater(desk: Desk) -> str:
    if not desk.rater:
        raise BadRequest("nobody is rating in this browser. Write your name on the labelling page first.")
    return desk.rater


def _next(request: Request, desk: Desk, batch: str, task: str, told: str) -> Response:
    if not is_fragment(request):
        return RedirectResponse(f"/label/rate?{query(store=desk.store, batch=batch, task=task, told=told)}", 303)
    return fragment("parts/label_next.html", {**_frame(desk), **_question_part(desk, batch, task, TOLD[told])})


def _page(template: str, values: Mapping[str, Any]) -> HTMLResponse:
    return HTMLResponse(render(template, values), headers={"Cache-Control": "no-store"})


def _frame(desk: Desk) -> dict[str, Any]:
    spec = desk.engine.store.spec
    return {"store": desk.store, "shop": spec.name, "here": query(store=desk.store), "rater": desk.rater, "told": ""}


def _round(desk: Desk, one: Round) -> dict[str, Any]:
    link = query(store=desk.store, batch=one.batch, task=one.task)
    return {"batch": one.batch, "name": NAMES.get(one.task, one.task), "link": link, "progress": one.progress,
            "share": _share(one.progress)}  # fmt: skip


def _share(progress: Progress) -> int:
    """Of the questions that are this rater's, how many are answered, in percent."""
    own = progress.mine + progress.left
    return round(100 * progress.mine / own) if own else 100


def _question_part(desk: Desk, batch: str, task: str, told: str = "") -> dict[str, Any]:
    todo, progress = desk.engine.labelling.todo(desk.rater, batch, task)
    values = {
        "batch": batch, "task": task, "name": NAMES.get(task, task), "progress": progress, "share": _share(progress),
        "told": told, "ask": None,
    }  # fmt: skip
    steps = len(desk.engine.labelling.questions(task))
    return values if todo is None else {**values, "ask": _asked(todo, desk.rater, steps)}


def _asked(todo: Todo, rater: str, steps: int) -> dict[str, Any]:
    """One question in words: what is judged, the facts, the answers with their keys."""
    shown, turned = shown_of(todo.subject), mirrored(todo.subject, rater)
    question = todo.question
    names = dict(zip("ba" if turned else "ab", SIDES, strict=True))
    words = {"left": SIDES[0], "right": SIDES[1], "side": names.get(question.side, "")}
    columns = tuple(
        Column(names[side], tuple(text.split("\n")), question.side == side)
        for side, text in _ordered(shown.sides, turned)
    )
    return {
        "subject_id": todo.subject.subject_id, "criterion": question.criterion, "version": question.version,
        "text": question.text.format_map(words) if shown.sides else question.text,
        "title": question.criterion.split("-")[0], "answers": _answers(question, turned, names),
        "unsure": UNSURE, "judged": shown.text, "columns": columns,
        "facts": [(name, text.split("\n")) for name, text in shown.facts],
        "number": todo.number, "step": todo.step, "steps": steps,
    }  # fmt: skip


def _ordered(sides: tuple[str, str] | None, turned: bool) -> list[tuple[str, str]]:
    pairs = list(zip("ab", sides or (), strict=False))
    return pairs[::-1] if turned else pairs


def _answers(question: Question, turned: bool, names: Mapping[str, str]) -> list[Answer]:
    """In the order of the keys; where answers are sides, the left one has the first key whichever side it is."""
    values = list(question.answers.items())
    if "a" not in question.answers:
        return [Answer(value, value.capitalize(), words, key) for key, (value, words) in enumerate(values, 1)]
    heads = {side: f"The {name} feed" for side, name in names.items()}
    return [Answer(value, heads.get(value, "Alike"), words, key)
            for key, (value, words) in enumerate(values[::-1] if turned else values, 1)]  # fmt: skip
