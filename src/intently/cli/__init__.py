"""The command line: `intently VERB`. Results go to stdout, progress and logs to stderr; `--json` prints one object.

A package of one file a group of verbs: `people` (feed, say), `understanding`, `reasons` (reason), `inferred` (show),
`remembered` (memory), `shop` (init, import), `run` (demo, serve), `label` (people's labels), `judging` (judge),
`learning` (learn), `models` (model get), `mcp` (for agents), `proof`, `proof_of_model` (evaluate). Rooms are imported
inside the verbs, so that `--help` answers at once.
"""

import logging
import sys

import typer

from intently.cli import (
    inferred,
    judging,
    label,
    learning,
    mcp,
    models,
    people,
    proof,
    proof_of_model,
    reasons,
    remembered,
    report,
    run,
    shop,
    understanding,
)
from intently.errors import IntentlyError

__all__ = ["app", "main"]

app = typer.Typer(
    name="intently",
    help="A recommender that knows what people want, and does what they say.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for group in (
    run,
    people,
    understanding,
    reasons,
    inferred,
    remembered,
    shop,
    label,
    report,
    judging,
    learning,
    models,
    mcp,
    proof,
    proof_of_model,
):
    group.register(app)


def main() -> None:
    """Run a verb; our own errors are one line on stderr and an exit code, never a stack trace."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    try:
        app()
    except IntentlyError as error:
        print(f"intently: {error}", file=sys.stderr)
        for note in getattr(error, "__notes__", []):
            print(f"  {note}", file=sys.stderr)
        raise SystemExit(error.exit_code) from None
    except BrokenPipeError:
        raise SystemExit(141) from None
