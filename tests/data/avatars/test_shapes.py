"""Shapes of avatars: signed distances against closed forms, and painted areas."""

import numpy as np
import pytest

from utils.data.avatars.shapes import Canvas, box, capsule, ellipse, mix

rng = np.random.default_rng(0)
X, Y = rng.uniform(-1, 1, (2, 1_000))


def test_an_ellipse_with_equal_axes_is_a_circle_near_its_border():
    angle = rng.uniform(0, 2 * np.pi, 100)
    for distance in (-0.02, 0, 0.02):
        x, y = (0.5 + distance) * np.cos(angle), (0.5 + distance) * np.sin(angle)
        assert ellipse(x, y, 0.5, 0.5) == pytest.approx(distance, abs=1e-3)


def test_the_middle_of_an_ellipse_lies_inside():
    assert ellipse(np.zeros(1), np.zeros(1), 0.3, 0.2)[0] < -1


def test_the_distance_to_a_box_is_that_to_its_nearest_point():
    nearest = np.hypot(X - np.clip(X, -0.4, 0.4), Y - np.clip(Y, -0.3, 0.3))
    outside = nearest > 0
    assert box(X, Y, 0.4, 0.3, 0.0)[outside] == pytest.approx(nearest[outside])
    inside = np.maximum(np.abs(X) - 0.4, np.abs(Y) - 0.3)
    assert box(X, Y, 0.4, 0.3, 0.0)[~outside] == pytest.approx(inside[~outside])


def test_the_distance_to_a_capsule_is_the_least_over_its_line():
    along = np.linspace(0, 1, 2_001)[:, None]
    start, end = np.array([-0.3, 0.2]), np.array([0.5, -0.4])
    line = start + along * (end - start)
    least = np.hypot(X - line[:, :1], Y - line[:, 1:]).min(axis=0)
    found = capsule(X, Y, start, end, 0.1)
    assert found == pytest.approx(least - 0.1, abs=1e-4)


@pytest.mark.parametrize("size", [16, 32, 128])
def test_a_painted_disc_has_the_area_of_a_disc(size):
    canvas = Canvas(1, size)
    coverage = canvas.coverage(np.sqrt(canvas.x**2 + canvas.y**2) - np.float32(0.6))
    area = coverage.sum() * (2 / size) ** 2
    assert area == pytest.approx(np.pi * 0.36, rel=0.015)


def test_paint_lays_a_color_over_what_is_there():
    canvas = Canvas(2, 16)
    color = np.array([1, 0.5, 0.2], "float32").reshape(3, 1, 1, 1)
    canvas.paint(np.full((2, 16, 16), 0.5, "float32"), color)
    assert canvas.pictures[:, 1, 3, 4] == pytest.approx([0.5, 0.25, 0.1])
    canvas.paint(np.ones((2, 16, 16), "float32"), color)
    assert canvas.pictures[:, 0, 0, 0] == pytest.approx([1, 0.5, 0.2])


def test_mix_runs_from_the_first_color_to_the_second():
    assert mix(0.2, 0.8, 0.0) == 0.2
    assert mix(0.2, 0.8, 1.0) == pytest.approx(0.8)
