"""Every picture of the course: arrays in, a figure out."""

from utils.figures.animation import Animation, animate
from utils.figures.bars import bars, histograms
from utils.figures.canvas import Picture, new_figure, to_png
from utils.figures.curves import curve_grid, curves
from utils.figures.filmstrip import filmstrip, image_filmstrip
from utils.figures.given import evaluate_1d, evaluate_2d
from utils.figures.images import image_grid, image_rows
from utils.figures.scenes.arrows import common_arrow_scale
from utils.figures.scenes.codes import codes_2d
from utils.figures.scenes.densities import smooth_density
from utils.figures.scenes.in_the_browser import BrowserGame
from utils.figures.scenes.maximum import maximum
from utils.figures.scenes.modes import modes_2d
from utils.figures.scenes.patch_sheets import fields_on_picture, patch_sheet
from utils.figures.scenes.picture_map import picture_map
from utils.figures.scenes.players_1d import two_players_1d
from utils.figures.scenes.players_2d import two_players_2d
from utils.figures.scenes.sketch_pad import sketch_pad
from utils.figures.scenes.strips import best_of_n, strips
from utils.figures.scenes.surfaces import surface
from utils.figures.scenes.time_lines import signals
from utils.figures.scenes.voxels import volumes
from utils.figures.tables import Table, table
from utils.figures.theme import COLORS, DIVERGING, SERIES, color
from utils.figures.widgets import (
    FigureWidget,
    PlayerWidget,
    player_widget,
    slider_figure,
)

__all__ = [
    "COLORS",
    "DIVERGING",
    "SERIES",
    "Animation",
    "BrowserGame",
    "FigureWidget",
    "Picture",
    "PlayerWidget",
    "Table",
    "animate",
    "bars",
    "best_of_n",
    "codes_2d",
    "color",
    "common_arrow_scale",
    "curve_grid",
    "curves",
    "evaluate_1d",
    "evaluate_2d",
    "fields_on_picture",
    "filmstrip",
    "histograms",
    "image_filmstrip",
    "image_grid",
    "image_rows",
    "maximum",
    "modes_2d",
    "new_figure",
    "patch_sheet",
    "picture_map",
    "player_widget",
    "signals",
    "sketch_pad",
    "slider_figure",
    "smooth_density",
    "strips",
    "surface",
    "table",
    "to_png",
    "two_players_1d",
    "two_players_2d",
    "volumes",
]
