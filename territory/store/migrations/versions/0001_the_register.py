"""The register."""

import sqlalchemy as sa
from alembic import op

from territory.store.append_only import guard_function, guards
from territory.store.columns import id_type, shape_type

revision = "0001"
down_revision = None

_TABLES = (
    "identity",
    "log",
    "about",
    "act",
    "boundary",
    "code",
    "consent",
    "dispute",
    "key",
    "link",
    "membership",
    "place",
    "proposal",
    "receipt",
    "reference",
    "reference_layer",
    "shared_place",
    "stretch",
    "territory",
)


def upgrade() -> None:
    """Make the tables, and let nobody change their rows."""
    dialect = op.get_bind().dialect.name
    if dialect == "postgresql":
        # Whoever made the database may have done so already, and be the only one who may.
        op.execute("CREATE EXTENSION IF NOT EXISTS postgis")
        op.execute(guard_function())
    op.create_table(
        "identity",
        sa.Column("id", id_type(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("identity_pk")),
    )
    op.create_table(
        "log",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("log_pk")),
    )
    op.create_table(
        "about",
        sa.Column("id", id_type(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("fictitious", sa.Boolean(), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["identity.id"], name=op.f("about_id_fk")),
        sa.ForeignKeyConstraint(
            ["seq"], ["log.seq"], name=op.f("about_seq_fk"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", "revision", name=op.f("about_pk")),
    )
    with op.batch_alter_table("about", schema=None) as batch_op:
        batch_op.create_index("about_by_seq", ["seq"], unique=False)

    op.create_table(
        "act",
        sa.Column("id", id_type(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("territory", id_type(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("eligible", sa.Integer(), nullable=True),
        sa.Column("attended", sa.Integer(), nullable=True),
        sa.Column("in_favour", sa.Integer(), nullable=True),
        sa.Column("against", sa.Integer(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["identity.id"], name=op.f("act_id_fk")),
        sa.ForeignKeyConstraint(
            ["seq"], ["log.seq"], name=op.f("act_seq_fk"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(["territory"], ["identity.id"], name=op.f("act_territory_fk")),
        sa.PrimaryKeyConstraint("id", "revision", name=op.f("act_pk")),
    )
    with op.batch_alter_table("act", schema=None) as batch_op:
        batch_op.create_index("act_by_seq", ["seq"], unique=False)
        batch_op.create_index(batch_op.f("act_by_territory"), ["territory"], unique=False)

    op.create_table(
        "boundary",
        sa.Column("id", id_type(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("shape", shape_type(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("accuracy_m", sa.Double(), nullable=True),
        sa.Column("datum", sa.Text(), nullable=True),
        sa.Column("reasons", sa.Text(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["identity.id"], name=op.f("boundary_id_fk")),
        sa.ForeignKeyConstraint(
            ["seq"], ["log.seq"], name=op.f("boundary_seq_fk"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", "revision", name=op.f("boundary_pk")),
    )
    with op.batch_alter_table("boundary", schema=None) as batch_op:
        batch_op.create_index("boundary_by_seq", ["seq"], unique=False)

    op.create_table(
        "code",
        sa.Column("id", id_type(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("territory", id_type(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["id"], ["identity.id"], name=op.f("code_id_fk")),
        sa.ForeignKeyConstraint(
            ["seq"], ["log.seq"], name=op.f("code_seq_fk"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(["territory"], ["identity.id"], name=op.f("code_territory_fk")),
        sa.PrimaryKeyConstraint("id", "revision", name=op.f("code_pk")),
    )
    with op.batch_alter_table("code", schema=None) as batch_op:
        batch_op.create_index("code_by_seq", ["seq"], unique=False)
        batch_op.create_index(batch_op.f("code_by_territory"), ["territory"], unique=False)

    op.create_table(
        "consent",
        sa.Column("id", id_type(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("territory", id_type(), nullable=False),
        sa.Column("land", id_type(), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["identity.id"], name=op.f("consent_id_fk")),
        sa.ForeignKeyConstraint(["land"], ["identity.id"], name=op.f("consent_land_fk")),
        sa.ForeignKeyConstraint(
            ["seq"], ["log.seq"], name=op.f("consent_seq_fk"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(["territory"], ["identity.id"], name=op.f("consent_territory_fk")),
        sa.PrimaryKeyConstraint("id", "revision", name=op.f("consent_pk")),
    )
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("consent_by_land"), ["land"], unique=False)
        batch_op.create_index("consent_by_seq", ["seq"], unique=False)
        batch_op.create_index(batch_op.f("consent_by_territory"), ["territory"], unique=False)

    op.create_table(
        "dispute",
        sa.Column("id", id_type(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("left", id_type(), nullable=False),
        sa.Column("right", id_type(), nullable=False),
        sa.Column("strip", shape_type(), nullable=False),
        sa.Column("area_m2", sa.Double(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("left_version", sa.Integer(), nullable=False),
        sa.Column("right_version", sa.Integer(), nullable=False),
        sa.Column("opened", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["identity.id"], name=op.f("dispute_id_fk")),
        sa.ForeignKeyConstraint(["left"], ["identity.id"], name=op.f("dispute_left_fk")),
        sa.ForeignKeyConstraint(["right"], ["identity.id"], name=op.f("dispute_right_fk")),
        sa.ForeignKeyConstraint(
            ["seq"], ["log.seq"], name=op.f("dispute_seq_fk"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", "revision", name=op.f("dispute_pk")),
    )
    with op.batch_alter_table("dispute", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("dispute_by_left"), ["left"], unique=False)
        batch_op.create_index(batch_op.f("dispute_by_right"), ["right"], unique=False)
        batch_op.create_index("dispute_by_seq", ["seq"], unique=False)

    op.create_table(
        "key",
        sa.Column("id", id_type(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("territories", sa.Text(), nullable=False),
        sa.Column("area", shape_type(), nullable=True),
        sa.Column("ends", sa.Date(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["identity.id"], name=op.f("key_id_fk")),
        sa.ForeignKeyConstraint(
            ["seq"], ["log.seq"], name=op.f("key_seq_fk"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", "revision", name=op.f("key_pk")),
    )
    with op.batch_alter_table("key", schema=None) as batch_op:
        batch_op.create_index("key_by_seq", ["seq"], unique=False)

    op.create_table(
        "link",
        sa.Column("id", id_type(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("left", id_type(), nullable=False),
        sa.Column("right", id_type(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["id"], ["identity.id"], name=op.f("link_id_fk")),
        sa.ForeignKeyConstraint(["left"], ["identity.id"], name=op.f("link_left_fk")),
        sa.ForeignKeyConstraint(["right"], ["identity.id"], name=op.f("link_right_fk")),
        sa.ForeignKeyConstraint(
            ["seq"], ["log.seq"], name=op.f("link_seq_fk"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", "revision", name=op.f("link_pk")),
    )
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("link_by_left"), ["left"], unique=False)
        batch_op.create_index(batch_op.f("link_by_right"), ["right"], unique=False)
        batch_op.create_index("link_by_seq", ["seq"], unique=False)

    op.create_table(
        "membership",
        sa.Column("id", id_type(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("member", id_type(), nullable=False),
        sa.Column("group", id_type(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("joined_by", sa.Text(), nullable=True),
        sa.Column("left_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["group"], ["identity.id"], name=op.f("membership_group_fk")),
        sa.ForeignKeyConstraint(["id"], ["identity.id"], name=op.f("membership_id_fk")),
        sa.ForeignKeyConstraint(["member"], ["identity.id"], name=op.f("membership_member_fk")),
        sa.ForeignKeyConstraint(
            ["seq"], ["log.seq"], name=op.f("membership_seq_fk"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", "revision", name=op.f("membership_pk")),
    )
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("membership_by_group"), ["group"], unique=False)
        batch_op.create_index(batch_op.f("membership_by_member"), ["member"], unique=False)
        batch_op.create_index("membership_by_seq", ["seq"], unique=False)

    op.create_table(
        "place",
        sa.Column("id", id_type(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("territory", id_type(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("called", sa.Text(), nullable=False),
        sa.Column("at", shape_type(), nullable=False),
        sa.Column("visible", sa.Boolean(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["id"], ["identity.id"], name=op.f("place_id_fk")),
        sa.ForeignKeyConstraint(
            ["seq"], ["log.seq"], name=op.f("place_seq_fk"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(["territory"], ["identity.id"], name=op.f("place_territory_fk")),
        sa.PrimaryKeyConstraint("id", "revision", name=op.f("place_pk")),
    )
    with op.batch_alter_table("place", schema=None) as batch_op:
        batch_op.create_index("place_by_seq", ["seq"], unique=False)
        batch_op.create_index(batch_op.f("place_by_territory"), ["territory"], unique=False)

    op.create_table(
        "proposal",
        sa.Column("id", id_type(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("territory", id_type(), nullable=False),
        sa.Column("shape", shape_type(), nullable=False),
        sa.Column("replaces", sa.Integer(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("accuracy_m", sa.Double(), nullable=True),
        sa.Column("reasons", sa.Text(), nullable=True),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["identity.id"], name=op.f("proposal_id_fk")),
        sa.ForeignKeyConstraint(
            ["seq"], ["log.seq"], name=op.f("proposal_seq_fk"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(["territory"], ["identity.id"], name=op.f("proposal_territory_fk")),
        sa.PrimaryKeyConstraint("id", "revision", name=op.f("proposal_pk")),
    )
    with op.batch_alter_table("proposal", schema=None) as batch_op:
        batch_op.create_index("proposal_by_seq", ["seq"], unique=False)
        batch_op.create_index(batch_op.f("proposal_by_territory"), ["territory"], unique=False)

    op.create_table(
        "receipt",
        sa.Column("id", id_type(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["identity.id"], name=op.f("receipt_id_fk")),
        sa.ForeignKeyConstraint(
            ["seq"], ["log.seq"], name=op.f("receipt_seq_fk"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", "revision", name=op.f("receipt_pk")),
    )
    with op.batch_alter_table("receipt", schema=None) as batch_op:
        batch_op.create_index("receipt_by_seq", ["seq"], unique=False)

    op.create_table(
        "reference",
        sa.Column("id", id_type(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("layer", id_type(), nullable=False),
        sa.Column("called", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("shape", shape_type(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["identity.id"], name=op.f("reference_id_fk")),
        sa.ForeignKeyConstraint(["layer"], ["identity.id"], name=op.f("reference_layer_fk")),
        sa.ForeignKeyConstraint(
            ["seq"], ["log.seq"], name=op.f("reference_seq_fk"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", "revision", name=op.f("reference_pk")),
    )
    with op.batch_alter_table("reference", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("reference_by_layer"), ["layer"], unique=False)
        batch_op.create_index("reference_by_seq", ["seq"], unique=False)

    op.create_table(
        "reference_layer",
        sa.Column("id", id_type(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("called", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("date", sa.Date(), nullable=True),
        sa.Column("licence", sa.Text(), nullable=True),
        sa.Column("disputed", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["id"], ["identity.id"], name=op.f("reference_layer_id_fk")),
        sa.ForeignKeyConstraint(
            ["seq"], ["log.seq"], name=op.f("reference_layer_seq_fk"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", "revision", name=op.f("reference_layer_pk")),
    )
    with op.batch_alter_table("reference_layer", schema=None) as batch_op:
        batch_op.create_index("reference_layer_by_seq", ["seq"], unique=False)

    op.create_table(
        "shared_place",
        sa.Column("id", id_type(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("called", sa.Text(), nullable=False),
        sa.Column("territories", sa.Text(), nullable=False),
        sa.Column("shape", shape_type(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["id"], ["identity.id"], name=op.f("shared_place_id_fk")),
        sa.ForeignKeyConstraint(
            ["seq"], ["log.seq"], name=op.f("shared_place_seq_fk"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", "revision", name=op.f("shared_place_pk")),
    )
    with op.batch_alter_table("shared_place", schema=None) as batch_op:
        batch_op.create_index("shared_place_by_seq", ["seq"], unique=False)

    op.create_table(
        "stretch",
        sa.Column("id", id_type(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("left", id_type(), nullable=False),
        sa.Column("right", id_type(), nullable=False),
        sa.Column("line", shape_type(), nullable=False),
        sa.Column("strip", shape_type(), nullable=True),
        sa.Column("way", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=True),
        sa.Column("answer_by", sa.Date(), nullable=False),
        sa.Column("left_version", sa.Integer(), nullable=False),
        sa.Column("right_version", sa.Integer(), nullable=False),
        sa.Column("dispute", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["id"], ["identity.id"], name=op.f("stretch_id_fk")),
        sa.ForeignKeyConstraint(["left"], ["identity.id"], name=op.f("stretch_left_fk")),
        sa.ForeignKeyConstraint(["right"], ["identity.id"], name=op.f("stretch_right_fk")),
        sa.ForeignKeyConstraint(
            ["seq"], ["log.seq"], name=op.f("stretch_seq_fk"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", "revision", name=op.f("stretch_pk")),
    )
    with op.batch_alter_table("stretch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("stretch_by_left"), ["left"], unique=False)
        batch_op.create_index(batch_op.f("stretch_by_right"), ["right"], unique=False)
        batch_op.create_index("stretch_by_seq", ["seq"], unique=False)

    op.create_table(
        "territory",
        sa.Column("id", id_type(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("called", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("families", sa.Integer(), nullable=True),
        sa.Column("recognition", sa.Text(), nullable=False),
        sa.Column("activity", sa.Text(), nullable=True),
        sa.Column("publication", sa.Text(), nullable=False),
        sa.Column("published", sa.Integer(), nullable=True),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("descends", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["identity.id"], name=op.f("territory_id_fk")),
        sa.ForeignKeyConstraint(
            ["seq"], ["log.seq"], name=op.f("territory_seq_fk"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", "revision", name=op.f("territory_pk")),
    )
    with op.batch_alter_table("territory", schema=None) as batch_op:
        batch_op.create_index("territory_by_seq", ["seq"], unique=False)

    for table in _TABLES:
        for statement in guards(table, dialect):
            op.execute(statement)
