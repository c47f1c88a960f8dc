"""What others did around a territory: told shortly, for pages that stay open and ask again and again."""

from __future__ import annotations

from dataclasses import dataclass

from territory.records import Stretch, StretchState
from territory.services.access import Access, Operation, require
from territory.services.register import Register

_ANSWERED = frozenset({StretchState.AGREED, StretchState.OBJECTED, StretchState.DISAGREED})


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What a neighbour has, as far as it changes by what they do."""

    id: str
    name: str
    version: int
    """Of their line."""
    asks: tuple[str, ...]
    """What they proposed and waits for an answer: ids of stretches with their revision."""
    answers: tuple[str, ...]
    """What they said to what was proposed to them."""


def news(register: Register, access: Access, territory: str) -> tuple[int, list[News]]:
    """The version of a territory's own line, and what its neighbours have; by id.

    Raises
    ------
    NotFound, NeedsKey, Forbidden
        See `territory.services.access.require`.
    """
    eyes = register.eyes(access)
    standing, mosaic = eyes.current.standing, eyes.current.mosaic
    own = require(eyes, Operation.SEE, territory)
    shape = mosaic.boundary(territory)
    if shape is None:
        return own.version, []
    near = mosaic.near(
        mosaic.project(shape),
        level=own.level,
        within_m=register.profile.agreement.gap_m,
        of=lambda each: each != territory and eyes.sees_line(each),
    )
    with register.reading() as reading:
        said = [*reading.find(Stretch, left=territory), *reading.find(Stretch, right=territory)]
    return own.version, [
        _news(each, standing[each].name, standing[each].version, said) for each in sorted(near.index)
    ]


def _news(id_: str, name: str, version: int, said: list[Stretch]) -> News:
    with_them = [each for each in said if id_ in (each.left, each.right)]
    asks = [each for each in with_them if each.state is StretchState.PROPOSED and each.proposed_by == id_]
    answers = [each for each in with_them if each.state in _ANSWERED and each.proposed_by != id_]
    return News(id=id_, name=name, version=version, asks=_named(asks), answers=_named(answers))


def _named(said: list[Stretch]) -> tuple[str, ...]:
    return tuple(sorted(f"{each.id}.{each.revision}" for each in said))
