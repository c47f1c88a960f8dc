"""Reference layers have an end."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Note from which day on a layer no longer counts."""
    # Not in a batch: that would make the table anew, without the guards of its rows.
    op.add_column("reference_layer", sa.Column("until", sa.Date(), nullable=True))
