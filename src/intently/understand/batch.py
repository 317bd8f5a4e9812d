"""Understanding many people: one person's failure is a row, a spent budget ends the batch cleanly."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from intently.errors import BudgetSpent, IntentlyError

__all__ = ["BatchReport", "understand_users"]


@dataclass(frozen=True, slots=True)
class BatchReport:
    """How a batch ended. `stopped`: why it ended before all people were done; empty if it did not."""

    done: tuple[str, ...]
    failed: tuple[str, ...]
    stopped: str = ""

    @property
    def failed_share(self) -> float:
        tried = len(self.done) + len(self.failed)
        return len(self.failed) / tried if tried else 0.0


def understand_users(user_ids: Iterable[str], understand: Callable[[str], object]) -> BatchReport:
    """Run `understand` for each person. One person's failure is a row, not the end; a spent budget ends it cleanly."""
    done: list[str] = []
    failed: list[str] = []
    for user_id in user_ids:
        try:
            understand(user_id)
        except BudgetSpent as error:
            return BatchReport(tuple(done), tuple(failed), str(error))
        except IntentlyError:
            failed.append(user_id)  # understand_user has kept the row
        else:
            done.append(user_id)
    return BatchReport(tuple(done), tuple(failed))
