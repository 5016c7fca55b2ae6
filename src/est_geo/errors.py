"""What can go wrong, as a tree.

::

    EstGeoError                  anything est_geo refuses or cannot do
    ├── InputError (ValueError)  an argument or a table does not hold what the call needs
    │   └── CRSError             a CRS is missing, not in metres, or not the same for two tables
    ├── FileRefused (OSError)    a file is unsafe, empty, damaged, or not of the kind its name says
    ├── MissingAsset             a page needs a script or style that the library does not have
    └── PersonalDataFound        what was about to be written holds what looks like personal data

Every message names the argument or file, the number of rows concerned, the first of them, and what
to do.
"""


class EstGeoError(Exception):
    """Anything est_geo refuses or cannot do."""


class InputError(EstGeoError, ValueError):
    """An argument or a table does not hold what the call needs."""

    refusal: object = None  # est_geo.checks.refusing.Refusal, where rows of a table are refused


class CRSError(InputError):
    """A coordinate reference system is missing, not in metres, or not the same for two tables."""


class FileRefused(EstGeoError, OSError):  # noqa: N818 - the name says what happened, as in a letter
    """A file is not opened: unsafe, empty, damaged, or of another kind than its name says."""


class MissingAsset(EstGeoError):  # noqa: N818 - the same
    """A page asks for a script or style sheet that does not come with the library."""


class PersonalDataFound(EstGeoError):  # noqa: N818 - the same
    """Nothing is written: a text holds what looks like personal data."""
