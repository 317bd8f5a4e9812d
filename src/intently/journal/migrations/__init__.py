"""Numbered steps that bring the tables of a journal to this version; only ever added, never changed.

Run by `open_journal`. To add one: `versions/step_NNNN.py` with its `revision`, the change in `tables.py`, and HEAD.
"""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from intently.errors import StoreError
from intently.journal.store import Store

__all__ = ["HEAD", "migrate"]

HEAD = "0007"  # the newest step
LOCK = 7_236_101  # names the advisory lock of PostgreSQL under which steps run


def migrate(store: Store) -> None:
    """Bring the tables to HEAD in one transaction. Raises StoreError when they are newer than this program."""
    with store.read() as connection:
        if _version(connection) == HEAD:  # the usual case, without loading Alembic
            return
    with store.write() as connection:
        if not store.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        _upgrade(connection, store.place)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def _upgrade(connection: Connection, place: str) -> None:
    from alembic.config import Config  # loaded only when there is a step to run
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    script = ScriptDirectory(str(Path(__file__).parent))
    known = {step.revision for step in script.walk_revisions()}
    version = _version(connection)
    if version is not None and version not in known:
        raise StoreError(f"{place}: its tables are of version {version}, newer than this program knows ({HEAD}). "
                         "Install the intently that wrote it: pip install --upgrade intently")  # fmt: skip
    with EnvironmentContext(Config(), script, fn=lambda now, _: script._upgrade_revs(HEAD, now)) as steps:
        steps.configure(connection=connection, transactional_ddl=True)
        steps.run_migrations()
