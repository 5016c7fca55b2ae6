"""Who a picture is for, and what each of them may see.

Three audiences, each with a smallest number, a size of cell and a length of hours. Coarser always
means a larger unit, never a random shift: a masked point looks exact and is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from est_geo.checks import check_choice, check_number
from est_geo.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

AudienceName = Literal["internal", "partner", "public"]
_DAY = 24


@dataclass(frozen=True)
class Audience:
    """What one audience may see.

    Attributes
    ----------
    name : {"internal", "partner", "public"}
        The analyst's own organisation, the others round the table, everyone.
    k : int
        Smallest number that is shown; 1 shows all. 0 is always shown.
    cell_m : float
        Side in metres of the squares that stand for addresses and points; 0 keeps them exact.
    hours : int
        Length of the blocks that hours are put into; divides 24.
    time_unit : {"minute", "day", "week"}
        How finely the time of a single incident is given.
    reporters : bool
        Whether who reported is named.
    """

    name: AudienceName
    k: int
    cell_m: float
    hours: int
    time_unit: Literal["minute", "day", "week"]
    reporters: bool

    @property
    def exact(self) -> bool:
        """Whether nothing is left out or made coarser."""
        return self.name == "internal"


AUDIENCES: Final[Mapping[str, Audience]] = MappingProxyType(
    {
        "internal": Audience("internal", 1, 0.0, 1, "minute", reporters=True),
        "partner": Audience("partner", 3, 100.0, 4, "day", reporters=True),
        "public": Audience("public", 5, 250.0, 6, "week", reporters=False),
    }
)


def audience_of(name: str, *, k: int | None = None, cell_m: float | None = None) -> Audience:
    """Give the rules of an audience, with a smallest number or a cell of one's own.

    Parameters
    ----------
    name : {"internal", "partner", "public"}
        Who it is for.
    k : int, optional
        Smallest number shown, at least 2; by default 3 for partners and 5 for everyone.
    cell_m : float, optional
        Side of the squares in metres, at least 50; by default 100 and 250.

    Raises
    ------
    InputError
        If the name is another, a number is too small, or either is given for "internal".
    """
    check_choice(name, tuple(AUDIENCES), name="audience")
    rules = AUDIENCES[name]
    if k is None and cell_m is None:
        return rules
    if rules.exact:
        raise InputError(
            "`k` and `cell_m` were given for the audience 'internal', which sees everything. "
            "Leave them out, or name 'partner' or 'public'."
        )
    least_k, least_m = 2, 50
    if k is not None:
        check_number(k, name="k", at_least=least_k, whole=True)
    if cell_m is not None:
        check_number(cell_m, name="cell_m", at_least=least_m)
    return Audience(
        rules.name,
        rules.k if k is None else int(k),
        rules.cell_m if cell_m is None else float(cell_m),
        rules.hours,
        rules.time_unit,
        reporters=rules.reporters,
    )


def widen_hours(first: int, last: int, *, block: int) -> tuple[int, int]:
    """Widen a span of whole hours outward to blocks; the whole day is 0 to 24.

    >>> widen_hours(20, 2, block=4), widen_hours(21, 23, block=6), widen_hours(3, 2, block=6)
    ((20, 4), (18, 24), (0, 24))
    """
    length = (last - first) % _DAY or _DAY
    start = first // block * block
    blocks = -(-(first - start + length) // block)
    if blocks * block >= _DAY:
        return 0, _DAY
    end = (start + blocks * block) % _DAY
    return start, end or _DAY
