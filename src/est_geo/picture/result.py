"""What a picture holds: the finished tables of one period, and every parameter they were made with.

What is made of a picture (another audience's picture, maps, reports, files) is hung onto it by
`add_ways_out`; this module knows none of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from est_geo.disclosure.audiences import audience_of
from est_geo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import geopandas as gpd
    import pandas as pd

    from est_geo.analysis.density_result import Density
    from est_geo.disclosure.audiences import AudienceName
    from est_geo.periods import Period

_WAYS_OUT: dict[str, Callable[..., Any]] = {}
_LISTED = 15  # parameters in a notebook


@dataclass(frozen=True)
class Provenance:
    """What a picture was made from and with.

    Attributes
    ----------
    versions : dict
        Version by package, est_geo first.
    inputs : dict
        SHA-256 by name of file; empty where tables were given and no files.
    """

    versions: dict[str, str]
    inputs: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Picture:
    """Finished tables of one period, ready to be drawn or written.

    Attributes
    ----------
    districts : GeoDataFrame
        The study area; a single polygon without a name where no districts were given.
    sites, places, addresses : GeoDataFrame
        As in `est_geo.schema`; `places` and `addresses` may have 0 rows.
    density : Density
        Incidents per km² over the whole span.
    district_counts : DataFrame
        As `est_geo.schema.DISTRICT_COUNTS`: every district of the area, with the incidents that
        have a point and those of which only the district is known.
    span : (Timestamp, Timestamp) or None
        First and last time seen in `sites`; None when no incident has a time.
    counts : dict
        Rows "read" = incidents "inside" + "duplicates" (inside, but repeating another report) +
        "outside" (of which "at_null_island") + "district_only" (counted in their district, and in
        nothing else) + "unplaced"; "without_time" among those inside.
    parameters : dict
        Everything that was chosen, with its unit in its name.
    chosen_for_you : frozenset of str
        Names of the parameters that the library chose because the caller did not.
    period : Period or None
        The week, month, quarter, tertial or year that was asked for; None where all was taken.
    sources : tuple of str
        Who reported the incidents inside, most incidents first.
    audience : {"internal", "partner", "public"}
        Who may see it. Another audience's picture is another picture: `for_audience`.
    smallest : int
        Smallest number in it above 0 that is a count of incidents; 1 for "internal".
    time_profile, when_and_where, concentration, need, priority : DataFrame or None
        As in `est_geo.schema`, of the window; `time_profile` of everything (`place_id` missing) and
        of the three largest places. None without a period, as all that follow.
    deviations, deviation_chance : DataFrame or None
        The table of `Deviations`, and how many of its cells chance alone gives.
    tracking, followed : DataFrame or None
        What became of the places of the picture before; and every place in every period so far, to
        hand on to the next.
    recurring_places : GeoDataFrame or None
        As `est_geo.schema.RECURRING_PLACES`, of 52 and 17 weeks, with the `place_id` of `places`,
        missing where it is none of them; None also of a week, whose addresses are tested.
    weekly : DataFrame or None
        Incidents by week for half a year, with a band of what is usual: see
        `est_geo.schema.WEEKLY_COUNTS`; None for other audiences, who could subtract.
    quality : DataFrame or None
        Rows, hit rate, duplicates and weeks with a report, by reporter: see
        `est_geo.schema.QUALITY`.
    efforts, follow_up : GeoDataFrame and DataFrame, or None
        What was done, as it was given, and what followed.
    homes : GeoDataFrame or None
        Points of the address register with `dwellings`, from which squares for other audiences are
        made wide enough; None where there is no register, and for those audiences.
    provenance : Provenance or None
        Versions, and checksums of the files it came from.
    site_counts : DataFrame or None
        As `est_geo.schema.SITE_COUNTS`, of the incidents in `sites`: what a map chooses periods and
        categories from; None where there is no such table, and for other audiences.
    place_hours : DataFrame or None
        As `time_profile` gives it by place; None where there is no such table, and for others.
    """

    districts: gpd.GeoDataFrame = field(repr=False)
    sites: gpd.GeoDataFrame = field(repr=False)
    places: gpd.GeoDataFrame = field(repr=False)
    addresses: gpd.GeoDataFrame = field(repr=False)
    density: Density
    district_counts: pd.DataFrame = field(repr=False)
    span: tuple[pd.Timestamp, pd.Timestamp] | None
    counts: dict[str, int]
    parameters: dict[str, object]
    period: Period | None = None
    sources: tuple[str, ...] = ()
    chosen_for_you: frozenset[str] = frozenset()
    audience: AudienceName = "internal"
    smallest: int = 1
    deviations: pd.DataFrame | None = field(default=None, repr=False)
    deviation_chance: pd.DataFrame | None = field(default=None, repr=False)
    time_profile: pd.DataFrame | None = field(default=None, repr=False)
    when_and_where: pd.DataFrame | None = field(default=None, repr=False)
    concentration: pd.DataFrame | None = field(default=None, repr=False)
    need: pd.DataFrame | None = field(default=None, repr=False)
    priority: gpd.GeoDataFrame | None = field(default=None, repr=False)
    tracking: pd.DataFrame | None = field(default=None, repr=False)
    recurring_places: gpd.GeoDataFrame | None = field(default=None, repr=False)
    weekly: pd.DataFrame | None = field(default=None, repr=False)
    followed: pd.DataFrame | None = field(default=None, repr=False)
    quality: pd.DataFrame | None = field(default=None, repr=False)
    efforts: gpd.GeoDataFrame | None = field(default=None, repr=False)
    follow_up: pd.DataFrame | None = field(default=None, repr=False)
    homes: gpd.GeoDataFrame | None = field(default=None, repr=False)
    provenance: Provenance | None = field(default=None, repr=False)
    site_counts: pd.DataFrame | None = field(default=None, repr=False)
    place_hours: pd.DataFrame | None = field(default=None, repr=False)

    def for_audience(
        self, audience: AudienceName, *, k: int | None = None, cell_m: float | None = None
    ) -> Picture:
        """Make the picture that an audience may see: another `Picture`, never this one masked.

        Parameters
        ----------
        audience : {"internal", "partner", "public"}
            Who it is for; "internal" gives this picture itself.
        k : int, optional
            Smallest number shown; by default 3 for partners and 5 for everyone.
        cell_m : float, optional
            Side of the squares that stand for addresses; by default 100 and 250 m.

        Returns
        -------
        Picture
            Small numbers are missing, and with them those from which they could be worked out;
            addresses and places are squares, hours are blocks, texts are gone.

        Raises
        ------
        InputError
            If the audience is another; if this picture is itself one for others, of which nothing
            finer or otherwise cut can be made; or if it has no districts, so that its outline is
            drawn around the incidents themselves.
        """
        rules = audience_of(audience, k=k, cell_m=cell_m)
        if rules.exact and self.audience == "internal":
            return self
        if self.audience != "internal":
            raise InputError(
                f"`audience` is {audience!r}, but this picture is already one for "
                f"{self.audience!r}. Make it from the internal picture."
            )
        if self.parameters.get("area") == "around the incidents":
            raise InputError(
                "`districts` were not given to this picture, so its outline follows the incidents. "
                "Give districts, then make a picture for others."
            )
        shown: Picture = _way_out("for_audience")(self, rules)
        return shown

    def map(self, **options: Any) -> Any:  # noqa: ANN401 - a HotspotMap, of a floor above
        """Draw the picture: a `folium.Map` whose `save` writes one file.

        Parameters
        ----------
        **options
            `title`, `language`, `levels` and `top`, as the page has them.
        """
        return _way_out("map")(self, **options)

    def report(self, path: Any = None, **options: Any) -> Any:  # noqa: ANN401 - of a floor above
        """Write the picture as a report of one file; without a path it shows itself in Jupyter.

        Parameters
        ----------
        path : str or Path, optional
            A name ending in .html (or .pdf with the extra `pdf`).
        **options
            `title`, `language`, `made_on` (the day to print as the day it was made), `template` and
            `with_map`: see docs/report.md.
        """
        return _way_out("report")(self, path, **options)

    def tables(self, path: Any, **options: Any) -> Any:  # noqa: ANN401 - of a floor above
        """Write the tables: a workbook (.xlsx), a GeoPackage (.gpkg), or CSV and GeoJSON files.

        Parameters
        ----------
        path : str or Path
            A name ending in .xlsx or .gpkg, or an existing folder for one file a table.
        **options
            `language`.
        """
        return _way_out("tables")(self, path, **options)

    def _repr_html_(self) -> str:
        """Show the headline and the map in Jupyter."""
        return str(_way_out("notebook")(self))


def add_ways_out(ways: Mapping[str, Callable[..., Any]]) -> None:
    """Hang onto `Picture`: "for_audience", "map", "report", "tables", "notebook"."""
    _WAYS_OUT.update(ways)


def _way_out(name: str) -> Callable[..., Any]:
    if name not in _WAYS_OUT:
        raise InputError(
            f"`Picture.{name}` is not there, because est_geo.sharing has not been loaded. Import "
            "the library by its name: `import est_geo as eg`, then eg.build_picture(…)."
        )
    return _WAYS_OUT[name]
