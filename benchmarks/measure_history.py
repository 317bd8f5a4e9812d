"""How many tokens does compression save, and who fits the window before and after?

    python benchmarks/measure_history.py films
    python benchmarks/measure_history.py groceries --data FOLDER

Every person's whole history, uncapped, in five forms: raw records one line an event (date, kind, title, all shown
facets), titles alone one line an event, compressed items one line an event, raw records in two-step lines, and both
compressions. `ratio`: how many times fewer
tokens than raw, the mean over people with its 95% bootstrap interval; `longest quarter`: the same for the quarter with
the most events. `inside`: share of people whose whole history fits the window of `understand.history_tokens` and of the
embedded server's slot. Tokens by the tokenizer of the model's file, if it is there, else by the approximation; where
both can count, the approximation's error on these texts. The last line is one JSON object.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from history_grounds import Histories, films, groceries
from intently.config import load_config
from intently.evaluate.commit import commit
from intently.evaluate.metrics import mean_interval
from intently.language.prompt import approximate_tokens
from intently.understand.accounting import (
    FORMS,
    Account,
    account_of,
    counter_of,
    histories_of,
    longest_quarter,
    share_inside,
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ground", choices=["films", "groceries"])
    parser.add_argument("--data", type=Path, help="folder of the evaluation data")
    parser.add_argument("--people", type=int, default=500)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    drawn = (
        films(arguments.people, arguments.seed)
        if arguments.ground == "films"
        else groceries(arguments.people, arguments.seed, arguments.data)
    )
    config = load_config()
    counter = counter_of(config)
    accounts, guesses = [], []
    for user_id, events in drawn.people.items():
        texts = histories_of(events, drawn.spec, drawn.snapshot, drawn.as_of)
        accounts.append(account_of(user_id, len(events), texts, counter))
        guesses.append({form: approximate_tokens(text) for form, text in texts.items()})
    windows = (config.understand.history_tokens, config.language.context_tokens // 2)
    rows = [_row(form, accounts, windows, arguments.seed) for form in FORMS]
    error = _error(accounts, guesses) if counter.exact else None
    _tell(drawn, accounts, rows, windows, counter.name, error)
    told = {"benchmark": "history", "ground": drawn.name, "people": len(accounts), "tokenizer": counter.name}
    print(json.dumps({**told, "commit": commit(), "windows": windows, "rows": rows, "approximation_error": error}))


def _row(form: str, accounts: Sequence[Account], windows: tuple[int, ...], seed: int) -> dict[str, Any]:
    longest = longest_quarter(accounts)
    whole, quarter = (
        mean_interval(np.array([one.ratio(form) for one in group]), seed) for group in (accounts, longest)
    )
    return {
        "form": form,
        "tokens": round(float(np.mean([one.tokens[form] for one in accounts]))),
        "ratio": [round(value, 3) for value in (whole.mean, whole.low, whole.high)],
        "tokens_longest": round(float(np.mean([one.tokens[form] for one in longest]))),
        "ratio_longest": [round(value, 3) for value in (quarter.mean, quarter.low, quarter.high)],
        "inside": [round(share_inside(accounts, form, window), 3) for window in windows],
    }


def _error(accounts: Sequence[Account], guesses: Sequence[dict[str, int]]) -> dict[str, float]:
    """By form: mean relative error of the approximation over people, signed (below 0: it counts too few)."""
    return {
        form: round(
            float(
                np.mean(
                    [guess[form] / max(1, one.tokens[form]) - 1 for one, guess in zip(accounts, guesses, strict=True)]
                )
            ),
            3,
        )
        for form in FORMS
    }


def _tell(
    drawn: Histories,
    accounts: Sequence[Account],
    rows: Sequence[dict[str, Any]],
    windows: tuple[int, ...],
    tokenizer: str,
    error: dict[str, float] | None,
) -> None:
    events = [one.events for one in accounts]
    print(f"{drawn.name}, {len(accounts)} people with {np.mean(events):.0f} events (median {np.median(events):.0f})")
    print(f"tokens by {tokenizer}, commit {commit()}")
    heads = "  ".join(f"inside {window:,}" for window in windows)
    print(f"{'form':16} {'tokens':>8}  {'ratio':17}  {'longest quarter':>15}  {'ratio':17}  {heads}")
    for row in rows:
        ratio, longest = ("{:.2f} ({:.2f}-{:.2f})".format(*row[key]) for key in ("ratio", "ratio_longest"))
        inside = "  ".join(f"{share:12.1%}" for share in row["inside"])
        print(f"{row['form']:16} {row['tokens']:8,}  {ratio:17}  {row['tokens_longest']:15,}  {longest:17}  {inside}")
    if error is not None:
        print("approximation: " + ", ".join(f"{form} {value:+.1%}" for form, value in error.items()))


if __name__ == "__main__":
    main()
