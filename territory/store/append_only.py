"""Tables whose rows are only ever added: the database itself refuses to change or drop one.

The chain of the log would tell afterwards; this keeps an accident in some other program from happening.
"""

from __future__ import annotations

_REFUSAL = "rows are only ever added"


def guard_function() -> str:
    """The SQL of the function that PostgreSQL's guards call."""
    return f"""
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '{_REFUSAL}' USING ERRCODE = 'integrity_constraint_violation', TABLE = TG_TABLE_NAME;
        END $$
    """


def guards(table: str, dialect: str) -> list[str]:
    """The SQL that makes a table refuse every change but new rows."""
    if dialect == "postgresql":
        return [
            f'CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "{table}"'
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        ]
    return [
        f'CREATE TRIGGER "{table}_no_{change}" BEFORE {change} ON "{table}"'
        f" BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        for change in ("update", "delete")
    ]


def without_guards(table: str, dialect: str) -> list[str]:
    """The SQL that takes them away: for a migration that has to touch rows, and sets them again."""
    if dialect == "postgresql":
        return [f'DROP TRIGGER append_only ON "{table}"']
    return [f'DROP TRIGGER "{table}_no_{change}"' for change in ("update", "delete")]
