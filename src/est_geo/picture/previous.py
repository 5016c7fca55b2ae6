"""What one picture needs of the one before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from est_geo.periods import Period


@dataclass(frozen=True, eq=False)
class Previous:
    """What is handed on from picture to picture.

    Attributes
    ----------
    period : Period
        Of the picture before.
    addresses : GeoDataFrame
        Its recurring addresses, so that the list does not flicker.
    followed : DataFrame or None
        Every place in every period so far, as `est_geo.schema.TRACKING`.
    recurring_places : GeoDataFrame or None
        Its recurring places, for the same reason; None where it had none, as of a week.
    """

    period: Period
    addresses: gpd.GeoDataFrame
    followed: pd.DataFrame | None = None
    recurring_places: gpd.GeoDataFrame | None = None
