"""Which pipeline understood a person, with which personas, cues and notes."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

EMPTY = {"pipeline": "v1", "personas": "[]", "cues": "[]", "notes": "{}"}


def upgrade() -> None:
    with op.batch_alter_table("understanding", table_kwargs={"sqlite_autoincrement": True}) as table:
        for name, empty in EMPTY.items():
            table.add_column(sa.Column(name, sa.Text, nullable=False, server_default=empty))
    with op.batch_alter_table("understanding", table_kwargs={"sqlite_autoincrement": True}) as table:
        for name in EMPTY:
            table.alter_column(name, server_default=None)
