"""Plans, exchange, and whether a territory wishes to belong to a group."""

import sqlalchemy as sa
from alembic import op

from territory.store.append_only import guards
from territory.store.columns import id_type

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables of what organizers think out and what territories exchange."""
    # Not in a batch: that would make the table anew, without the guards of its rows.
    op.add_column("territory", sa.Column("joins", sa.Boolean(), nullable=True))
    _make(
        "exchange",
        sa.Column("territory", id_type(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("amount", sa.Double(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["territory"], ["identity.id"], name=op.f("exchange_territory_fk")),
    )
    op.create_index(op.f("exchange_by_territory"), "exchange", ["territory"], unique=False)
    _make(
        "plan",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("called", sa.Text(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("groups", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
    )


def _make(table: str, *own: sa.schema.SchemaItem) -> None:
    op.create_table(
        table,
        sa.Column("id", id_type(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        *own,
        sa.ForeignKeyConstraint(["id"], ["identity.id"], name=op.f(f"{table}_id_fk")),
        sa.ForeignKeyConstraint(
            ["seq"], ["log.seq"], name=op.f(f"{table}_seq_fk"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", "revision", name=op.f(f"{table}_pk")),
    )
    op.create_index(f"{table}_by_seq", table, ["seq"], unique=False)
    for statement in guards(table, op.get_bind().dialect.name):
        op.execute(statement)
