"""Imported before nbformat by what starts often: a grammar it has no use for stays out.

jsonschema, which nbformat imports, builds a parser of addresses in all alphabets when
it finds rfc3987_syntax, which Jupyter installs: 1.6 s of a core, each time. No field of
a notebook is such an address.
"""

import sys

sys.modules.setdefault("rfc3987_syntax", None)
