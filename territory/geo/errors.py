"""What a caller of `territory.geo` can do wrong. Faults in a map are findings, not exceptions."""


class GeoError(ValueError):
    """A function was given something it cannot work on."""


class NotProjected(GeoError):
    """Lengths and areas need a CRS in metres; got degrees, or none."""


class NotGeographic(GeoError):
    """Boundaries are kept in WGS 84 degrees; got something else, or no CRS."""
