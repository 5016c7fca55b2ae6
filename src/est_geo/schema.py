"""The tables we take and give: column names, dtypes and meaning.

This module is the authority. Others name columns only through it or in the words used here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "integer", "number", "time", "flag", "geometry"]

KIND_DTYPE: dict[Kind, str] = {
    "text": "str",
    "integer": "int64",
    "number": "float64",
    "time": "datetime64[us]",
    "flag": "bool",
    "geometry": "geometry",
}


@dataclass(frozen=True)
class Column:
    """One column of a table: its name, the kind of value it holds, and what it means."""

    name: str
    kind: Kind
    meaning: str


INCIDENTS = (
    Column(
        "incident_id", "text", "the reporter's own identifier, else file row as 'rad 17'; unique"
    ),
    Column("occurred_from", "time", "start, naive local time (Europe/Stockholm)"),
    Column("occurred_to", "time", "end, the same as the start where only one time was given"),
    Column("time_precision", "text", "minute, day, week or unknown"),
    Column("time_note", "text", "where clocks change: the time does not exist, or exists twice"),
    Column("category", "text", "kind of incident"),
    Column("source", "text", "who reported"),
    Column("weight", "number", "how much the incident counts; 1 unless given"),
    Column("address", "text", "street address as reported"),
    Column("place", "text", "name of a place as reported: a square, a station"),
    Column("match_level", "text", "how the point was found, one of MATCH_LEVELS"),
    Column("match_score", "number", "0 to 1, how sure the match is; 1 for given coordinates"),
    Column("uncertainty_m", "number", "how far off the match may be; 0 for given coordinates"),
    Column("matched_address", "text", "address or place in the register; missing if not geocoded"),
    Column("district_id", "text", "district it lies in; missing when outside or not known"),
    Column("district", "text", "name of that district"),
    Column("duplicate_of", "text", "incident_id of the report this one repeats; missing otherwise"),
    Column("geometry", "geometry", "point, in a CRS in metres; missing when unplaced"),
)

COORDINATES = (
    Column("easting", "number", "metres east; missing where northing is, when unplaced"),
    Column("northing", "number", "metres north; missing where easting is"),
)
"""What a plain DataFrame has in place of `geometry`, where points are taken.

Its ``attrs["crs"]`` says what they are in, as anything that pyproj understands: "EPSG:3011".
Without it they are taken as SWEREF 99 TM, EPSG:3006, if all of them can be; the log says so. Of a
GeoDataFrame the geometry is read, whatever columns it has besides.
"""

MATCH_LEVELS = (
    *("coordinates", "exact", "letter_dropped", "nearest_number", "street_corrected"),
    *("type_corrected", "crossing", "place", "street", "district", "online"),
    *("ambiguous", "null_island", "none"),
)
"""How a point was found, surest first; the last three found nothing."""

REJECTED = (
    Column("file", "text", "name of the file, without its folder"),
    Column("row", "integer", "row number as seen in the file (a CSV's header is row 1)"),
    Column("column", "text", "column of the file in which the fault is"),
    Column("reason", "text", "why the row could not become an incident; never its content"),
)

DISTRICTS = (
    Column("district_id", "text", "stable identifier; districts are sorted by it"),
    Column("district", "text", "name, as people say it"),
    Column("municipality", "text", "name of the municipality"),
    Column("geometry", "geometry", "polygon or multipolygon"),
)

GAZETTEER = (
    Column("entry_id", "text", "the register's own identifier, else file row as 'rad 17'; unique"),
    Column("kind", "text", "address or place"),
    Column("street", "text", "name of the street; missing for places"),
    Column("number", "integer", "house number; 0 where there is none"),
    Column("letter", "text", "letter after the number, upper case; missing where there is none"),
    Column("name", "text", "name of the place: a square, a station; missing for addresses"),
    Column("postcode", "text", "five digits; missing where not known"),
    Column("post_town", "text", "postal place; missing where not known"),
    Column("district", "text", "kommundel as the register has it; missing where not known"),
    Column("municipality", "text", "name of the municipality; missing where not known"),
    Column("uncertainty_m", "number", "how far from its point the entry reaches; 0 for addresses"),
    Column("geometry", "geometry", "point, in a CRS in metres"),
)

SITES = (
    Column(
        "site_id",
        "integer",
        "rounded northing x 10^8 + rounded easting: sorts by (northing, easting)",
    ),
    Column("n", "integer", "number of incidents"),
    Column("weight", "number", "sum of the incidents' weights"),
    Column("first", "time", "earliest occurred_from"),
    Column("last", "time", "latest occurred_from"),
    Column("address", "text", "the most frequent address reported there"),
    Column("district_id", "text", "district of the site"),
    Column("district", "text", "name of that district"),
    Column("geometry", "geometry", "point at the rounded coordinate"),
)

SITE_COUNTS = (
    Column("site_id", "integer", "as in sites"),
    Column("period", "text", "month 2026-11, or another kind of period; missing when the time is"),
    Column("category", "text", "kind of incident"),
    Column("source", "text", "who reported"),
    Column("n", "integer", "number of incidents"),
    Column("weight", "number", "sum of their weights"),
)

DISTRICT_COUNTS = (
    Column("district_id", "text", "as in districts"),
    Column("district", "text", "name of the district"),
    Column("n", "integer", "number of incidents"),
    Column("placed", "integer", "how many of them have a point; the others only their district"),
    Column("weight", "number", "sum of the weights of all n"),
)

PLACES = (
    Column("place_id", "integer", "1 is the place with the largest weight; ties by site_id"),
    Column("name", "text", "a named place close by, else its main address, else a coordinate"),
    Column("n", "integer", "number of incidents"),
    Column("weight", "number", "sum of their weights"),
    Column("share", "number", "weight as a share of all weight in the table, 0 to 1"),
    Column("sites", "integer", "number of sites"),
    Column("first", "time", "earliest occurred_from"),
    Column("last", "time", "latest occurred_from"),
    Column("addresses", "text", "the addresses of its sites, largest first, separated by '; '"),
    Column("categories", "text", "'klotter 12; brand 3': incidents of each kind, most first"),
    Column("reporters", "text", "likewise incidents by source; repeated reports count here too"),
    Column("hours", "text", "'20-02': the fewest hours of the day that hold half of the incidents"),
    Column("district_id", "text", "district that holds the largest part of the weight"),
    Column("district", "text", "name of that district"),
    Column("site_ids", "text", "the member sites, separated by spaces"),
    Column("geometry", "geometry", "union of discs of radius eps around its core sites"),
)

PRIORITY_CELLS = (
    Column("rank", "integer", "1 is the best cell; tied cells share the lowest of their ranks"),
    Column("score", "number", "incidents per km² by the score that ranks"),
    Column("n", "integer", "number of past incidents in the cell"),
    Column("weight", "number", "sum of their weights"),
    Column("share", "number", "weight as a share of all past weight in the study area, 0 to 1"),
    Column("included", "number", "1, or the part of a place left to each of the last tied cells"),
    Column("address", "text", "the address with the largest weight in the cell; missing if none"),
    Column("district_id", "text", "district of the cell's centre"),
    Column("district", "text", "name of that district"),
    Column("geometry", "geometry", "square"),
)

ADDRESSES = (
    Column("rank", "integer", "1 is the surest: by verdict, then score; squares have their own 1"),
    Column("kind", "text", "address; or place: a square, station, crossing or whole street"),
    Column("address", "text", "as the register has it, else as most often written, else a point"),
    Column("district_id", "text", "district of the address"),
    Column("district", "text", "name of that district"),
    Column("verdict", "text", "one of VERDICTS"),
    Column(
        "window_weeks", "integer", "52, or 17 for recurring_new: what n to score are counted in"
    ),
    Column("n", "integer", "number of incidents"),
    Column("weeks", "integer", "number of distinct ISO weeks with an incident"),
    Column("months", "integer", "number of 4-week blocks with an incident, of 13 or 5"),
    Column("months_seen", "text", "'010011': in which of the last six 4-week blocks, oldest first"),
    Column("expected", "number", "weeks to expect at the usual rate around it"),
    Column("at_least_times", "number", "how many times the usual rate it is at least (5 %)"),
    Column("q", "number", "share of false ones among all that are as sure; missing if not tested"),
    Column("score", "number", "weeks that are surely too many: lowest plausible - 1.5 expected"),
    Column("sources", "integer", "number of distinct reporters"),
    Column("only_one_source", "flag", "recurring, but not without its largest reporter"),
    Column("category", "text", "the most frequent kind of incident in the last 52 weeks"),
    Column("hours", "text", "'20-02': the fewest hours of the day that hold half of the incidents"),
    Column("first", "time", "earliest occurred_from in the last 52 weeks"),
    Column("last", "time", "latest occurred_from in the last 52 weeks"),
    Column("geometry", "geometry", "the point most incidents at the address have"),
)

_OF_RECURRENCE = {
    column.name: column
    for column in ADDRESSES
    if column.name not in {"kind", "address", "category"} | {column.name for column in PLACES}
}
RECURRING_PLACES = (
    Column("rank", "integer", "1 is the surest: by verdict, then score"),
    *(column for column in PLACES if column.name != "geometry"),
    *(column for name, column in _OF_RECURRENCE.items() if name != "rank"),
    PLACES[-1],
)
"""As PLACES, `place_id` by rank and `n` in the window of the verdict; then as in ADDRESSES."""

TRACKING = (
    Column("period", "text", "2026-W47, 2026-11, 2026-T3: sorts by time within one kind"),
    Column("track_id", "text", "period in which it was first seen, and its place_id then; stays"),
    Column("place_id", "integer", "its number in the places of that period; 0 where gone"),
    Column("change", "text", "one of CHANGES, since the period before"),
    Column("n", "integer", "number of incidents; 0 where gone"),
    Column("n_before", "integer", "in the period before; 0 where it was not there"),
    Column("sites", "integer", "number of sites; 0 where gone"),
    Column("shared", "integer", "how many of them it had when last seen"),
    Column("related", "text", "others of a split or merger, separated by '; '; missing if none"),
    Column("name", "text", "name of the place, the last known where gone"),
    Column("district", "text", "name of its district"),
    Column("site_ids", "text", "the member sites, separated by spaces; the last known where gone"),
)

CHANGES = ("new", "remains", "grows", "shrinks", "split", "merged", "gone", "back")
"""What may have become of a place since the period before."""

VERDICTS = ("recurring_long", "recurring_new", "calm_now", "may_be_chance", "none")
"""What can be said of an address, strongest first."""

TIME_PROFILE = (
    Column("weekday", "integer", "0 is Monday"),
    Column("hour", "integer", "hour of the day it begins with, 0 to 23, local time"),
    Column("weight", "number", "weight of the incidents in that hour; shared out where not known"),
)

WHEN_AND_WHERE = (
    Column("name", "text", "name of the place or district"),
    Column("weekday", "integer", "day on which the hours begin; 0 is Monday"),
    Column("from_hour", "integer", "hour at which they begin, 0 to 23"),
    Column("to_hour", "integer", "hour at which they end, 1 to 24; past midnight if not later"),
    Column("weight", "number", "weight of the incidents there in these hours"),
    Column("share", "number", "of the weight in all places (or districts), 0 to 1"),
    Column("cumulative_share", "number", "the same, with the rows above"),
    Column("share_of_own", "number", "of the weight in this place (or district)"),
    Column("share_elsewhere", "number", "what these hours hold of the weight everywhere else"),
    Column("p", "number", "chance of as much here if the week were as elsewhere; all blocks tried"),
)

WEEKLY_COUNTS = (
    Column("week", "text", "2026-W47"),
    Column("n", "integer", "number of incidents"),
    Column("low", "number", "lower edge of what is usual, for the eye; missing where not known"),
    Column("high", "number", "upper edge"),
    Column("complete", "flag", "whether the whole week is known"),
)

CONCENTRATION = (
    Column("district_id", "text", "missing for everything together"),
    Column("district", "text", "name of that district"),
    Column("units", "integer", "number of addresses, those without incidents too"),
    Column("incidents", "integer", "number of incidents"),
    Column("units_25", "integer", "fewest addresses that hold a quarter of the incidents"),
    Column("share_25", "number", "the same as a share of all addresses"),
    Column("units_50", "integer", "fewest addresses that hold half of the incidents"),
    Column("share_50", "number", "the same as a share of all addresses"),
    Column("gini", "number", "Gini coefficient of the incidents by address"),
    Column("gini_generalised", "number", "0 where as even as so few incidents can be; at most 1"),
    Column("gini_unbiased", "number", "the same, corrected for small numbers"),
    Column("inflated", "flag", "whether addresses without incidents are not known: all too high"),
)

LORENZ_POINTS = (
    Column("share_of_units", "number", "share of the addresses, those with most incidents first"),
    Column("share_of_incidents", "number", "what these hold of the incidents"),
)

NEED = (
    Column("rank", "integer", "1 has the highest score; equal scores share the lowest rank"),
    Column("name", "text", "name of the place or district"),
    Column("n", "integer", "number of incidents"),
    Column("weight", "number", "sum of their weights"),
    Column("size", "number", "what the burden is divided by; missing where nothing was given"),
    Column("burden", "number", "weight divided by size"),
    Column("share", "number", "weight as a share of that of all rows, 0 to 1"),
    Column("earlier", "number", "incidents earlier, as for a period of the same length"),
    Column(
        "trend", "number", "0 to 1; 0.5 is as before, near 1 clearly more; small numbers stay near"
    ),
    Column("p", "number", "chance of such a difference from the earlier period without a change"),
    Column("actors", "number", "how many organisations can act there"),
    Column("need", "number", "weighted mean of burden, share and trend, 0 to 1"),
    Column("influence", "number", "actors beside the largest number of them, 0 to 1"),
    Column("score", "number", "need times influence raised to its weight, 0 to 1"),
)

DEVIATIONS = (
    Column("period", "text", "key of the week, month or tertial; of four weeks that of the last"),
    Column("view", "text", "week, four_weeks, month or tertial"),
    Column("district_id", "text", "district; of a place the one it lies in"),
    Column("district", "text", "name of that district"),
    Column("place_id", "text", "place_id of the problem place; missing for districts"),
    Column("place", "text", "name of that place; missing for districts"),
    Column("category", "text", "kind of incident; missing where the incidents have none"),
    Column("n", "integer", "number of incidents in the period"),
    Column("baseline", "integer", "number of incidents in the periods before it (B)"),
    Column("expected", "number", "incidents expected in the period (M), the season considered"),
    Column("low", "integer", "at most a tenth of the chance lies below low"),
    Column("high", "integer", "at most a tenth of the chance lies above high"),
    Column("p", "number", "probability of n or more where nothing has changed"),
    Column("signal", "text", "red, yellow, none, or grey: too little expected to say anything"),
    Column("red_at", "integer", "the smallest n that would be red"),
    Column("reporting", "text", "red or yellow by one reporter: new, or changed; else missing"),
    Column("source", "text", "that reporter"),
    Column("source_n", "number", "how many of n that reporter brought; missing without one"),
    Column("holiday", "flag", "a holiday week, or one of four; months are not marked"),
    Column("preliminary", "flag", "under 26 weekly pictures: a usual municipality's noise"),
)


FOLLOW_UP = (
    Column("effort_id", "text", "the effort, as it was given"),
    Column("start", "time", "its first day"),
    Column("end", "time", "its last day, or the last day that the incidents cover"),
    Column("before", "integer", "incidents there in as many days before it"),
    Column("after", "integer", "incidents there from start to end"),
    Column("around_before", "integer", "the same in the ring around it"),
    Column("around_after", "integer", "the same from start to end"),
    Column("control_before", "integer", "the same in the rest of the area, away from any effort"),
    Column("control_after", "integer", "the same from start to end"),
    Column(
        "wdd", "number", "incidents more (below 0: fewer) than elsewhere by area, with the ring"
    ),
    Column("low", "number", "lower end of its 95 % interval"),
    Column("high", "number", "upper end"),
    Column("z", "number", "wdd by its standard error"),
    Column("detectable", "number", "smallest change that would be told from chance 4 times of 5"),
    Column("wdq", "number", "of a fall: above 0 it reached further, below some of it moved"),
    Column("verdict", "text", "fewer, more, may_be_chance, or no_control"),
)

QUALITY = (
    Column("source", "text", "who reported; missing where that is not known"),
    Column("incidents", "integer", "number of reports in the window"),
    Column("placed", "integer", "how many of them have a point"),
    Column("hit_rate", "number", "placed as a share of incidents, 0 to 1"),
    Column("duplicates", "integer", "how many repeat another report"),
    Column("without_time", "integer", "how many have no time"),
    Column("weeks", "integer", "number of distinct ISO weeks with a report: the effort"),
)


def names(table: tuple[Column, ...]) -> list[str]:
    """Names of a table's columns, in their order."""
    return [column.name for column in table]
