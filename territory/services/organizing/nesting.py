"""Who is in which group, through all groups in between."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from territory.mosaic import Standing


def members_by_group(standing: Mapping[str, Standing]) -> dict[str, list[str]]:
    """Ids of those who belong to each group themselves."""
    found: dict[str, list[str]] = {}
    for id_, row in standing.items():
        for group in row.parent.split(";") if row.parent else ():
            found.setdefault(group, []).append(id_)
    return found


def beneath(group: str, members: Mapping[str, Iterable[str]]) -> list[str]:
    """Everybody in a group, in the groups of that, and so on; each once, also where groups hold each other.

    Examples
    --------
    >>> beneath("corridor", {"corridor": ["west", "east"], "west": ["c1"], "east": ["c2", "corridor"]})
    ['west', 'east', 'c2', 'corridor', 'c1']
    """
    found: dict[str, None] = {}
    waiting = [group]
    while waiting:
        for each in members.get(waiting.pop(), ()):
            if each not in found:
                found[each] = None
                waiting.append(each)
    return list(found)
