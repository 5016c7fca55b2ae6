"""A folder of maps by district: the same numbers, safe names, and an index that links to them."""

from __future__ import annotations

import dataclasses
import json
import re

import numpy as np
import pytest
import shapely

import conftest
import est_geo as eg
from est_geo.analysis.density import kde
from est_geo.errors import FileRefused, InputError, PersonalDataFound
from est_geo.sharing.district_maps import _inside, file_names, part_of
from est_geo.sharing.map_text import source_of
from est_geo.sharing.policy import page_policy
from test_html import HOSTILE


@pytest.fixture(scope="module")
def picture(tmp_path_factory):
    """The synthetic year in Sollentuna's nine kommundelar."""
    files = eg.make_example(seed=7).write(tmp_path_factory.mktemp("exempel"))
    incidents = eg.read_incidents(files["incidents"], crs=3006).incidents
    return eg.build_picture(incidents, eg.load_districts("sollentuna"), outside="keep")


@pytest.fixture(scope="module")
def folder(picture, tmp_path_factory):
    target = tmp_path_factory.mktemp("kartor") / "ny" / "mapp"
    return target, eg.save_district_maps(picture, target)


def renamed(names):
    """The small picture with other names of its four districts."""
    small = conftest.make_picture()
    return dataclasses.replace(small, districts=small.districts.assign(district=names))


def test_one_file_a_district_one_of_the_whole_and_an_index(picture, folder):
    target, written = folder
    names = sorted(picture.districts["district"])
    assert [path.name for path in written[:2]] == ["index.html", "karta.html"]
    assert len(written) == 2 + len(names) == 11
    assert "karta-haggvik.html" in {path.name for path in written}
    assert sorted(target.iterdir()) == sorted(written)
    index = written[0].read_text(encoding="utf-8")
    links = re.findall(r'<a href="([^"]*)">([^<]*)</a>', index)
    assert [text for _, text in links] == ["Hela området", *names]
    assert [link for link, _ in links] == [path.name for path in written[1:]]
    for link, _ in links:
        assert re.fullmatch(r"karta(-[a-z0-9-]+)?\.html", link)


def test_the_parts_add_up_to_the_whole(picture):
    parts = [part_of(picture, district_id) for district_id in picture.districts["district_id"]]
    for table in ("sites", "places", "addresses", "district_counts"):
        rows = getattr(picture, table)
        known = rows["district_id"].notna().sum()
        assert sum(len(getattr(part, table)) for part in parts) == known
    assert sum(part.counts["inside"] for part in parts) == picture.counts["inside"]
    assert sum(part.sites["n"].sum() for part in parts) == picture.sites["n"].sum()
    assert sum(part.site_counts["n"].sum() for part in parts) == picture.site_counts["n"].sum()
    for part in parts:
        counts = part.counts
        assert (
            counts["read"]
            == picture.counts["read"]
            == sum(
                counts[key]
                for key in ("inside", "duplicates", "outside", "district_only", "unplaced")
            )
        )
        assert part.places["place_id"].tolist() == list(range(1, len(part.places) + 1))
        assert part.addresses["rank"].tolist() == list(range(1, len(part.addresses) + 1))
        assert part.parameters == picture.parameters


@pytest.mark.parametrize("audience", ["partner", "public"])
def test_for_others_the_maps_tell_no_number_that_their_picture_does_not(
    picture, tmp_path, audience
):
    for_others = picture.for_audience(audience)
    table = for_others.district_counts
    hidden = dataclasses.replace(
        for_others, district_counts=table.assign(n=table["n"].mask(table["district"] == "Edsberg"))
    )
    for district_id, n in table.set_index("district_id")["n"].items():
        assert part_of(for_others, district_id).counts == {"inside": n}
    index, *maps = eg.save_district_maps(hidden, tmp_path)
    texts = {path.name: path.read_text(encoding="utf-8") for path in maps}
    assert (
        f'"shown":"färre än {picture.for_audience(audience).smallest} händelser"'
        in (texts["karta-edsberg.html"])
    )
    assert all("Adresser visas som rutor" in text for text in texts.values())
    assert "Adresser visas som rutor" not in source_of(picture, "sv")
    row = re.search(r">Edsberg</a></th>(.*?)</tr>", index.read_text(encoding="utf-8"))[1]
    assert row.startswith("<td>–</td>")
    # The part's own rows are those of the picture: the sum of what is shown is no other.
    sites = [len(part_of(for_others, i).sites) for i in table["district_id"]]
    assert sum(sites) == for_others.sites["district_id"].notna().sum()


def test_order_within_a_district_is_that_of_the_whole(picture):
    for district_id in picture.districts["district_id"]:
        part = part_of(picture, district_id)
        for table, number, key in (
            ("places", "place_id", "name"),
            ("addresses", "rank", "address"),
        ):
            whole = getattr(picture, table).sort_values(number)
            whole = whole[whole["district_id"] == district_id]
            assert getattr(part, table)[key].tolist() == whole[key].tolist()


def test_density_is_the_wholes_inside_and_nothing_outside(picture):
    names = picture.districts.set_index("district")["district_id"]
    part = part_of(picture, names["Tureberg"])
    area = part.districts.geometry.iloc[0]
    grid = picture.density.grid
    x, y = np.meshgrid(grid.eastings, grid.northings)
    inside = shapely.contains_xy(area, x, y)
    known = np.isfinite(part.density.values)
    assert known.sum() > 1000
    assert (shapely.distance(shapely.points(x[known], y[known]), area) == 0).all()
    np.testing.assert_array_equal(part.density.values[inside], picture.density.values[inside])


def test_classes_do_not_move_between_the_maps(picture, folder):
    levels = picture.density.levels()
    limits = {f"{round(level):,}".replace(",", "\u00a0") for level in levels}
    for path in folder[1][1:]:
        text = path.read_text(encoding="utf-8")
        found = set(re.findall(r'\["class","#[0-9a-f]{6}","([^–"]*)–', text))
        assert found <= limits
        assert found


def test_the_same_picture_gives_the_same_bytes(picture, folder, tmp_path):
    again = eg.save_district_maps(picture, tmp_path)
    assert [p.read_bytes() for p in again] == [p.read_bytes() for p in folder[1]]


def test_the_index_says_what_the_maps_say(picture, folder):
    index, *maps = (path.read_text(encoding="utf-8") for path in folder[1])
    rows = re.findall(r"<tr><th scope=\"row\">.*?</tr>", index)
    assert len(rows) == len(maps)
    recurring = []
    for row, page in zip(rows, maps, strict=True):
        incidents, places, addresses, _size = re.findall(r"<td>([^<]*)</td>", row)
        assert f'"shown":"{incidents} händelser"' in page
        data = json.loads(re.search(r'id="est-geo-data">(.*?)</script>', page)[1])
        counts = {layer["key"]: layer.get("count") for layer in data["layers"]}
        assert counts["places"].replace("inga", "0") == places
        recurring.append(int(addresses))
    known = picture.addresses["verdict"].str.startswith("recurring") | (
        picture.addresses["verdict"] == "calm_now"
    )
    assert recurring[0] == sum(recurring[1:]) == known.sum() > 0


def test_the_index_runs_nothing_and_asks_nobody(folder):
    index = folder[1][0].read_text(encoding="utf-8")
    assert f'content="{page_policy(())}"' in index
    assert "script-src 'none'; " in index
    assert "<script" not in index
    assert '<html lang="sv">' in index
    sizes = [path.stat().st_size for path in folder[1][1:]]
    assert all(f"<td>{-(-size // 1000)} kB</td>" in index for size in sizes)


def test_hostile_names_stay_in_the_folder_and_stay_text(tmp_path):
    names = ["../../Edsberg", "/etc/x", "C:\\con", "<script>1</script>"]
    small = renamed(names)
    sites = small.addresses.assign(weight=1.0, site_id=range(len(small.addresses)))
    small = dataclasses.replace(
        small,
        sites=sites,
        site_counts=None,
        district_counts=small.districts[["district_id"]].assign(n=1, placed=1),
        density=kde(sites, within=small.districts, cell_m=100, bandwidth_m=300),
    )
    target = tmp_path / "kartor"
    written = eg.save_district_maps(small, target, title=HOSTILE[1])
    assert {path.name for path in written} == {
        "index.html", "karta.html", "karta-edsberg.html", "karta-etc-x.html", "karta-c-con.html",
        "karta-script-1-script.html",
    }  # fmt: skip
    assert list(tmp_path.iterdir()) == [target]
    assert sorted(target.iterdir()) == sorted(written)
    index = written[0].read_text(encoding="utf-8")
    assert "<script" not in index
    assert "&lt;script&gt;1&lt;/script&gt;" in index


@pytest.mark.parametrize("file", ["../karta.html", "/etc/x.html", "a/b.html", "..", ""])
def test_no_file_is_written_outside_the_folder_whatever_made_its_name(tmp_path, file):
    with pytest.raises(FileRefused, match="is not a name of a file"):
        _inside(tmp_path, file)


def test_names_that_give_the_same_file_are_refused_before_anything_is_written(tmp_path):
    with pytest.raises(
        InputError, match=r"same file name, karta-haggvik.html: 'Haggvik' and 'Hägg"
    ):
        eg.save_district_maps(renamed(["Häggvik", "Haggvik", "c", "d"]), tmp_path / "kartor")
    assert list(tmp_path.iterdir()) == []


def test_names_without_a_letter_fall_back_on_the_identifier():
    assert list(file_names(renamed(["北", "b", "c", "d"])).values())[-1] == "karta-a.html"
    small = renamed(["北", "b", "c", "d"])
    bare = dataclasses.replace(
        small, districts=small.districts.assign(district_id=["-", "b", "c", "d"])
    )
    with pytest.raises(InputError, match="no file name can be made"):
        file_names(bare)


def test_a_name_too_long_for_a_disk_is_cut():
    assert max(len(name) for name in file_names(renamed(["x" * 400, "b", "c", "d"])).values()) < 80


def test_one_district_and_a_file_for_a_folder_are_refused(tmp_path):
    small = conftest.make_picture()
    one = dataclasses.replace(small, districts=small.districts.iloc[:1])
    with pytest.raises(InputError, match="one district only"):
        eg.save_district_maps(one, tmp_path)
    (tmp_path / "x").write_text("")
    with pytest.raises(FileRefused, match="'x' is a file"):
        eg.save_district_maps(small, tmp_path / "x")
    with pytest.raises(InputError, match="`tiles` must hold"):
        eg.save_district_maps(small, tmp_path / "y", tiles="https://a.se/")
    assert not (tmp_path / "y").exists()


@pytest.mark.browser
def test_links_lead_to_maps_that_draw(page, folder):
    index = folder[1][0]
    page.goto(index.as_uri())
    page.get_by_role("link", name="Tureberg").click()
    page.wait_for_selector(".leaflet-est-geo-areas-pane path")
    assert page.url == (index.parent / "karta-tureberg.html").as_uri()
    assert page.locator("h1").text_content().startswith("Tureberg: platser och adresser")
    assert page.locator(".leaflet-est-geo-areas-pane path").count() == 1
    assert page.said == []
    assert len(page.asked) == 2


@pytest.mark.browser
def test_the_index_fits_a_phone_whatever_districts_are_called(page, tmp_path):
    small = renamed(["Tureberg", "x" * 300, "Häggvik och Norrviken", "d"])
    sites = small.addresses.assign(weight=1.0, site_id=range(len(small.addresses)))
    small = dataclasses.replace(
        small,
        sites=sites,
        site_counts=None,
        district_counts=small.districts[["district_id"]].assign(n=1, placed=1),
        density=kde(sites, within=small.districts, cell_m=100, bandwidth_m=300),
    )
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(eg.save_district_maps(small, tmp_path)[0].as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert page.get_by_role("link", name="Tureberg").bounding_box()["height"] < 30  # one line


def test_the_index_is_searched_for_personal_data(picture, tmp_path, monkeypatch):
    with pytest.raises(PersonalDataFound, match="telephone"):
        eg.save_district_maps(picture, tmp_path, title="Ring 070-174 06 35")
    assert list(tmp_path.iterdir()) == []
    # Its maps say the same and stop it before: without their search it is found in the index.
    monkeypatch.setattr("est_geo.sharing.html.check_outgoing", lambda *_, **__: None)
    with pytest.raises(PersonalDataFound, match=r"'index\.html' would hold"):
        eg.save_district_maps(picture, tmp_path, title="Ring 070-174 06 35")
    assert not (tmp_path / "index.html").exists()
