"""The mosaic: everybody's current boundaries in memory, kept level with the store, and as they were on a day."""

from territory.mosaic.following import Current, Following
from territory.mosaic.history import Day, Standing, layer_of, read_day, read_surroundings, read_versions
from territory.mosaic.mosaic import Jurisdictions, Mosaic

__all__ = [
    "Current",
    "Day",
    "Following",
    "Jurisdictions",
    "Mosaic",
    "Standing",
    "layer_of",
    "read_day",
    "read_surroundings",
    "read_versions",
]
