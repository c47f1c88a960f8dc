"""Columns that name people. They are dropped from every file, and the person who sent it is told which."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

from territory.intake.source import vocabulary

# Spanish first, then English; each as a whole word.
_WORDS = vocabulary(
    """
    ci cedula cedulas ced dni pasaporte carnet rif nit
    telefono telefonos telefonico tlf tlfn tlfs telf tel tlfno fono celular celulares cel movil whatsapp
    correo correos email emails mail gmail
    vocero vocera voceros voceras voceria vocerias voc responsable responsables contacto contactos
    coordinador coordinadora presidente presidenta lider lideresa encargado encargada
    propietario propietaria dueno duena titular habitante
    apellido apellidos genero sexo nacimiento edad
    partido partidos psuv militante militancia militantes ubch votante votantes elector electores
    voto votos votacion
    phone phones mobile cellphone surname lastname firstname birthdate gender owner leader spokesperson contact
    voter voters party passport ssn
    """
)

# Long enough to be unmistakable inside a longer word: "telfvocero1", "correoelec".
_STEMS = ("cedula", "telefon", "celular", "correo", "vocero", "vocera", "apellido", "votacion", "ubch", "militan")

# Words that only mean a person together.
_PHRASES = (
    ("c", "i"),
    ("e", "mail"),
    ("jefe", "hogar"),
    ("jefa", "hogar"),
    ("jefe", "familia"),
    ("jefa", "familia"),
    ("jefe", "calle"),
    ("jefa", "calle"),
    ("jefe", "comunidad"),
    ("jefa", "comunidad"),
    ("jefe", "nombre"),
    ("nombre", "jefe"),
    ("nombre", "jefa"),
    ("nombres", "y"),
    ("centro", "vot"),
    ("centro", "electoral"),
    ("polling", "station"),
    ("polling", "place"),
    ("first", "name"),
    ("last", "name"),
    ("full", "name"),
    ("household", "head"),
    ("head", "household"),
    ("id", "number"),
    ("identity", "number"),
    ("identity", "card"),
    ("documento", "identidad"),
    ("numero", "identidad"),
)

_FILLERS = frozenset({"de", "del", "la", "el", "los", "las", "of", "the", "no", "nro", "num"})


def words(name: str) -> list[str]:
    """The words of a column's name, without accents, case, digits and separators.

    Examples
    --------
    >>> words("Teléfono_Vocero1"), words("nombreJefeHogar")
    (['telefono', 'vocero'], ['nombre', 'jefe', 'hogar'])
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", plain)
    return re.findall(r"[a-z]+", plain.lower())


def is_personal(name: str) -> bool:
    """Whether a column's name says that it holds something about a person.

    Whole words count, so "circuito" and "ciudad" are not taken for an identity number ("CI").

    Examples
    --------
    >>> [is_personal(name) for name in ("C.I.", "Correo-e", "jefe_de_hogar", "CENTRO_VOT", "vocera")]
    [True, True, True, True, True]
    >>> [is_personal(name) for name in ("circuito", "ciudad", "nombre", "familias", "centroide", "sector")]
    [False, False, False, False, False, False]
    """
    said = [word for word in words(name) if word not in _FILLERS]
    if _WORDS.intersection(said) or any(stem in word for word in said for stem in _STEMS):
        return True
    pairs = set(pairwise(said))
    return not pairs.isdisjoint(_PHRASES)
