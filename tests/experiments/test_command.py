import numpy as np
import pytest
from typer.testing import CliRunner

from utils.course import cli
from utils.experiments import command


def toy(trial):
    """The score of a trial without training; every third fails."""
    if trial.number == 2:
        raise ValueError("diverged.")
    return {"js": 0.1 + 0.05 * trial.number}


@pytest.fixture
def swept(tmp_path, monkeypatch):
    monkeypatch.setattr(command, "play", toy)

    def call(*arguments):
        options = ["--folder", str(tmp_path / "rows"), *arguments]
        return CliRunner().invoke(cli.app, ["sweep", *options])

    return call


def test_a_sweep_writes_rows_a_table_and_a_picture(swept, tmp_path):
    ended = swept("grid", "--each", "4", "--family", "VAE", "--family", "energy")
    assert ended.exit_code == 0, ended.output
    assert "6 done, 2 failed, 0 running" in ended.output
    assert "best 0.1 (VAE)" in ended.output
    assert len(list((tmp_path / "rows").glob("*.json"))) == 8
    assert (tmp_path / "rows" / "strips.png").stat().st_size > 10_000
    shown = swept("grid", "--show")
    assert "energy │ 4    │ 1" in shown.output


def test_ctrl_c_keeps_the_rows_and_says_how_to_go_on(swept, tmp_path, monkeypatch):
    def interrupted(trial):
        if trial.number == 3:
            raise KeyboardInterrupt
        return toy(trial)

    monkeypatch.setattr(command, "play", interrupted)
    ended = swept("grid", "--each", "5", "--family", "VAE")
    assert ended.exit_code == 130
    assert "the same command goes on" in ended.output
    assert len(list((tmp_path / "rows").glob("*.json"))) == 3


def test_scores_come_in_the_order_of_the_trials():
    rows = [
        {"trial": {"family": "VAE", "target": "grid", "number": n}, "scores": scores}
        for n, scores in ((2, {"js": 0.2}), (0, {"js": 0.5}), (1, None))
    ]
    np.testing.assert_equal(command.scores_by_family(rows), {"VAE": [0.5, np.nan, 0.2]})


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["grids"], "Did you mean 'grid'?"),
        (["grid", "--budget", "0"], "budget was 0.0, but must be"),
        (["grid", "--family", "GAM"], "There is no family 'GAM'."),
        (["grid", "--workers", "0"], "workers was 0"),
        (["grid", "--workers", "2", "--scheduler", "tcp://x:1"], "one of the two"),
        (["grid", "--show"], "run the sweep first"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(swept, arguments, said):
    ended = swept(*arguments)
    assert ended.exit_code == 1
    assert said in ended.output + ended.stderr
    assert "Traceback" not in ended.output
