"""Which columns of a file say what a layer needs; everything else stays behind."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import orjson
import pandas as pd

from territory.exchange import COLUMNS, is_ours
from territory.intake.errors import IntakeError, Notice
from territory.intake.people import is_personal
from territory.profiles import Profile

ROLES = ("id", "name", "level", "parent", "kind", "families")

_MOST_FAMILIES = 1_000_000

_OURS = ("codes",)
"""Columns that only files have which this program wrote, whatever else was taken out of them since."""

# Well-known names of each role, likeliest first, as `plain` writes them.
_KNOWN: Mapping[str, tuple[str, ...]] = {
    "id": (
        "id", "codigo", "cod", "code", "identificador", "id_territorio", "territory_id", "codigo_consejo",
        "cod_consejo", "cod_cc", "codigo_cc", "id_consejo", "id_cc", "codigo_situr", "cod_situr", "situr",
        "codigo_del_consejo", "codigo_del_consejo_comunal", "codigo_consejo_comunal", "codigo_comuna",
        "cod_comuna", "id_comuna", "external_id", "cod_ibge", "geoid", "geoid20", "precid", "cartodb_id", "slug",
    ),
    "name": (
        "nombre", "name", "nom", "nome", "nombre_consejo", "nombre_cc", "nombre_consejo_comunal", "nom_consejo",
        "nombre_del_consejo", "nombre_del_consejo_comunal", "nom_cc", "consejo_comunal", "consejo",
        "nombre_comuna", "nom_comuna", "nombre_de_la_comuna", "territorio", "territory", "council", "denominacion",
        "poligono", "polygon", "title", "titulo", "label", "etiqueta",
    ),
    "level": ("level", "nivel", "tipo_territorio", "tipo_ambito", "ambito", "tipo", "type", "figura"),
    "parent": (
        "parent", "parent_id", "padre", "pertenece_a", "comuna", "commune", "codigo_comuna", "cod_comuna",
        "id_comuna", "nombre_comuna", "nom_comuna", "nombre_de_la_comuna", "comuna_nombre", "comuna_id",
    ),
    "kind": (
        "kind", "clase", "tipo_consejo", "tipo_cc", "tipo_de_consejo", "tipo_poblacion", "zona", "area_tipo",
        "caracteristica", "ambito", "tipo", "type",
    ),
    "families": (
        "families", "familias", "n_familias", "no_familias", "nro_familias", "num_familias", "numero_familias",
        "numero_de_familias", "nro_de_familias", "cantidad_familias", "cantidad_de_familias", "cant_familias",
        "cant_fam", "total_familias", "total_de_familias", "nro_fam", "n_fam", "num_fam", "fam",
        "grupos_familiares", "family_count",
    ),
}  # fmt: skip

_KINDS = {
    "urban": ("urban", "urbano", "urbana"),
    "rural": ("rural",),
    "indigenous": ("indigenous", "indigena"),
    "mixed": ("mixed", "mixto", "mixta"),
}


@dataclass(slots=True)
class Chooser:
    """Picks columns by name while a file is read; remembers which looked personal, and whether the file is ours.

    Parameters
    ----------
    asked
        Role to column, as the person who sent the file said.
    beside
        Columns to keep under their own names, as that person asked.
    """

    asked: Mapping[str, str]
    beside: Sequence[str] = ()
    candidates: dict[str, list[str]] = field(default_factory=dict)
    """By role, the columns that could hold it, likeliest first."""
    personal: list[str] = field(default_factory=list)
    is_ours: bool = False
    """Whether this program wrote the file, see `territory.exchange`: then texts stay as they stand."""

    def __call__(self, names: Sequence[str]) -> list[str]:
        """The columns worth reading.

        Raises
        ------
        IntakeError
            A column that was asked for is not there, or names people.
        """
        self.personal = [name for name in names if is_personal(name)]
        for column in (*self.asked.values(), *self.beside):
            if column not in names:
                raise IntakeError("columns.unknown", column=column, columns=list(names)[:20])
            if column in self.personal:
                raise IntakeError("columns.personal_asked", column=column)
        self.is_ours = is_ours(names)
        kept = [name for name in names if name not in self.personal]
        self.candidates = {role: self._candidates(role, kept) for role in ROLES}
        wanted = {column for columns in self.candidates.values() for column in columns} | set(
            self.kept_beside(kept)
        )
        return [name for name in kept if name in wanted]

    def kept_beside(self, names: Iterable[str]) -> list[str]:
        """Which columns are kept under their own names: those asked for, and all those of our own files."""
        others = {name for name in names if name not in COLUMNS} if self.is_ours else _OURS
        return [name for name in names if name in self.beside or name in others]

    def _candidates(self, role: str, names: Sequence[str]) -> list[str]:
        if role in self.asked:
            return [self.asked[role]]
        if self.is_ours:
            return [role]
        known = _KNOWN[role]
        found = [name for name in names if plain(name) in known]
        return sorted(found, key=lambda name: known.index(plain(name)))


def attributes(
    columns: Mapping[str, Sequence[Any]],
    rows: np.ndarray[Any, Any],
    chooser: Chooser,
    profile: Profile,
    level: str | None,
) -> tuple[pd.DataFrame, list[Notice], bool]:
    """What a layer needs to know of each territory.

    Parameters
    ----------
    columns
        What was read, by name.
    rows
        Which rows are kept; an id is otherwise the number of its row, counted from 1.
    chooser
        That chose the columns.
    profile
        Names of the levels.
    level
        Level of every territory that the file does not say.

    Returns
    -------
    DataFrame
        On the ids: ``name``, ``level``, ``parent``, ``kind``, ``families``.
    list of Notice
        Personal columns dropped, ids made up, values not understood.
    bool
        Whether the ids are the file's own.

    Raises
    ------
    IntakeError
        ``level`` is none of the profile's.
    """
    if level is not None and level not in {each.id for each in profile.levels}:
        raise IntakeError("level.unknown", level=level, levels=[each.id for each in profile.levels])
    notices: list[Notice] = []
    if chooser.personal:
        notices.append(Notice(code="columns.personal", args={"columns": chooser.personal}))
    read = _Reading(columns, rows, chooser)
    words = _level_words(profile)
    levels, level_column = read.mapped("level", words)
    kinds, _ = read.mapped("kind", {word: kind for kind, said in _KINDS.items() for word in said})
    ids, id_column = _ids(read, notices)
    names, name_column = read.text("name", without=())
    parents, parent_column = read.text("parent", without=(id_column, name_column, level_column))
    frame = pd.DataFrame(
        {
            "name": names if name_column else ids,
            "level": levels.where(levels.notna(), level or "council"),
            "parent": parents,
            "kind": kinds,
            "families": _families(read, notices),
        }
    )
    frame["name"] = frame["name"].where(frame["name"].notna(), ids)
    frame.index = pd.Index(ids, name="id", dtype=object)
    if parent_column:
        frame["parent"] = _parents(frame)
    return frame, notices, id_column is not None


class _Reading:
    """Columns by role, on the rows that are kept."""

    def __init__(
        self,
        columns: Mapping[str, Sequence[Any]],
        rows: np.ndarray[Any, Any],
        chooser: Chooser,
    ) -> None:
        self.rows = rows
        self._columns = columns
        self._chooser = chooser

    def values(self, column: str) -> np.ndarray[Any, Any]:
        given: Any = self._columns[column]
        if not isinstance(given, np.ndarray):
            given = pd.Series(given, dtype=object).to_numpy()
        return np.asarray(given[self.rows])

    def said(self, column: str) -> pd.Series:
        """Values of a column as text."""
        return texts(self.values(column), is_exact=self._chooser.is_ours)

    def told(self, column: str) -> pd.Series:
        """The same, and what is nested as JSON."""
        return texts(_flat(self.values(column)), is_exact=self._chooser.is_ours)

    def candidates(self, role: str) -> list[str]:
        return [column for column in self._chooser.candidates.get(role, ()) if column in self._columns]

    def text(self, role: str, without: tuple[str | None, ...]) -> tuple[pd.Series, str | None]:
        """Values of the first column of a role that has any."""
        for column in self.candidates(role):
            if column not in without:
                said = self.said(column)
                if said.notna().any():
                    return said, column
        return pd.Series([None] * len(self.rows), dtype=object), None

    def mapped(self, role: str, words: Mapping[str, str]) -> tuple[pd.Series, str | None]:
        """Values of the first column of a role in which some are words that we know."""
        for column in self.candidates(role):
            said = self.said(column)
            known = {value: words.get(plain(value)) for value in said.dropna().unique()}
            mapped = said.map(known).astype(object)
            mapped = mapped.where(mapped.notna(), None)
            if mapped.notna().any():
                return mapped, column
        return pd.Series([None] * len(self.rows), dtype=object), None


def texts(values: np.ndarray[Any, Any], *, is_exact: bool = False) -> pd.Series:
    """Values as text; ``None`` where there is nothing.

    Parameters
    ----------
    values
        (n,) whatever a reader read; what is nested is no text.
    is_exact
        Whether blanks around a text belong to it, and an empty text is one.
    """
    if values.dtype.kind == "f":
        whole = np.isfinite(values) & (values == np.trunc(values))
        said = pd.Series([str(int(v)) if w else str(v) for v, w in zip(values, whole, strict=True)], dtype=object)
        return said.where(~np.isnan(values), None)
    if values.dtype.kind in "iub":
        return pd.Series(values.astype(str).astype(object))
    series = pd.Series(values, dtype=object)
    if not series.map(lambda value: isinstance(value, str)).all():
        # Nothing but text and numbers can be an id or a name.
        series = series.map(_said)
    if is_exact:
        return series.astype(object).where(series.notna(), None)
    series = series.str.strip() if series.notna().any() else series
    return series.where(series.notna() & (series != ""), None)


def _said(value: Any) -> str | None:
    if value is None or value is pd.NA or isinstance(value, dict | list | bytes | bool):
        return None
    if isinstance(value, float):
        return None if value != value else str(int(value)) if value.is_integer() else str(value)
    return str(value)


def _ids(read: _Reading, notices: list[Notice]) -> tuple[pd.Series, str | None]:
    """Ids of the file where they hold; else the numbers of the rows."""
    numbered = pd.Series((read.rows + 1).astype(str).astype(object))
    failed: tuple[str, str] | None = None
    for column in read.candidates("id"):
        said = read.said(column)
        if said.notna().all() and said.is_unique:
            return said, column
        if said.notna().any() and failed is None:
            failed = (column, "ids.missing" if said.isna().any() else "ids.repeat")
    if failed is not None:
        notices.append(Notice(code=failed[1], args={"column": failed[0]}))
    elif len(numbered) > 1:
        notices.append(Notice(code="ids.none"))
    return numbered, None


def _families(read: _Reading, notices: list[Notice]) -> pd.Series:
    """Whole numbers; anything else is missing, and told."""
    for column in read.candidates("families"):
        said = read.said(column)
        number = pd.to_numeric(said, errors="coerce")
        is_whole = number.notna() & (number == np.trunc(number)) & (number >= 0) & (number <= _MOST_FAMILIES)
        if refused := int((said.notna() & ~is_whole).sum()):
            notices.append(Notice(code="families.not_whole", args={"column": column, "values": refused}))
        return number.where(is_whole).astype("Int64")
    return pd.Series([pd.NA] * len(read.rows), dtype="Int64")


def _parents(frame: pd.DataFrame) -> pd.Series:
    """Parents by id; those told by the name of a territory in the same file get its id."""
    by_name = frame.loc[~frame["name"].duplicated(keep=False), "name"]
    ids = dict(zip(by_name.to_numpy(), by_name.index, strict=True))
    is_id = frame["parent"].isin(frame.index)
    translated = frame["parent"].map(lambda said: ids.get(said, said), na_action="ignore")
    parents = frame["parent"].where(is_id, translated).astype(object)
    return parents.where(parents.notna(), None)


def beside(columns: Mapping[str, Sequence[Any]], rows: np.ndarray[Any, Any], chooser: Chooser) -> pd.DataFrame:
    """Columns that are kept under their own names, as text; what is nested is JSON.

    Parameters
    ----------
    columns, rows, chooser
        As for `attributes`.
    """
    read = _Reading(columns, rows, chooser)
    told = {name: read.told(name) for name in chooser.kept_beside(columns)}
    frame = pd.DataFrame(told, index=range(len(rows))).astype(object)
    return frame.where(frame.notna(), None)


def _flat(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    if values.dtype != object:
        return values
    told = [orjson.dumps(value).decode() if isinstance(value, dict | list) else value for value in values]
    return np.asarray(pd.Series(told, dtype=object))


def _level_words(profile: Profile) -> dict[str, str]:
    words = {}
    for level in profile.levels:
        for said in (level.id, *level.name.values(), *level.plural.values()):
            words[plain(said)] = level.id
    return words


def plain(text: str) -> str:
    """Lower case without accents, words joined by one underscore.

    >>> plain("Nº de Familias"), plain("Código-Comuna"), plain("nombreComuna")
    ('n_de_familias', 'codigo_comuna', 'nombre_comuna')
    """
    plain = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", plain)
    return re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")
