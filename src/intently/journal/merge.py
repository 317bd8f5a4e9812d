"""Two ids turn out to be one person: what the anonymous one did and said becomes the known one's."""

from datetime import datetime

from sqlalchemy import Connection, Table, delete, select, update

from intently.errors import BadRequest
from intently.journal.memory import MemoryRow, find_profile, memory_head, put_memory, put_profile
from intently.journal.tables import PERSON_TABLES, command, memory, proposal, reply, stage, understanding
from intently.nouns import Profile

__all__ = ["merge_user"]


def merge_user(connection: Connection, source: str, target: str, now: datetime) -> dict[str, int]:
    """Move all rows of `source` to `target`; returns how many by name. A second call finds nothing and changes nothing.

    Memory: the known person's head gets a new version with the entries of both, the known person's first; who had no
    memory takes over the versions as they are. The known person's profile, understanding and stages win.
    Raises BadRequest when the two are the same id, Stale when the target's memory changes at the same moment.
    """
    if source == target:
        raise BadRequest(f"user {source!r} cannot be merged into itself. Name the anonymous id as the source.")
    moved = {"memory": _merge_memory(connection, source, target, now)}
    moved["profile"] = _merge_profile(connection, source, target)
    if connection.execute(select(understanding.c.user_id).where(understanding.c.user_id == target).limit(1)).first():
        connection.execute(delete(understanding).where(understanding.c.user_id == source))
    for table, key in ((command, "command_id"), (reply, "key"), (proposal, "proposal_id")):
        _drop_known(connection, table, key, source, target)
    connection.execute(delete(stage).where(stage.c.user_id == source))  # its inputs were the source's history alone
    connection.execute(delete(PERSON_TABLES["jobs"]).where(PERSON_TABLES["jobs"].c.user_id == source))
    for name in PERSON_TABLES.keys() - moved.keys():
        table = PERSON_TABLES[name]
        given = update(table).where(table.c.user_id == source).values(user_id=target)
        moved[name] = connection.execute(given).rowcount
    return moved


def _merge_memory(connection: Connection, source: str, target: str, now: datetime) -> int:
    theirs, ours = memory_head(connection, source), memory_head(connection, target)
    if theirs is None:
        return 0
    if ours is None:
        taken = update(memory).where(memory.c.user_id == source).values(user_id=target)
        return connection.execute(taken).rowcount
    if theirs.state.get("entries"):
        put_memory(connection, _joined(ours, theirs, now), ours.version)
    return connection.execute(delete(memory).where(memory.c.user_id == source)).rowcount


def _joined(ours: MemoryRow, theirs: MemoryRow, now: datetime) -> MemoryRow:
    kept = list(ours.state.get("entries", ()))
    new = [entry for entry in theirs.state["entries"] if entry not in kept]
    state = {**theirs.state, **ours.state, "entries": kept + new}
    return MemoryRow(ours.user_id, ours.version + 1, ours.version, "merge", None, None, now, state)


def _merge_profile(connection: Connection, source: str, target: str) -> int:
    theirs, ours = find_profile(connection, source), find_profile(connection, target)
    if theirs is None:
        return 0
    attributes = {**theirs.attributes, **(ours.attributes if ours else {})}
    put_profile(connection, Profile(user_id=target, attributes=attributes))
    put_profile(connection, Profile(user_id=source))
    return 1


def _drop_known(connection: Connection, table: Table, key: str, source: str, target: str) -> None:
    """Drop the source's rows whose key the target has too: the known person's holds."""
    known = select(table.c[key]).where(table.c.user_id == target)
    connection.execute(delete(table).where(table.c.user_id == source, table.c[key].in_(known)))
