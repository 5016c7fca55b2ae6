"""How good the data of a picture are: rows, hit rate, duplicates and effort by reporter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from est_geo.checks import has_shape
from est_geo.periods import period_numbers
from est_geo.sites.collapse import is_counted
from est_geo.sites.grouping import count_distinct

if TYPE_CHECKING:
    import geopandas as gpd


def quality_by_source(incidents: gpd.GeoDataFrame) -> pd.DataFrame:
    """Count by reporter what was reported, how much of it has a point, and in how many weeks.

    Parameters
    ----------
    incidents : GeoDataFrame of n rows
        Of the window, those without a point too.

    Returns
    -------
    DataFrame
        Columns as `est_geo.schema.QUALITY`, most incidents first; they sum to n.
    """
    if "source" in incidents.columns:
        source = incidents["source"].astype("str")
    else:
        source = pd.Series(np.nan, incidents.index, dtype="str")
    codes, names = pd.factorize(source, sort=True, use_na_sentinel=False)
    groups = codes.astype(np.int64)
    count = len(names)
    placed = has_shape(np.asarray(incidents.geometry.array))
    weeks = period_numbers(incidents["occurred_from"], kind="week")
    known = weeks >= 0
    n = np.bincount(groups, minlength=count)
    with_point = np.bincount(groups[placed], minlength=count)
    table = pd.DataFrame(
        {
            "source": pd.Series(names, dtype="str"),
            "incidents": n.astype(np.int64),
            "placed": with_point.astype(np.int64),
            "hit_rate": with_point / np.maximum(n, 1),
            "duplicates": np.bincount(groups[~is_counted(incidents)], minlength=count).astype(
                np.int64
            ),
            "without_time": np.bincount(groups[~known], minlength=count).astype(np.int64),
            "weeks": count_distinct(
                groups, np.where(known, weeks - weeks[known].min(initial=0), -1), count
            )
            if len(groups)
            else np.zeros(0, np.int64),
        }
    )
    return table.sort_values(["incidents", "source"], ascending=[False, True], ignore_index=True)
