import pytest

from utils import figures

ROWS = [("GAN", "6.3 ± 0.5", 0.45), ("R1, <here>", "8.0 ± 0.0", "")]
HEADER = ("model", "modes", "reverse KL (nats)")


def test_plain_text_has_columns_and_flush_right_numbers():
    assert repr(figures.table(ROWS, HEADER, "Ring of 8")).splitlines() == [
        "Ring of 8",
        "model           modes  reverse KL (nats)",
        "----------  ---------  -----------------",
        "GAN         6.3 ± 0.5               0.45",
        "R1, <here>  8.0 ± 0.0",
    ]


def test_html_is_escaped_and_aligned():
    page = figures.table(ROWS, HEADER, "a < b")._repr_html_()
    assert "R1, &lt;here&gt;" in page
    assert "a &lt; b</caption>" in page
    assert page.count("<tr>") == 3
    assert page.count('<th scope="col"') == page.count("</th>") == 3
    assert page.count("text-align: right") == 6


def test_an_empty_corner_heads_no_column():
    page = figures.table([["a", 1]], ["", "steps"])._repr_html_()
    assert page.count("<th ") == page.count("</th>") == 1


def test_markdown_escapes_the_bar():
    text = figures.table([["D | G", 1]], ["player", "steps"])._repr_markdown_()
    assert text == "| player | steps |\n| :--- | ---: |\n| D \\| G | 1 |\n"


def test_a_table_may_have_no_rows():
    table = figures.table([], ["a", "b"])
    assert repr(table) == "a  b\n-  -"
    assert "<tbody></tbody>" in table._repr_html_()


def test_signs_and_bounds_count_as_numbers():
    rows = [["−1.5"], ["≤ 0.05"], ["~3"], ["98.9 %"]]
    assert figures.table(rows, ["x"])._repr_html_().count("right") == 5


@pytest.mark.parametrize(
    ("rows", "header", "message"),
    [
        ([], [], "no columns"),
        ([[1, 2], [1]], ["a", "b"], "row 1 has 1 cells, but the header 2"),
    ],
)
def test_a_ragged_table_is_refused(rows, header, message):
    with pytest.raises(ValueError, match=message):
        figures.table(rows, header)
