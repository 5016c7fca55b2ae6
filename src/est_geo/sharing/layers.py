"""Layers for any folium map, each made from one finished table: ``eg.layers.places(t).add_to(m)``.

A table is drawn, never counted in. Text from the data stays text wherever the layer is used, and
shapes are in WGS84, whatever the table's CRS.
"""

from est_geo.sharing.area_layers import background, density, hot_areas, priority
from est_geo.sharing.district_layers import deviations, districts
from est_geo.sharing.map_layer import MapLayer
from est_geo.sharing.point_layers import addresses, efforts, places
from est_geo.sharing.site_layer import SiteLayer, sites

__all__ = [
    "MapLayer",
    "SiteLayer",
    "addresses",
    "background",
    "density",
    "deviations",
    "districts",
    "efforts",
    "hot_areas",
    "places",
    "priority",
    "sites",
]
