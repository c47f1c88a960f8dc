"""Places for tests of the printed sheet: a council with twelve neighbours, and what was said of its line."""

from __future__ import annotations

from pathlib import Path

from places import SIDE, cell, layer
from registers import published
from shapely import LineString

from territory.demo import Region
from territory.model import Publication, Surroundings
from territory.profiles import load_profile
from territory.records import Record, Reference, ReferenceLayer
from territory.services.access import OPERATOR, Access
from territory.services.agreement import Reply, answer, border, propose
from territory.services.publishing import public_register
from territory.services.register import Register
from territory.services.sheet import sheet_of
from territory.services.storing import open_register

HOSTILE = """Loma <b>"Alta"</b> \\ } </style><script>x=1</script> & Ñandú's"""
BASE = "https://hojas.example"
SIDES = ("north", "east", "south", "west")

# In the order of the walk: the western neighbours of the north first, the southern ones of the west last.
TWELVE = {
    **{f"north{k}": cell(k, 3) for k in range(3)},
    **{f"east{k}": cell(3, 2 - k) for k in range(3)},
    **{f"south{k}": cell(2 - k, -1) for k in range(3)},
    **{f"west{k}": cell(-1, k) for k in range(3)},
}


def twelve(folder: Path, *, publication: Publication = Publication.EXACT) -> Path:
    """A store of a council ``own`` and its twelve neighbours, with a stream along its north."""
    shapes = {"own": cell(0, 0, 3, 3), **TWELVE}
    names = ["La Ceiba Grande", *(f"Consejo Comunal {each.title()}" for each in TWELVE)]
    names[3] = HOSTILE
    own = layer(shapes, name=names, families=[171] + [None] * len(TWELVE), kind=["rural"] * len(shapes))
    store = published(folder / "twelve.db", own, Surroundings(), publication=publication)
    register = open_register(str(store), load_profile())
    with register.writing(OPERATOR, "test") as writing:
        writing.put_all(stream())
    register.store.close()
    return store


def stream() -> list[Record]:
    """A stream that winds a few metres about the northern line of ``own``, as a reference layer."""
    west, _, _, north = cell(0, 0, 3, 3).bounds
    bends = [(west + k * SIDE / 4, north + 0.00003 * (-1) ** k) for k in range(13)]
    return [
        ReferenceLayer(id="r-1", kind="rivers", called="ríos", source="prueba"),
        Reference(id="r-1.1", layer="r-1", called="quebrada La Ruezga", shape=LineString(bends)),
    ]


def agree(register: Register, one: str, other: str, reply: Reply | None) -> None:
    """Propose every piece of a line as it is, and answer it."""
    for piece in border(register, OPERATOR, one, other).pieces:
        made = propose(register, OPERATOR, one, other, piece.id)
        if reply is not None:
            answer(register, OPERATOR, made.id, reply, based_on=made.revision, reasons="Falta la escuela.")


def sheet(register: Register, territory: str, access: Access = OPERATOR, version: int | None = None):
    """The sheet of a territory, as somebody gets it."""
    return sheet_of(
        register,
        register.eyes(access),
        territory,
        public=lambda: public_register(register),
        base_url=BASE,
        version=version,
    )


def in_two_states(made: Region) -> str:
    """The commune of a region that lies most evenly in two states."""
    places = made.surroundings.jurisdictions
    states = places.geometry[(places["level"] == "state").to_numpy()]
    communes = made.layer.geometry[(made.layer["level"] == "commune").to_numpy()]
    smaller = communes.map(lambda shape: min(shape.intersection(state).area for state in states) / shape.area)
    assert smaller.max() > 0.3
    return str(smaller.idxmax())
