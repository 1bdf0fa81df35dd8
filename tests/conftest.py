"""What every test may rely on."""

import os

if folder := os.environ.get("COURSE_DATA"):
    # Kernels work in other folders, where a relative path would not be found.
    os.environ["COURSE_DATA"] = os.path.abspath(folder)
