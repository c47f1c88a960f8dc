"""A fictitious region to show, to test and to measure with: no place, no council and no name in it is real."""

from __future__ import annotations

from territory.demo.region import Region, region

__all__ = ["Region", "region"]
