import numpy as np
import pytest

from utils import figures

X = np.linspace(-1, 1, 5)


def test_the_thick_line_is_the_active_branch_and_only_there():
    ax = figures.maximum(X, {"falling": -X, "rising": X}).axes[0]
    thick = [line for line in ax.get_lines() if line.get_linewidth() == 7]
    seen = np.stack([line.get_ydata() for line in thick])
    assert np.nanmax(seen, axis=0) == pytest.approx(np.abs(X))
    assert (np.isfinite(seen).sum(axis=0) == 1).all()


def test_the_path_runs_on_the_maximum():
    ax = figures.maximum(X, {"a": -X, "b": X}, path=[-1.0, -0.5, 0.25]).axes[0]
    path = next(line for line in ax.get_lines() if line.get_label() == "descent")
    assert path.get_ydata() == pytest.approx([1.0, 0.5, 0.25])
    assert {text.get_text() for text in ax.texts} == {"step 0", "step 2"}


def test_bad_branches_are_refused():
    with pytest.raises(ValueError, match="no branches"):
        figures.maximum(X, {})
    with pytest.raises(ValueError, match="3 values for 5 places"):
        figures.maximum(X, {"a": [1, 2, 3]})
