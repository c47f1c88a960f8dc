"""From the body of a request to an act of an assembly: each kind says its own, and all say how it was decided."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from territory.api.drawings import drawing_of, read_line
from territory.api.fields import Fields
from territory.model import Publication
from territory.records import Act, ActForm, ActKind, Date
from territory.services import acts
from territory.services.access import Access
from territory.services.acts import Assent, Minutes, Part
from territory.services.errors import Unusable
from territory.services.register import Once, Register

_MOST_PARTS = 20
_MINUTES = ("date", "form", "eligible", "attended", "in_favour", "against")
_OF_KIND: Mapping[ActKind, tuple[str, ...]] = {
    ActKind.RATIFY: ("version",),
    ActKind.PUBLISH: ("version", "publication"),
    ActKind.WITHDRAW: (),
    ActKind.JOIN: ("group",),
    ActKind.LEAVE: ("group", "members"),
    ActKind.SPLIT: ("version", "parts", "line"),
    ActKind.MERGE: ("version", "name", "others"),
    ActKind.DISSOLVE: (),
}
_PART = ("name", "families", "geometry")
_OTHER = ("id", "version", *_MINUTES)

FIELDS = tuple(sorted({"kind", *_MINUTES, *(name for some in _OF_KIND.values() for name in some)}))
"""What acts of any kind say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """An act as somebody sends it."""

    register: Register
    access: Access
    territory: str
    sent: Mapping[str, Any]
    """With ``kind``, how it was decided, and what else acts of the kind say."""
    max_vertices: int
    once: Once | None

    def enter(self) -> tuple[Act, ...]:
        """Enter it, as the services of its kind do."""
        kind = Fields(self.sent).one_of("kind", ActKind)
        if kind is None:
            raise Unusable("field.missing", field="kind")
        return _ENTER[kind](self, Fields(self.sent, ("kind", *_MINUTES, *_OF_KIND[kind])))

    @property
    def to(self) -> tuple[Register, Access, str]:
        """What every service begins with."""
        return self.register, self.access, self.territory


def _ratify(deed: Deed, fields: Fields) -> tuple[Act, ...]:
    return (acts.ratify(*deed.to, _version(fields), _minutes(fields), once=deed.once),)


def _publish(deed: Deed, fields: Fields) -> tuple[Act, ...]:
    publication = fields.one_of("publication", Publication)
    if publication is None:
        raise Unusable("field.missing", field="publication")
    return (acts.publish(*deed.to, _version(fields), publication, _minutes(fields), once=deed.once),)


def _withdraw(deed: Deed, fields: Fields) -> tuple[Act, ...]:
    has_minutes = any(name in fields for name in _MINUTES)
    return (acts.withdraw(*deed.to, _minutes(fields) if has_minutes else None, once=deed.once),)


def _join(deed: Deed, fields: Fields) -> tuple[Act, ...]:
    return acts.join(*deed.to, fields.need("group", limit=200), _minutes(fields), once=deed.once).acts


def _leave(deed: Deed, fields: Fields) -> tuple[Act, ...]:
    members = {deed.territory, *fields.ids("members")}
    group = fields.need("group", limit=200)
    return acts.leave(deed.register, deed.access, members, group, _minutes(fields), once=deed.once).acts


def _split(deed: Deed, fields: Fields) -> tuple[Act, ...]:
    line = None
    if "line" in fields:
        line = read_line(deed.sent["line"], max_vertices=deed.max_vertices)
    parts = [_part(each, deed, is_drawn=line is None) for each in fields.objects("parts", most=_MOST_PARTS)]
    return acts.split(*deed.to, _version(fields), parts, _minutes(fields), line=line, once=deed.once).acts


def _part(sent: dict[str, Any], deed: Deed, *, is_drawn: bool) -> Part:
    fields, shape = Fields(sent, _PART if is_drawn else _PART[:-1]), None
    if is_drawn:
        shape = drawing_of(sent, profile=deed.register.profile, max_vertices=deed.max_vertices).shape
    return Part(
        called=fields.need("name", limit=200), families=fields.count("families", most=1_000_000), shape=shape
    )


def _merge(deed: Deed, fields: Fields) -> tuple[Act, ...]:
    others = [Fields(each, _OTHER) for each in fields.objects("others", most=_MOST_PARTS)]
    sides = {each.need("id", limit=200): each for each in others} | {deed.territory: fields}
    assents = {id_: Assent(version=_version(each), minutes=_minutes(each)) for id_, each in sides.items()}
    called = fields.need("name", limit=200)
    return acts.merge(deed.register, deed.access, called, assents, once=deed.once).acts


def _dissolve(deed: Deed, fields: Fields) -> tuple[Act, ...]:
    return acts.dissolve(*deed.to, _minutes(fields), once=deed.once).acts


_ENTER: Mapping[ActKind, Callable[[Deed, Fields], tuple[Act, ...]]] = {
    ActKind.RATIFY: _ratify,
    ActKind.PUBLISH: _publish,
    ActKind.WITHDRAW: _withdraw,
    ActKind.JOIN: _join,
    ActKind.LEAVE: _leave,
    ActKind.SPLIT: _split,
    ActKind.MERGE: _merge,
    ActKind.DISSOLVE: _dissolve,
}


def _minutes(fields: Fields) -> Minutes:
    return Minutes(
        date=date_of(fields),
        form=fields.one_of("form", ActForm) or ActForm.ASSEMBLY,
        eligible=fields.count("eligible"),
        attended=fields.count("attended"),
        in_favour=fields.count("in_favour"),
        against=fields.count("against"),
    )


def date_of(fields: Fields) -> Date:
    """The day that must be told."""
    date = fields.date("date")
    if date is None:
        raise Unusable("field.missing", field="date")
    return date


def _version(fields: Fields) -> int:
    version = fields.count("version")
    if version is None:
        raise Unusable("field.missing", field="version")
    return version
