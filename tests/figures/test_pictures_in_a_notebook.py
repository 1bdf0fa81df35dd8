"""What a reader sees: one executed notebook, looked at cell by cell."""

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[2]
CELLS = {
    "figure": "from utils import figures\n"
    "figures.curves({'a': ([0, 1], [0, 1])}, xlabel='x', ylabel='y')",
    "no picture": "figure = figures.new_figure()",
    "pyplot": "import matplotlib.pyplot as plt\nplt.plot([0, 1]);",
    "figure after pyplot": "figure[0]",
    "animation": "figures.animate([1, 2], lambda ax, k: ax.plot([0, k]), size=(2, 2))",
    "table": "figures.table([[1]], ['a'])",
    "widget": "figures.player_widget(\n"
    "    lambda: None, lambda: None, lambda: figures.new_figure(2, 2)[0]\n"
    ")",
}


@pytest.fixture(scope="module")
def outputs():
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS.values()]
    notebook = nbformat.v4.new_notebook(cells=cells)
    folder = {"metadata": {"path": str(ROOT)}}
    NotebookClient(notebook, timeout=120, resources=folder).execute()
    return {
        name: [o for o in cell.outputs if o.output_type != "stream"]
        for name, cell in zip(CELLS, notebook.cells, strict=True)
    }


@pytest.mark.parametrize("name", ["figure", "figure after pyplot"])
def test_the_cell_shows_exactly_one_picture(outputs, name):
    (output,) = outputs[name]
    assert list(output.data) == ["text/html", "image/png", "text/plain"]
    assert re.match('<img src="data:image/png.*" alt="A f', output.data["text/html"])


def test_a_figure_that_is_not_the_last_expression_is_not_shown(outputs):
    assert outputs["no picture"] == []


def test_pyplot_still_works_beside_it(outputs):
    (output,) = outputs["pyplot"]
    assert "image/png" in output.data


def test_an_animation_stands_still_until_it_is_played(outputs):
    (output,) = outputs["animation"]
    page = output.data["text/html"]
    assert page.startswith('<img src="data:image/png;base64,')
    assert page.index("<details>") < page.index("data:image/gif")  # moves on demand
    assert set(output.data) == {"text/html", "image/png", "text/plain"}


def test_a_table_is_shown_as_a_page(outputs):
    (output,) = outputs["table"]
    assert "<table" in output.data["text/html"]


def test_a_widget_is_shown_without_a_front_end(outputs):
    (output,) = outputs["widget"]
    assert "application/vnd.jupyter.widget-view+json" in output.data
    assert '<img src="data:image/png' in output.data["text/html"]
    assert len(output.data["text/plain"]) < 100
