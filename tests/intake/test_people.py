"""Columns that name people."""

from __future__ import annotations

import pytest

from territory.intake.people import is_personal

PERSONAL = """
cedula Cédula CEDULA_VOC ced_jefe C.I. CI ci_vocero Nro_CI telefono Teléfono1 TLF tlf_contacto celular correo
Correo-electronico email E-Mail nombre_vocero NombreVocera vocero Voceros jefe_de_hogar JEFE_FAMILIA jefeHogar
centro_de_votacion CENTRO_VOT ubch UBCH_2 partido rif RIF_EPS apellidos Nombres_y_Apellidos celular2
telfvocero phone last_name household_head polling_place identity_number
"""

HARMLESS = """
circuito circuito_comunal ciudad ciudad_comunal id codigo nombre NOMBRE_CC consejo comuna familias n_familias
centro centroide sector parroquia municipio estado area_m2 perimetro fuente fecha tipo nivel partida repartido
participacion telecomunicaciones centro_poblado name level kind geometry electricidad rio cima correccion vocacion
nombre_comuna poblacion
"""


@pytest.mark.parametrize("column", PERSONAL.split())
def test_it_is_personal(column):
    assert is_personal(column)


@pytest.mark.parametrize("column", HARMLESS.split())
def test_it_is_not(column):
    assert not is_personal(column)
