"""What leaves the analysis: maps, reports and tables for others."""

import lazy_loader

# `est_geo.layers` is this room's module; it is imported when it is first used.
__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submodules={"layers"})
