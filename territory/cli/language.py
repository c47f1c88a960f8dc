"""In which language the command line speaks: it must know before it can say what its options are."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from itertools import pairwise

from territory.words import LANGUAGES


def language_of(arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> str:
    """``--lang``, then ``TERRITORY_LANG``, then the locale; Spanish when none of them is a language of ours.

    Examples
    --------
    >>> language_of(["check", "f.kml", "--lang", "en"], {}), language_of([], {"LANG": "en_US.UTF-8"})
    ('en', 'en')
    >>> language_of(["check", "f.kml"], {"LANG": "C.UTF-8"})
    'es'
    """
    environment = os.environ if environment is None else environment
    asked = [after for option, after in pairwise(arguments) if option == "--lang"]
    asked += [option.removeprefix("--lang=") for option in arguments if option.startswith("--lang=")]
    # The first of these that is set decides about messages, as in the C library.
    locale = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    for candidate in (*asked[-1:], environment.get("TERRITORY_LANG", ""), locale):
        if candidate[:2].lower() in LANGUAGES:
            return candidate[:2].lower()
    return LANGUAGES[0]
