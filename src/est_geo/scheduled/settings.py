"""The settings of a scheduled run: a TOML file, checked before anything is read or written."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from est_geo.errors import InputError
from est_geo.files.guards import check_local

if TYPE_CHECKING:
    from typing import Any, Self

_AT_MOST = 1_000_000  # bytes of settings
_FAULTS_SHOWN = 5


class _Strict(BaseModel):
    """A part of the settings: unknown keys are errors, for a misspelt one would do nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Source(_Strict):
    """Files of one reporter."""

    files: Annotated[list[str], Field(min_length=1)]
    name: str | None = None
    crs: str | int | None = None
    layer: str | None = None
    year: int | None = None
    columns: dict[str, str] = {}
    optional: bool = False


class Districts(_Strict):
    """The study area: bundled municipalities, or a file of polygons."""

    bundled: list[str] = []
    level: Literal["kommundel", "regso"] = "kommundel"
    file: str | None = None
    name: str | None = None
    outside: Literal["raise", "keep", "nearest"] = "keep"

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if bool(self.bundled) == (self.file is not None):
            raise ValueError('give either bundled = ["sollentuna"] or file = "kommundelar.gpkg"')
        return self


class Register(_Strict):
    """The address register, and people's own words for places in it."""

    files: Annotated[list[str], Field(min_length=1)]
    aliases: str | None = None


class Efforts(_Strict):
    """What was done, where and from when."""

    file: str


class Analysis(_Strict):
    """What is asked of each picture."""

    period: Literal["week", "month", "quarter", "tertial", "year"] = "week"
    preset: Literal["auto", "week", "month", "tertial", "year", "two_years"] = "auto"
    bandwidth_m: Annotated[float, Field(gt=0)] | Literal["auto"] = "auto"
    cell_m: Annotated[float, Field(gt=0)] = 50
    eps_m: Annotated[float, Field(gt=0)] = 50
    min_incidents: Annotated[float, Field(gt=0)] | Literal["auto"] = "auto"


class Rules(_Strict):
    """What one audience may see, where it is not the usual."""

    k: Annotated[int, Field(ge=2)] | None = None
    cell_m: Annotated[float, Field(ge=50)] | None = None


class Audiences(_Strict):
    """For whom pictures are made."""

    make: Annotated[list[Literal["internal", "partner", "public"]], Field(min_length=1)] = [
        "internal"
    ]
    partner: Rules = Rules()
    public: Rules = Rules()


class Write(_Strict):
    """Which files are written for each audience."""

    map: bool = True
    report: bool = True
    workbook: bool = True
    geopackage: bool = True
    csv: bool = False


class Settings(_Strict):
    """Everything a scheduled run needs to know."""

    title: str | None = None
    language: Literal["sv", "en"] = "sv"
    out: str = "lagesbilder"
    municipality: str | None = None
    personal_data: Literal["mask", "reject"] = "mask"
    rejected: Literal["skip", "raise"] = "skip"
    categories: str | None = None
    districts: Districts
    sources: Annotated[list[Source], Field(min_length=1)]
    register_: Annotated[Register | None, Field(alias="register")] = None
    efforts: Efforts | None = None
    analysis: Analysis = Analysis()
    audiences: Audiences = Audiences()
    write: Write = Write()


def read_settings(path: str | Path) -> Settings:
    """Read and check a file of settings.

    Parameters
    ----------
    path : str or Path
        A TOML file, as `est-geo init` writes one.

    Returns
    -------
    Settings
        Paths in it are as written: relative to the folder of the file.

    Raises
    ------
    InputError
        If the file is no TOML, or a key is missing, unknown or has a value that it cannot have. The
        message names every such key (up to five), what is wrong with it, and what to write.
    """
    check_local(str(path))
    target = Path(path)
    try:
        content = target.read_bytes()
    except OSError as error:
        raise InputError(
            f"`{target.name}` cannot be read: {error.strerror or type(error).__name__}. Write one "
            "with est-geo init."
        ) from error
    if len(content) > _AT_MOST:
        raise InputError(f"`{target.name}` has {len(content)} bytes; settings are no data.")
    try:
        values = tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(
            f"`{target.name}` is not TOML: {error}. Texts stand in quotes, and a backslash in a "
            "Windows path is written twice or as /."
        ) from error
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise InputError(_explained(target.name, error)) from None


def _explained(file: str, error: ValidationError) -> str:
    """Say of each key what is wrong with it and what to do, without what stands in it."""
    faults = [_fault(dict(one)) for one in error.errors(include_url=False, include_input=False)]
    more = len(faults) - _FAULTS_SHOWN
    listed = "; ".join(faults[:_FAULTS_SHOWN]) + (f"; and {more} more" if more > 0 else "")
    number = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    return f"`{file}` has {number}: {listed}."


def _fault(one: dict[str, Any]) -> str:
    where = [part for part in one["loc"] if part not in {"float", "literal['auto']"}]
    key = ".".join(str(part + 1) if isinstance(part, int) else str(part) for part in where)
    kind, said = one["type"], str(one["msg"])
    if kind == "missing":
        return f"`{key}` is missing: add it (est-geo init shows how)"
    if kind == "extra_forbidden":
        return f"`{key}` is not a key there: check its spelling, or take it away"
    if kind == "value_error":
        return f"`{key}`: {said.removeprefix('Value error, ')}"
    return f"`{key}`: {said[:1].lower()}{said[1:]}"
