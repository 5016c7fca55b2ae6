"""Counts by district: of everything whose district is known, also where no point is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from est_geo.checks import check_finite_weights, has_shape
from est_geo.checks.coordinate_columns import is_plain, read_columns
from est_geo.errors import InputError
from est_geo.schema import DISTRICT_COUNTS, names
from est_geo.sites.collapse import is_counted
from est_geo.sites.grouping import summed

if TYPE_CHECKING:
    import geopandas as gpd


def count_by_district(
    incidents: gpd.GeoDataFrame | pd.DataFrame, districts: gpd.GeoDataFrame | None = None
) -> pd.DataFrame:
    """Count incidents by district, those matched to a district but to no point included.

    Parameters
    ----------
    incidents : GeoDataFrame of n Points, or DataFrame
        With `district_id` and `district`, as `geocode` or `assign_districts` give them; a DataFrame
        has `easting` and `northing` in place of points. Rows without a district, and those that
        repeat another report (`duplicate_of`), are left out.
    districts : GeoDataFrame of Polygons, optional
        With `district_id` and `district`; then each of them is listed, those without incidents too.

    Returns
    -------
    DataFrame
        Columns as `est_geo.schema.DISTRICT_COUNTS`, sorted by `district_id`. `n` sums to the
        incidents used, `weight` to their total weight.

    Raises
    ------
    InputError
        If a column is missing, or a weight is negative or not finite.
    CRSError
        If nothing says what the columns of a DataFrame are in.
    """
    missing = [name for name in ("district_id", "district") if name not in incidents.columns]
    if missing:
        raise InputError(
            f"`incidents` lacks {len(missing)} column(s): {', '.join(missing)}. Find them with "
            "est_geo.assign_districts(incidents, districts)."
        )
    used = incidents[is_counted(incidents) & incidents["district_id"].notna().to_numpy(dtype=bool)]
    weight = np.ones(len(used))
    if "weight" in used.columns:
        check_finite_weights(used, name="incidents")
        weight = used["weight"].to_numpy(dtype=float)
    listed = (used if districts is None else districts)[["district_id", "district"]]
    listed = pd.DataFrame(listed).astype("str").drop_duplicates("district_id")
    listed = listed.sort_values("district_id", ignore_index=True)
    codes = pd.Index(listed["district_id"]).get_indexer(used["district_id"].astype("str"))
    there = codes >= 0
    if is_plain(used):
        has_point = read_columns(used, name="incidents", unplaced=True)[1]
    else:
        has_point = has_shape(np.asarray(used.geometry.array))
    size = len(listed)
    counts = listed.assign(
        n=np.bincount(codes[there], minlength=size),
        placed=np.bincount(codes[there & has_point], minlength=size),
        weight=summed(codes[there], weight[there], size),
    )
    return counts[names(DISTRICT_COUNTS)]
