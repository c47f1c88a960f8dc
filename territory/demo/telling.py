"""A drawn region in the form of a layer, its surroundings and its truth, with ids and names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame, GeoSeries

from territory.demo import names
from territory.demo.drawing import Drawn, Shapes, areas_m2, inset, jurisdictions, scaled, to_degrees
from territory.demo.faults import Copy, Draft, Fault
from territory.demo.files import truth_of_file
from territory.demo.groups import NONE
from territory.demo.terrain import Floats, Ints
from territory.findings import Code
from territory.model import WGS84, Surroundings, as_layer

SOURCE = "Levantamiento ficticio"
CORRIDOR_ID = "corredor-1"
_CROSSING_SHARE = 0.01
"""A smaller share is the width of a line."""
_AREA_TOLERANCE = 0.01
_OTHER_SURVEY_TOLERANCE = 0.03
_COLUMNS = ("code", "territories", "needs", "area_m2", "tolerance_m2", "group", "level", "count")


class Telling:
    """Ids, names and measures of a drawn region."""

    def __init__(self, draft: Draft, drawn: Drawn, rng: np.random.Generator) -> None:
        self.draft = draft
        self.drawn = drawn
        self.rng = rng
        inside = np.flatnonzero(draft.is_council)
        groups = draft.groups
        order = np.lexsort((inside, groups.commune[inside], groups.municipality[inside]))
        self.cells: Ints = inside[order]
        """Cells of councils, in the order of their ids."""
        total = len(self.cells) + len(draft.copies)
        width = max(5, len(str(total)))
        self.council_ids = [f"c{at + 1:0{width}d}" for at in range(total)]
        self.id_of = dict(zip(self.cells.tolist(), self.council_ids, strict=False))
        self.copy_ids = self.council_ids[len(self.cells) :]
        named = groups.commune[self.cells]
        _, first = np.unique(named[named != NONE], return_index=True)
        self.communes: list[int] = named[named != NONE][np.sort(first)].tolist()
        width = max(3, len(str(len(self.communes))))
        self.commune_id = {each: f"k{at + 1:0{width}d}" for at, each in enumerate(self.communes)}

    @cached_property
    def layer(self) -> GeoDataFrame:
        """Councils, communes and the corridor."""
        draft = self.draft
        copied = np.array([copy.cell for copy in draft.copies], dtype=np.int64)
        cells = np.concatenate([self.cells, copied])
        in_corridor = dict.fromkeys(self.corridor, CORRIDOR_ID)
        shapes = np.concatenate(
            [
                self.drawn.own[self.drawn.rows(self.cells)],
                self.copies,
                self.commune_shapes,
                self.corridor_shape,
            ]
        )
        ids = [*self.council_ids, *self.commune_id.values(), *([CORRIDOR_ID] if self.corridor else [])]
        kinds = ["urban" if draft.groups.is_urban[each] else "rural" for each in self.communes]
        beside = len(ids) - len(cells) - len(self.communes)
        parents = [self._parent(cell) for cell in self.cells.tolist()]
        parents += [self._parent(copy.cell) if copy.joins else None for copy in draft.copies]
        return as_layer(
            GeoSeries(_as_multipolygons(shapes), index=ids, crs=WGS84),
            name=[
                *names.councils(self.rng, len(cells)),
                *names.communes(self.rng, len(self.communes)),
                *[names.CORRIDOR] * beside,
            ],
            level=["council"] * len(cells) + ["commune"] * len(self.communes) + ["corridor"] * beside,
            parent=[*parents, *(in_corridor.get(each) for each in self.communes), *[None] * beside],
            kind=[*draft.kind[cells], *kinds, *[None] * beside],
            families=[*self._families(copied), *[None] * (len(self.communes) + beside)],
        )

    def surroundings(self) -> Surroundings:
        """Municipalities and states of another survey, the land, shared places and declared links."""
        draft, drawn = self.draft, self.drawn
        municipalities, states, _ = self._jurisdictions
        width = max(2, len(str(len(municipalities))))
        ids = [*(f"m{at + 1:0{width}d}" for at in range(len(municipalities))), "e1", "e2"]
        self.municipality_ids = ids[:-2]
        shapes = _as_multipolygons(np.concatenate([municipalities, states]))
        places = [drawn.lens[key] for key in draft.shared_arcs]
        return Surroundings(
            jurisdictions=GeoDataFrame(
                {
                    "name": [*names.municipalities(len(municipalities)), *names.STATES],
                    "level": ["municipality"] * len(municipalities) + ["state"] * len(states),
                    "source": SOURCE,
                },
                index=pd.Index(ids, name="id"),
                geometry=shapes,
                crs=WGS84,
            ),
            land=GeoDataFrame(
                {"name": ["Región ficticia"]},
                index=pd.Index(["land"], name="id"),
                geometry=_as_multipolygons(np.array([shapely.coverage_union_all(drawn.clean)], dtype=object)),
                crs=WGS84,
            ),
            shared_places=GeoDataFrame(
                {"name": [f"Parque ficticio {at + 1}" for at in range(len(places))]},
                index=pd.Index([f"parque-{at + 1}" for at in range(len(places))], name="id", dtype=object),
                geometry=places,
                crs=WGS84,
            ),
            links=pd.DataFrame(
                [(self.id_of[left], self.id_of[right], "bridge") for left, right in draft.links],
                columns=["left", "right", "kind"],
            ),
            is_fictitious=True,
        )

    def neighbours(self) -> pd.DataFrame:
        """Councils that share a line, and how long it is."""
        draft, partition = self.draft, self.draft.partition
        kept = draft.is_council[partition.left] & draft.is_council[partition.right]
        kept[list(partition.collapsed)] = False
        arcs = np.flatnonzero(kept)
        length_m = partition.lengths_m()[arcs]
        pairs = list(
            zip(partition.left[arcs].tolist(), partition.right[arcs].tolist(), length_m.tolist(), strict=True)
        )
        found = [(self.id_of[left], self.id_of[right], length) for left, right, length in pairs]
        for at, copy in enumerate(draft.copies):
            if copy.scale == 1.0:
                own = [(left, right, length) for left, right, length in pairs if copy.cell in (left, right)]
                found += [
                    (self.id_of[right if left == copy.cell else left], self.copy_ids[at], length)
                    for left, right, length in own
                ]
                found.append((self.id_of[copy.cell], self.copy_ids[at], sum(length for *_, length in own)))
        table = pd.DataFrame(
            [(*sorted(pair[:2]), pair[2]) for pair in found], columns=["left", "right", "length_m"]
        )
        return table.sort_values(["left", "right"], ignore_index=True)

    def truth(self) -> GeoDataFrame:
        """Every fault there is."""
        rows = [*(self._told(fault) for fault in self.draft.faults), *self._crossings()]
        if self.draft.faults:
            rows += truth_of_file(self.layer)
        table = pd.DataFrame(rows, columns=[*_COLUMNS, "geometry"])
        table["needs"] = table["needs"].fillna("")
        return GeoDataFrame(table, geometry="geometry", crs=WGS84)

    @cached_property
    def copies(self) -> Shapes:
        """Boundaries of councils that lie where another one is."""
        return np.array([self._copied(copy) for copy in self.draft.copies], dtype=object)

    @cached_property
    def polygon_cells(self) -> list[set[int]]:
        """The cells that the polygon of each commune holds."""
        groups = self.draft.groups
        held: dict[int, set[int]] = {each: set() for each in self.communes}
        for cell, commune in zip(self.cells.tolist(), groups.commune[self.cells].tolist(), strict=True):
            if commune != NONE and self.draft.left_out.get(cell) != commune:
                held[commune].add(cell)
        for cell, commune in self.draft.also_in.items():
            held[commune].add(cell)
        return [held[each] for each in self.communes]

    @cached_property
    def commune_shapes(self) -> Shapes:
        """The union of its councils for each commune, as the councils drew it."""
        return np.array([self.drawn.united(sorted(cells)) for cells in self.polygon_cells] + [None], dtype=object)[
            :-1
        ]

    @cached_property
    def corridor(self) -> list[int]:
        """Communes in a row, each beside the one before."""
        if len(self.communes) < 3:
            return []
        seeds, commune = self.draft.partition.seeds, self.draft.groups.commune
        beside: dict[int, set[int]] = {each: set() for each in self.communes}
        partition = self.draft.partition
        for left, right in zip(commune[partition.left].tolist(), commune[partition.right].tolist(), strict=True):
            if left != right and left in beside and right in beside:
                beside[left].add(right)
                beside[right].add(left)
        wanted = min(12, max(3, len(self.communes) // 8))
        middle = {
            each: seeds[list(cells)].mean(axis=0)
            for each, cells in zip(self.communes, self.polygon_cells, strict=True)
        }
        # Westwards as far as it goes, then back east from there.
        first = min(self.communes, key=lambda each: float(np.linalg.norm(middle[each])))
        chain = [first]
        while len(chain) < wanted:
            ahead = sorted(beside[chain[-1]] - set(chain), key=lambda each: -middle[each][0])
            if not ahead:
                break
            chain.append(ahead[0])
        return chain

    @cached_property
    def corridor_shape(self) -> Shapes:
        """The ground of the corridor's communes."""
        at = {each: row for row, each in enumerate(self.communes)}
        members = [self.commune_shapes[at[each]] for each in self.corridor]
        return np.array([shapely.union_all(members)] if members else [], dtype=object)

    @cached_property
    def _jurisdictions(self) -> tuple[Shapes, Shapes, dict[int, float]]:
        return jurisdictions(self.draft, self.drawn, self.rng)

    def _families(self, copied: Ints) -> list[int]:
        """As the councils counted them; a council in the place of another counts anew."""
        usual = {"urban": 210, "rural": 64, "indigenous": 27}
        own = self.draft.families[self.cells].tolist()
        return [*own, *(usual[str(self.draft.kind[cell])] for cell in copied)]

    def _parent(self, cell: int) -> str | None:
        commune = int(self.draft.groups.commune[cell])
        if commune == NONE:
            return None
        second = self.draft.also_in.get(cell)
        own = self.commune_id[commune]
        return own if second is None else f"{own};{self.commune_id[second]}"

    def _copied(self, copy: Copy) -> shapely.Geometry:
        shape = self.drawn.own[self.drawn.rows([copy.cell])[0]]
        if copy.scale == 1.0:
            return shape
        if copy.scale > 0.9:
            return inset(shape, 1 - copy.scale)
        seed = to_degrees(self.draft.partition.seeds[[copy.cell]] * self.drawn.scale)[0]
        return scaled(shape, seed, copy.scale)

    def _told(self, fault: Fault) -> dict[str, Any]:
        """One fault with ids and measures."""
        territories = [
            *(self.id_of[cell] for cell in fault.cells if cell in self.id_of),
            *(self.commune_id[each] for each in fault.communes),
            *(self.copy_ids[at] for at in fault.copies),
        ]
        ground = self._ground(fault)
        row: dict[str, Any] = {
            "code": fault.code,
            "territories": tuple(sorted(territories)),
            "needs": fault.needs,
            "geometry": ground,
            "count": fault.args.get(
                "pieces", fault.args.get("councils", fault.args.get("families", fault.args.get("count")))
            ),
        }
        if "group" in fault.args:
            row["group"] = self.commune_id[int(fault.args["group"])]
        if fault.code in _MEASURED:
            row["area_m2"] = float(areas_m2(np.array([ground]))[0])
            row["tolerance_m2"] = max(2.0, _AREA_TOLERANCE * row["area_m2"])
        if fault.code is Code.GAP:
            row["territories"] = self._around(set(self.draft.neighbours.around(fault.cells[0])))
        if fault.code is Code.SLIVER_GAP:
            row["territories"] = self._around({*fault.cells, *self.draft.neighbours.common(*fault.cells)})
        return row

    def _around(self, cells: set[int]) -> tuple[str, ...]:
        """Ids of the councils around a gap, with those that meet it in a point."""
        return tuple(sorted(self.id_of[cell] for cell in cells if cell in self.id_of))

    def _ground(self, fault: Fault) -> shapely.Geometry:
        if fault.arc is not None:
            return next(self.drawn.lens[key] for key in self.drawn.lens if key[0] == fault.arc)
        if fault.copies:
            return self.copies[fault.copies[0]]
        cells = fault.cells or ((int(fault.args["cell"]),) if "cell" in fault.args else ())
        if cells:
            return self.drawn.own[self.drawn.rows(cells)[0]]
        return self.commune_shapes[self.communes.index(fault.communes[0])]

    def _crossings(self) -> Iterator[dict[str, Any]]:
        """Councils and communes on both sides of a municipal or state line."""
        groups = self.draft.groups
        _, _, beyond = self._jurisdictions
        cuts = dict(self.draft.cuts)
        held: list[tuple[str, Iterable[int]]] = [(self.id_of[cell], [cell]) for cell in cuts]
        held += [
            (self.commune_id[each], cells) for each, cells in zip(self.communes, self.polygon_cells, strict=True)
        ]
        area_m2 = self._areas
        state = groups.state
        for territory, cells in held:
            shares: dict[int, float] = {}
            for cell in cells:
                home = int(groups.municipality[cell])
                part = beyond.get(cell, 0.0)
                shares[home] = shares.get(home, 0.0) + (1 - part) * area_m2[cell]
                if cell in cuts:
                    shares[cuts[cell]] = shares.get(cuts[cell], 0.0) + part * area_m2[cell]
            by_state = {each: sum(a for m, a in shares.items() if state[m] == each) for each in (0, 1)}
            for level, parts in (("municipality", shares), ("state", by_state)):
                total = sum(parts.values())
                counted = [a for a in parts.values() if a >= _CROSSING_SHARE * total]
                if len(counted) > 1:
                    yield {
                        "code": Code.CROSSES,
                        "territories": (territory,),
                        "needs": "jurisdictions",
                        "level": level,
                        "count": len(counted),
                        "geometry": self.drawn.united(sorted(cells)),
                    }

    @cached_property
    def _areas(self) -> Floats:
        areas = np.zeros(len(self.draft.partition.seeds))
        areas[self.drawn.cell] = areas_m2(self.drawn.own)
        return areas


_MEASURED = {
    Code.OVERLAP,
    Code.SLIVER_OVERLAP,
    Code.DUPLICATE,
    Code.CONTAINS,
    Code.GAP,
    Code.SLIVER_GAP,
    Code.OUTSIDE_PARENT,
}


def _as_multipolygons(shapes: Shapes) -> Shapes:
    parts, owner = shapely.get_parts(shapes, return_index=True)
    return np.asarray(shapely.orient_polygons(shapely.multipolygons(parts, indices=owner)))
