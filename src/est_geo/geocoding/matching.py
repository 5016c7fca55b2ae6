"""Matching one parsed address against the register, in stages from the surest to none.

Nothing is drawn by lot: where two entries fit equally well the answer is `ambiguous`, with both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from est_geo.geocoding.addresses import street_key
from est_geo.geocoding.found import NOTHING, SCORES, Found
from est_geo.geocoding.register import AREAS, ONE_SPOT_M

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from est_geo.geocoding.addresses import Address
    from est_geo.geocoding.corrections import Correction
    from est_geo.geocoding.register import Named, Register, Rows, Street

_FARTHEST_NUMBER = 10  # a number that is not there is sought among those so near it
_FEWEST_BESIDE_M = 50.0
_PER_NUMBER_M = 12.5  # along a street, where only one neighbour is known
_CROSSING_M = 150.0  # streets whose addresses are farther apart do not meet
_CORNER_M = 30.0
_LISTED = 10
_CONTRADICTED = 0.8  # what is left of it where the text names another area
_PER_EDIT = 0.1  # what each slip of the finger takes


class Said(NamedTuple):
    """What the rest of an address says of where it is."""

    areas: tuple[Named, ...] = ()
    strays: tuple[str, ...] = ()
    is_elsewhere: bool = False


_NOTHING_SAID: Final = Said()


class Matcher:
    """Matches parsed addresses against one register."""

    def __init__(self, register: Register, corrections: Mapping[str, list[Correction]]) -> None:
        self._register = register
        self._corrections = corrections
        self._keys: dict[str, str] = {}

    def _key(self, name: str) -> str:
        """Give the key of a name; most names come more than once."""
        key = self._keys.get(name)
        if key is None:
            key = self._keys[name] = street_key(name)
        return key

    def match(self, address: Address) -> Found:
        """Match an address; `SCORES` lists the levels, to which come `ambiguous` and `none`."""
        said = self._read_areas(address)
        if said.is_elsewhere:
            return NOTHING
        found = self._named(address, said)
        for stray in () if found else said.strays:
            key = self._key(stray)
            found = self._place(key, said) or self._whole_street(key, stray, said)
            if found:
                break
        return found or self._district(said.areas)

    def _named(self, address: Address, said: Said) -> Found | None:
        """Match what the address names first: a crossing, a property, a street or a place."""
        if address.crossing:
            return self._crossing(address.crossing, said)
        if not address.street:
            return self._place(self._key(address.designation), said)
        key, said = self._without_area(address.street, said)
        if address.number is not None:
            if key in self._register.streets:
                return self._numbered(key, address, said)
            return self._corrected(key, address, said) or self._place(key, said)
        if key in self._register.area_of:
            return self._district((*said.areas, self._register.area_of[key]))
        return (
            self._place(key, said)
            or self._whole_street(key, address.street, said)
            or self._corrected_street(key, said)
        )

    # ---- what the text says beside the address -------------------------------------------------

    def _read_areas(self, address: Address) -> Said:
        """Tell the names of areas in a text from other pieces of it."""
        if not address.others and not address.postcode:
            return _NOTHING_SAID
        areas, strays, is_elsewhere, is_here = [], [], False, False
        for other in address.others:
            key = self._key(other)
            named = self._register.area_of.get(key)
            if named:
                is_here = True
                if key not in self._register.everywhere:
                    areas.append(named)
            elif key in self._register.elsewhere:
                is_elsewhere = True
            else:
                strays.append(other)
        postcode = self._register.area_of.get(address.postcode)
        if postcode:
            areas.append(postcode)
        areas.sort(key=_narrowness)
        return Said(tuple(areas), tuple(strays), is_elsewhere and not is_here)

    def _without_area(self, street: str, said: Said) -> tuple[str, Said]:
        """Take the name of an area off a street: Sollentuna Malmvägen, Malmvägen Tureberg."""
        register = self._register
        key = self._key(street)
        words = street.split()
        if len(words) == 1 or key in register.streets or key in register.places:
            return key, said
        for cut in range(1, len(words)):
            parts = (" ".join(words[:cut]), " ".join(words[cut:]))
            for area, rest in (parts, parts[::-1]):
                named, other = register.area_of.get(self._key(area)), self._key(rest)
                if named and (other in register.streets or other in register.places):
                    areas = sorted((*said.areas, named), key=_narrowness)
                    return other, said._replace(areas=tuple(areas))
        return key, said

    # ---- addresses -----------------------------------------------------------------------------

    def _numbered(self, key: str, address: Address, said: Said) -> Found:
        """Match an address on a street of the register."""
        if said.areas and (found := self._in_area(key, address, said)):
            return found
        street, agrees = self._register.street(key, address.street, said.areas)
        found = self._number(street, address)
        if found is None and said.areas:
            # A long street through several areas, of which the text names the wrong one.
            whole, _ = self._register.street(key, address.street)
            if not whole.is_split and (found := self._number(whole, address)):
                agrees = False
        found = found or self._nearest(street, address) or self._middle(street)
        return found if agrees else found._replace(score=found.score * _CONTRADICTED)

    def _in_area(self, key: str, address: Address, said: Said) -> Found | None:
        """Match the address as it stands in the area it says: what most of them are."""
        whole, _ = self._register.street(key, address.street)
        rows = whole.by_address.get((address.number or 0, address.letter), [])
        rows, agrees = self._register.within(rows, said.areas)
        is_one = bool(rows) and agrees and address.to_number is None
        return self._spot(rows, "exact") if is_one else None

    def _number(self, street: Street, address: Address) -> Found | None:
        """Match a number with its letter, else without; of a range its first that is there."""
        number = address.number
        if number is None:
            return None
        if address.to_number is not None:
            return self._range(street, number, address.to_number)
        rows = street.by_address.get((number, address.letter))
        if rows:
            return self._spot(rows, "exact")
        rows = street.by_number.get(number)
        if not rows:
            return None
        return self._spot(street.by_address.get((number, ""), rows), "letter_dropped", among=rows)

    def _range(self, street: Street, first: int, last: int) -> Found | None:
        """Match 10-12: at the first number that is there, with the way to the last as doubt."""
        ends = [street.by_number[number] for number in (first, last) if number in street.by_number]
        if not ends:
            return None
        level = "exact" if first in street.by_number else "nearest_number"
        return self._spot(ends[0], level, among=[row for rows in ends for row in rows], wide=True)

    def _nearest(self, street: Street, address: Address) -> Found | None:
        """Match the nearest number on the same side; of two equally near ones the lower."""
        number = address.number or 0
        near = [
            beside
            for beside in street.beside(number)
            if beside is not None and abs(beside - number) <= _FARTHEST_NUMBER
        ]
        if not near:
            return None
        rows = [street.by_number[beside] for beside in near]
        both = [row for part in rows for row in part]
        if street.is_split:
            return self._ambiguous(both)
        nearest = min(range(len(near)), key=lambda which: abs(near[which] - number))
        alone = abs(near[nearest] - number) * _PER_NUMBER_M
        register = self._register
        between = alone if len(near) == 1 else register.spread([rows[0][0], rows[1][0]])
        row = rows[nearest][0]
        return Found(
            "nearest_number",
            SCORES["nearest_number"],
            *register.at[row][:2],
            max(between, _FEWEST_BESIDE_M),
            register.label(row),
            register.district_of(both),
        )

    def _spot(
        self, rows: Rows, level: str, *, among: Rows | None = None, wide: bool = False
    ) -> Found:
        """Match the entries of one address, where they lie together."""
        register = self._register
        row = rows[0]
        east, north, doubt = register.at[row]
        if len(rows) > 1 or among is not None:
            every = [row, *(among or rows)]
            spread = register.spread(every)
            if spread > ONE_SPOT_M and not wide:
                return self._ambiguous(rows if len(rows) > 1 else every[1:])
            doubt = max(doubt, spread)
        label, district = register.label(row), register.district[row]
        return Found(level, SCORES[level], east, north, doubt, label, district)

    def _ambiguous(self, rows: Sequence[int], *, whole: bool = False) -> Found:
        """List what fits equally well, entries or whole streets; a district they share holds."""
        register = self._register
        label = register.title.__getitem__ if whole else register.label
        names = sorted({f"{label(row)} ({register.area_name(row)})" for row in rows})
        more = "" if len(names) <= _LISTED else "; …"
        return Found(
            "ambiguous",
            district=register.district_of(rows),
            candidates="; ".join(names[:_LISTED]) + more,
        )

    # ---- misspelt streets ----------------------------------------------------------------------

    def _corrected(self, key: str, address: Address, said: Said) -> Found | None:
        """Match an address whose street is misspelt: on the likeliest street with that number."""
        corrections = self._corrections.get(key, ())
        best: list[tuple[Correction, Found]] = []
        for correction in corrections:
            if best and correction.cost > best[0][0].cost:
                break
            street, agrees = self._register.street(correction.key, "", said.areas)
            # In doubt about the street, what else is known must fit.
            found = self._number(street, address) if agrees else None
            if not found and agrees and len(corrections) == 1 and correction.cost <= 1:
                found = self._nearest(street, address)
            if found:
                best.append((correction, found))
        if not best:
            return None
        correction, found = best[0]
        if len(best) > 1:
            streets = [self._register.street(other.key, "", said.areas)[0] for other, _ in best]
            number = address.number or 0
            return self._ambiguous([row for part in streets for row in part.by_number[number]])
        if found.level == "ambiguous":
            return found
        level = "type_corrected" if correction.is_type else "street_corrected"
        score = SCORES[level] * found.score * (1 - _PER_EDIT * correction.cost)
        return found._replace(level=level, score=score)

    def _corrected_street(self, key: str, said: Said) -> Found | None:
        """Match a misspelt street without a number, where it can be one only."""
        corrections = self._corrections.get(key, ())
        if len(corrections) != 1 or corrections[0].cost > 1:
            return None
        found = self._whole_street(corrections[0].key, "", said)
        return found and found._replace(score=found.score * (1 - _PER_EDIT * corrections[0].cost))

    # ---- streets, crossings, places and districts -----------------------------------------------

    def _whole_street(self, key: str, written: str, said: Said) -> Found | None:
        """Match a street by its name alone."""
        if key not in self._register.streets:
            return None
        street, agrees = self._register.street(key, written, said.areas)
        found = self._middle(street)
        return found if agrees else found._replace(score=found.score * _CONTRADICTED)

    def _middle(self, street: Street) -> Found:
        """Match a whole street, where it is one."""
        return (
            self._ambiguous(street.rows, whole=True)
            if street.is_split
            else self._middle_of(street.rows)
        )

    def _middle_of(self, rows: Rows) -> Found:
        """Match entries at their centre, with their extent as doubt."""
        register = self._register
        east, north = register.x[rows], register.y[rows]
        return Found(
            "street",
            SCORES["street"],
            float(east.mean()),
            float(north.mean()),
            float(np.hypot(np.ptp(east), np.ptp(north))),
            str(register.title[rows[0]]),
            register.district_of(rows),
        )

    def _place(self, key: str, said: Said) -> Found | None:
        """Match the name of a place."""
        rows = self._register.places.get(key)
        if not rows:
            return None
        rows, agrees = self._register.within(rows, said.areas)
        found = self._spot(rows, "place")
        return found if agrees else found._replace(score=found.score * _CONTRADICTED)

    def _crossing(self, names: Sequence[str], said: Said) -> Found | None:
        """Match where two streets, or a street and a place, come nearest to each other."""
        register = self._register
        sides = [self._rows_named(name, said) for name in names[:2]]
        if not all(sides):
            return next((self._middle_of(rows) for rows in sides if rows), None)
        one, other = sides
        east, north = register.x, register.y
        apart = np.hypot(east[one][:, None] - east[other], north[one][:, None] - north[other])
        shortest = float(apart.min())
        if shortest > _CROSSING_M:
            return self._ambiguous([one[0], other[0]], whole=True)
        first, second = np.nonzero(apart <= shortest + _CORNER_M)
        east = (east[one][first] + east[other][second]) / 2
        north = (north[one][first] + north[other][second]) / 2
        nearest = np.lexsort((north, east, apart[first, second]))[0]
        reach = float(np.hypot(east - east[nearest], north - north[nearest]).max())
        rows = [one[first[nearest]], other[second[nearest]]]
        if reach > _CROSSING_M:
            return self._ambiguous([one[which] for which in first], whole=True)
        return Found(
            "crossing",
            SCORES["crossing"],
            float(east[nearest]),
            float(north[nearest]),
            max(shortest, reach, _CORNER_M),
            " / ".join(str(register.title[row]) for row in rows),
            register.district_of(rows),
        )

    def _rows_named(self, name: str, said: Said) -> Rows:
        """Give the entries of a street, well spelt or not, or of a place."""
        register = self._register
        key = self._key(name)
        if key not in register.streets and key in register.places:
            return register.within(register.places[key], said.areas)[0]
        if key not in register.streets:
            corrections = self._corrections.get(key, ())
            if len(corrections) != 1:
                return []
            key = corrections[0].key
        return register.street(key, name, said.areas)[0].rows

    def _district(self, areas: tuple[Named, ...]) -> Found:
        """Match the district that a text names, where it names one."""
        register = self._register
        for area in areas:
            for column, code in area:
                if column not in _DISTRICTS:
                    continue
                inside = np.flatnonzero(register.areas[column] == code)
                district = code if column == "district" else register.district_of(inside.tolist())
                return Found(
                    "district",
                    SCORES["district"],
                    label=register.area_names[column][code],
                    district=district,
                )
        return NOTHING


_DISTRICTS = AREAS[:2]


def _narrowness(named: Named) -> int:
    """Order areas from the narrowest, so that it does not matter which is written first."""
    return min(AREAS.index(column) for column, _ in named)
