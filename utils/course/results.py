"""Read the measured tables that a lesson shows and a script in `benchmarks/` redoes."""

import json

from utils.course.folder import CourseError, find_course


def load_results(name: str):
    """Read `results/NAME.json` of the course.

    Args:
        name: of the table, such as `"mixtures"`.

    Returns:
        What the file holds.

    Raises:
        CourseError: If there is no such table.
    """
    folder = find_course().root / "results"
    path = folder / f"{name}.json"
    if not path.is_file():
        there = ", ".join(sorted(file.stem for file in folder.glob("*.json"))) or "none"
        raise CourseError(
            f"There is no results/{name}.json; the tables there are: {there}. Run "
            f"`python benchmarks/{name}.py` to measure it."
        )
    return json.loads(path.read_text(encoding="utf-8"))
