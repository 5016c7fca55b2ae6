"""How Sphinx builds these pages: `sphinx-build -W docs docs/_build`."""

import est_geo

project = "est_geo"
author = "The est_geo maintainers"
project_copyright = f"2026, {author}"
version = release = est_geo.__version__

extensions = [
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
]
exclude_patterns = ["_build"]
root_doc = "index"
nitpicky = False  # types in docstrings are words for people ("GeoDataFrame of n Points")

html_theme = "pydata_sphinx_theme"
html_title = "est_geo"
html_show_sourcelink = False
html_theme_options = {"show_prev_next": True, "navigation_with_keys": False}

# The examples of these pages are run by pytest as doctests, not by the build.
nb_execution_mode = "off"
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

autosummary_generate = True
autodoc_typehints = "none"  # the docstrings give types with shapes and units
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
