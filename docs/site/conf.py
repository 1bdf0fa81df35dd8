"""How Sphinx builds the site from what `course site` has written."""

project = "Measure, then minimize"
author = "the Measure, then minimize authors"
copyright = "The Measure, then minimize authors. Code: MIT, text and figures: CC BY 4.0"
language = "en"
extensions = ["myst_nb", "sphinx_copybutton", "sphinx-mathjax-offline"]
myst_enable_extensions = ["dollarmath", "amsmath"]
nb_execution_mode = "off"  # the lessons were executed by `course run`
nb_output_stderr = "remove"
pygments_style = "a11y-high-contrast-light"
html_theme = "sphinx_book_theme"
html_title = project
html_static_path = ["_static"]
exclude_patterns = ["_static"]
html_css_files = ["site.css"]
html_js_files = ["site.js"]
html_copy_source = False
html_show_search_summary = False  # would be fetched, which a page of a file may not
html_theme_options = {
    "use_download_button": False,
    "use_fullscreen_button": False,
    "navbar_persistent": [],  # one field to search is enough
    "show_navbar_depth": 1,
    "show_toc_level": 2,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
