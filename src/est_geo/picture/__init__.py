"""The picture of one period: run the analyses, freeze the result, make it fit for an audience."""

from est_geo.picture.audience_view import shown_to
from est_geo.picture.building import build_picture
from est_geo.picture.result import Picture, add_ways_out

__all__ = ["Picture", "build_picture"]

add_ways_out({"for_audience": shown_to})
