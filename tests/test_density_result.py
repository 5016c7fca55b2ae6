"""What can be drawn and written from a density."""

import math
import sys

import numpy as np
import pytest
import shapely

import est_geo as eg
from builders import box_area, incidents_at
from est_geo.analysis.density import Density
from est_geo.geography.grid import Grid, grid_over

AREA = box_area(0, 0, 400, 300)


def density_with(values, *, area=AREA, **options):
    values = np.asarray(values, float)
    grid = Grid(cell_m=100.0, west=0, south=0, columns=values.shape[1], rows=values.shape[0])
    return Density(values, grid, area.crs, 300.0, "quartic", **options)


HOT = density_with([[9, 9, 0, 0], [0, 0, 0, 20], [0, math.nan, 9, 0]])  # mean 47/11 = 4.27


def test_hot_areas_are_groups_of_cells_with_what_they_hold():
    areas = HOT.hot_areas(times_mean=2)
    assert areas["incidents"].tolist() == pytest.approx([0.2, 0.18, 0.09])
    assert areas["share"].tolist() == pytest.approx([20 / 47, 18 / 47, 9 / 47])
    assert areas["area_km2"].tolist() == pytest.approx([0.01, 0.02, 0.01])
    assert areas["peak_per_km2"].tolist() == [20, 9, 9]
    assert areas.geometry[0].equals(shapely.box(300, 100, 400, 200))
    assert areas.geometry[1].equals(shapely.box(0, 0, 200, 100))
    assert areas.crs == AREA.crs
    # Three times the mean is 12.8, the default.
    assert len(HOT.hot_areas()) == 1


def test_a_cell_of_exactly_the_limit_is_hot_and_corners_do_not_join():
    checks = density_with([[1, 0], [0, 1]])
    assert len(checks.hot_areas(times_mean=2)) == 2
    assert len(checks.hot_areas(times_mean=2.1)) == 0


def test_no_incident_inside_has_no_hot_area():
    areas = density_with(np.zeros((3, 4))).hot_areas()
    assert areas.columns.tolist() == ["incidents", "share", "area_km2", "peak_per_km2", "geometry"]
    assert len(areas) == 0
    assert areas.crs == AREA.crs
    with pytest.raises(eg.InputError, match="`times_mean` must be a finite number above 0"):
        HOT.hot_areas(times_mean=0)


def test_a_density_of_no_cell_has_no_mean():
    nothing = density_with([[math.nan]])
    assert math.isnan(nothing.mean)
    assert len(nothing.hot_areas()) == 0
    assert nothing.levels() == []


def test_sample_gives_the_value_of_the_cell_that_holds_the_point():
    points = [(0, 0), (99.9, 99.9), (100, 0), (399.9, 150), (150, 250), (-0.1, 0), (400, 0)]
    found = HOT.sample(incidents_at([*points, (0, 300)]))
    np.testing.assert_array_equal(found, [9, 9, 9, 20, *[math.nan] * 4])


def test_sample_wants_points_in_the_same_system():
    with pytest.raises(eg.CRSError, match=r"`points` in SWEREF99 18 00. .* points.to_crs\(3006\)"):
        HOT.sample(incidents_at([(1, 1)]).to_crs(3011))
    with pytest.raises(eg.InputError, match="whose geometry is not a point"):
        HOT.sample(AREA)


def test_a_geotiff_is_read_back_as_it_was(tmp_path):
    import rasterio

    path = HOT.to_geotiff(tmp_path / "täthet.tif")
    with rasterio.open(path) as file:
        np.testing.assert_array_equal(file.read(1), HOT.values[::-1])
        assert file.crs.to_epsg() == 3006
        assert tuple(file.bounds) == (0, 0, 400, 300)
        assert math.isnan(file.nodata)
        assert file.tags()["AREA_OR_POINT"] == "Area"
        assert "incidents per km2; quartic kernel, bandwidth 300 m" in file.tags().values()


def test_a_geotiff_holds_its_place_in_its_tags(tmp_path):
    import tifffile

    shifted = Density(HOT.values, Grid(12.5, 53_400, 527_300, 4, 3), AREA.crs, 300.0, "quartic")
    with tifffile.TiffFile(shifted.to_geotiff(tmp_path / "a.tif")) as file:
        tags = file.pages[0].tags
        np.testing.assert_array_equal(file.asarray(), HOT.values[::-1])
        assert tags[33550].value == (12.5, 12.5, 0)
        assert tags[33922].value == (0, 0, 0, 667_500, 6_591_287.5, 0)
        assert tags[34735].value[-1] == 3006
        assert tags[42113].value == "nan"
        said = {tag.value for tag in tags.values() if isinstance(tag.value, str)}
        assert said == {"nan", "incidents per km2; quartic kernel, bandwidth 300 m"}, (
            "only words of ours: nothing in them has to be searched"
        )
    first = (tmp_path / "a.tif").read_bytes()
    shifted.to_geotiff(tmp_path / "b.tif")
    assert (tmp_path / "b.tif").read_bytes() == first, "no clock and no name in the file"


def test_a_geotiff_needs_a_system_with_a_number(tmp_path):
    homemade = "+proj=tmerc +lat_0=0 +lon_0=17.3 +k=1 +x_0=1 +y_0=2 +ellps=GRS80 +units=m"
    area = AREA.set_crs(homemade, allow_override=True)
    with pytest.raises(eg.InputError, match="has no EPSG code that a GeoTIFF can hold"):
        density_with([[1.0]], area=area).to_geotiff(tmp_path / "a.tif")


@pytest.mark.parametrize(
    ("module", "call", "text"),
    [
        ("tifffile", lambda d: d.to_geotiff("a.tif"), "to_geotiff needs tifffile: pip install"),
        ("matplotlib", lambda d: d.plot(), "plot needs matplotlib: pip install matplotlib"),
        ("xarray", lambda d: d.to_xarray(), "to_xarray needs xarray: pip install xarray"),
    ],
)
def test_what_is_not_installed_is_named(monkeypatch, module, call, text):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError, match=text):
        call(HOT)


def test_plot_draws_the_cells_where_they_lie():
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    axes = HOT.plot()
    image = axes.images[0]
    assert image.get_extent() == [0, 400, 0, 300]
    assert image.origin == "lower"
    assert image.get_clim() == (0, 20)
    assert image.colorbar.ax.get_ylabel() == "händelser per km²"
    signed = density_with([[-3, 1]], measure="difference").plot(ax=plt.subplots()[1], language="en")
    # All but two percent of the way from the smaller size, 1, to the greater, 3.
    assert signed.images[0].get_clim() == pytest.approx((-2.96, 2.96))
    assert signed.images[0].colorbar.ax.get_ylabel() == "difference, incidents per km²"
    plt.close("all")
    with pytest.raises(eg.InputError, match="`language` must be one of sv, en"):
        HOT.plot(language="de")


def test_comparisons_have_contours_of_any_sign_but_no_classes_of_their_own():
    signed = density_with(
        [[-4, -2, 0, 2], [-4, -2, 0, 2], [-4, -2, 0, 2]], measure="difference", floor_per_km2=0.0
    )
    contours = signed.contours([-3, 1])
    assert contours["low"].tolist() == [-3, 1]
    assert contours.area.tolist() == pytest.approx([200 * 200, 50 * 200])
    assert signed.to_geodataframe().columns.tolist() == ["difference_per_km2", "geometry"]
    assert signed.to_xarray().name == "difference"
    for what, call in (
        ("levels", signed.levels),
        ("levels", signed.contours),
        ("hot_areas", signed.hot_areas),
    ):
        with pytest.raises(eg.InputError, match=f"`{what}` is for a density, and this is a diff"):
            call()
    with pytest.raises(eg.InputError, match="`levels` must be finite, and rising"):
        signed.contours([2, 1])


def test_the_cells_inside_are_those_whose_centre_is():
    rng = np.random.default_rng(1)
    for _ in range(20):
        blob = shapely.union_all(shapely.buffer(shapely.points(rng.uniform(0, 900, (6, 2))), 150))
        holes = shapely.buffer(shapely.points(rng.uniform(0, 900, (4, 2))), 60)
        area = shapely.difference(blob, shapely.union_all(holes))
        frame = AREA.assign(geometry=[area])
        for cell in (7.0, 50.0, 400.0):
            grid = grid_over(frame, cell_m=cell)
            x, y = np.meshgrid(grid.eastings, grid.northings)
            np.testing.assert_array_equal(grid.inside(area), shapely.intersects_xy(area, x, y))


def test_a_centre_on_the_edge_is_inside():
    grid = Grid(cell_m=10.0, west=0, south=0, columns=60, rows=40)
    area = shapely.box(5, 5, 505, 305)
    expected = np.zeros((40, 60), bool)
    expected[:31, :51] = True
    np.testing.assert_array_equal(grid.inside(area), expected)


@pytest.mark.parametrize("cell", [33.3, 0.1, 70.7])
def test_cells_of_any_side_share_their_corners(cell):
    """Their edges are no round numbers, and a billionth of a metre apart is a gap."""
    grid = Grid(cell, round(667_000 / cell), round(6_591_000 / cell), 40, 30)
    values = np.ones((30, 40))
    values[4:26, 5:35] = 100.0
    values[10:15, 10:20] = 1.0
    areas = Density(values, grid, AREA.crs, 300.0, "quartic").hot_areas(times_mean=1.5)
    assert areas.geom_type.tolist() == ["Polygon"]
    assert len(areas.geometry[0].interiors) == 1
    assert areas.area.sum() == pytest.approx((22 * 30 - 50) * cell**2, rel=1e-6)
    assert shapely.coverage_is_valid(grid.squares(*np.nonzero(values > 1)))


@pytest.mark.parametrize("values", [[[1, 9, 3]], [[1], [9], [3]], [[4]]])
def test_a_study_area_of_one_row_of_cells_has_no_contours(values):
    contours = density_with(values).contours([2])
    assert len(contours) == 0
    assert contours.columns.tolist() == ["low", "high", "geometry"]
    assert contours.crs == AREA.crs


@pytest.mark.parametrize("levels", [5.0, ["a"], "abc", [[1, 2], [3, 4]], {}, [None], [1, 1]])
def test_levels_that_are_no_list_of_numbers_are_refused(levels):
    with pytest.raises(eg.InputError, match=r"`levels` must be finite, .*Give a list of numbers"):
        HOT.contours(levels)


def test_a_notebook_shows_what_was_estimated():
    shown = HOT._repr_html_()
    for said in ("händelser per km²", "kvartisk", "300 m", "11 om 100 m", "0; 4,27; 20"):
        assert said in shown
    assert "1,5; 14 200; 28 400" in density_with([[1.5, 28_417.0]])._repr_html_()
    signed = density_with([[math.nan]], measure="log_ratio", adaptive=True, edge="mass")
    shown = signed._repr_html_()
    for said in ("logaritmerad kvot", "kvartisk, anpassad radie", "0 om 100 m", ">uppräknad<"):
        assert said in shown
