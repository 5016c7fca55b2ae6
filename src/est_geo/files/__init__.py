"""Files: safe opening of any file that someone hands us, and whole writing of our own."""

from est_geo.files.opening import OpenedFile, open_file, open_table
from est_geo.files.paths import expand
from est_geo.files.writing import write_atomic

__all__ = ["OpenedFile", "expand", "open_file", "open_table", "write_atomic"]
