"""Names for territories that do not exist: trees, birds, waters and landforms, no person and no real register."""

from __future__ import annotations

import numpy as np

_PLACES = """
La Ceiba|El Samán|El Bucare|El Araguaney|El Apamate|Los Caobos|El Cedral|La Palma|El Guamal|El Mamón|El Jabillo
Los Cujíes|La Vera|El Semeruco|El Tamarindo|Los Mangos|El Guayabal|El Limonal|El Naranjal|El Cafetal|El Cacaotal
El Maizal|El Trigal|El Cañaveral|El Yucal|Los Conucos|La Vega|La Sabana|El Llanito|La Loma|El Cerrito|La Cuchilla
La Fila|El Picacho|El Páramo|La Meseta|La Hondonada|El Zanjón|La Quebrada|El Manantial|Ojo de Agua|Agua Clara
Aguas Calientes|Los Pozos|La Laguna|El Estero|El Remanso|Las Piedras|Piedra Grande|El Pedregal|Tierra Negra
La Arenosa|El Barrial|Los Hornos|El Trapiche|El Molino|La Acequia|El Puente|La Encrucijada|El Mirador
La Neblina|El Amanecer|El Turpial|Los Loros|La Paraulata|El Colibrí|El Gavilán|La Garza|El Venado|Las Mariposas
""".replace("\n", "|").split("|")
_PLACES = [place for place in _PLACES if place]
_WHICH = (
    """
|Abajo|Arriba|Adentro|Afuera|del Valle|de la Loma|del Río|de la Montaña|de la Sabana|del Camino|Nuevo Amanecer
Centro|Norte|Sur|Este|Oeste|Alto|Bajo|Nuevas Semillas|Buen Paso|Dos Aguas|Tres Esquinas|Vista Hermosa
""".strip("\n")
    .replace("\n", "|")
    .split("|")
)
_ROMAN = ("", " II", " III", " IV", " V", " VI", " VII", " VIII", " IX", " X")
_COMMUNES = (
    """
Flor de Araguaney|Siete Quebradas|Vientos del Páramo|Raíces del Valle|Manos Sembradoras|Camino Real|Semilla Nueva
Voces de la Montaña|Luz del Llano|Tierra de Conucos|Piedra y Río|Canto del Turpial|Sombra del Samán|Fuente Clara
Cumbre Verde|Palmas del Río|Nuevo Horizonte|Cosecha Grande|Puerta del Valle|Neblina Alta|Sendero Largo|Maíz Tierno
""".strip()
    .replace("\n", "|")
    .split("|")
)
_MUNICIPALITIES = (
    """
Valle Ficticio|Río Imaginado|Sabana Inventada|Cumbre Inventada|Loma Imaginada|Llano Ficticio|Páramo Ficticio
Vega Imaginada|Meseta Inventada|Laguna Ficticia
""".strip()
    .replace("\n", "|")
    .split("|")
)
STATES = ("Estado Poniente (ficticio)", "Estado Naciente (ficticio)")
CORRIDOR = "Corredor Agua Clara"


def councils(rng: np.random.Generator, count: int) -> list[str]:
    """Names of councils; in a large region some repeat, as they do in life."""
    places = [f"{place} {which}".strip() + number for number in _ROMAN for which in _WHICH for place in _PLACES]
    picked = places[: max(count, len(_PLACES) * 8)]
    order = rng.permutation(len(picked))
    return [f"Consejo Comunal {picked[order[at % len(order)]]}" for at in range(count)]


def communes(rng: np.random.Generator, count: int) -> list[str]:
    """Names of communes."""
    order = rng.permutation(len(_COMMUNES))
    return [f"Comuna {_COMMUNES[order[at % len(order)]]}{_numbered(at // len(order))}" for at in range(count)]


def municipalities(count: int) -> list[str]:
    """Names of municipalities, which say that they are none."""
    size = len(_MUNICIPALITIES)
    return [f"Municipio {_MUNICIPALITIES[at % size]}{_numbered(at // size)}" for at in range(count)]


def _numbered(at: int) -> str:
    return f" {at + 1}" if at else ""
