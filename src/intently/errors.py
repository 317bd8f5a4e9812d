"""Every error that intently raises on purpose, as one tree.

IntentlyError                what was wrong, where, and the mend; carries an exit code and an HTTP status
├── DataError                a file, a row or a value that a user gave is not usable
│   ├── CatalogError         the catalogue's TOML is wrong
│   └── BadRequest           an argument of a call, a command line or an HTTP request is wrong
├── ContractBroken           a third party's tool does not keep the contract of tools
├── NotFound                 no such item, feed, preference, version or store
├── Stale                    the caller saw an older version than the one in force
├── Refused                  the key does not permit this, the server will not listen there, or a gate is shut
├── StoreError               the journal cannot be opened, read or written
├── ModelError               the language model could not answer
│   ├── ModelUnavailable     nothing listens, it is starting, or the connection broke
│   │   └── ModelBusy        the endpoint asked to come back later, or the connection broke: worth asking again
│   ├── ModelTimeout         no answer before the deadline
│   ├── ModelPutOff          a batch call gave way to a person waiting; ask again
│   ├── AnswerInvalid        the answer broke its schema twice
│   └── BudgetSpent          the budget of tokens, money or seconds is used up
└── FetchError               a model or encoder file could not be fetched or has the wrong digest
"""

from collections.abc import Iterator
from contextlib import contextmanager

__all__ = [
    "AnswerInvalid",
    "BadRequest",
    "BudgetSpent",
    "CatalogError",
    "ContractBroken",
    "DataError",
    "FetchError",
    "IntentlyError",
    "ModelBusy",
    "ModelError",
    "ModelPutOff",
    "ModelTimeout",
    "ModelUnavailable",
    "NotFound",
    "Refused",
    "Stale",
    "StoreError",
    "stage",
]


class IntentlyError(Exception):
    """Base of all errors raised on purpose. `exit_code` is for the command line, `status` for HTTP."""

    exit_code = 1
    status = 500


class DataError(IntentlyError):
    exit_code = 2
    status = 422


class CatalogError(DataError):
    pass


class BadRequest(DataError):
    pass


class ContractBroken(IntentlyError):
    pass


class NotFound(IntentlyError):
    exit_code = 3
    status = 404


class Stale(IntentlyError):
    exit_code = 4
    status = 409


class Refused(IntentlyError):
    exit_code = 5
    status = 403


class StoreError(IntentlyError):
    exit_code = 6
    status = 503


class ModelError(IntentlyError):
    exit_code = 7
    status = 503


class ModelUnavailable(ModelError):
    pass


class ModelBusy(ModelUnavailable):
    """`retry_after`: seconds that the endpoint asked to wait; None if it named none."""

    retry_after: float | None = None


class ModelTimeout(ModelError):
    pass


class ModelPutOff(ModelError):
    pass


class AnswerInvalid(ModelError):
    pass


class BudgetSpent(ModelError):
    pass


class FetchError(IntentlyError):
    exit_code = 8
    status = 503


@contextmanager
def stage(name: str, **place: object) -> Iterator[None]:
    """Add where it happened, as a note, to any of our errors that crosses this block."""
    try:
        yield
    except IntentlyError as error:
        where = ", ".join(f"{key}={value}" for key, value in place.items())
        error.add_note(f"in {name}" + (f" ({where})" if where else ""))
        raise
