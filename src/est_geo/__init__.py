"""est_geo: from incident files to one shared picture of where, when and what keeps coming back."""

import lazy_loader

__version__ = "0.1.0"

# __init__.pyi is the one list of public names; each is imported when it is first used.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
