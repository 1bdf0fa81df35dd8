"""Every picture of the course: arrays in, a figure out."""

from utils.figures.animation import Animation, animate
from utils.figures.arrays import evaluate_1d, evaluate_2d
from utils.figures.arrows import common_arrow_scale
from utils.figures.bars import bars, histograms
from utils.figures.canvas import Picture, new_figure, to_png
from utils.figures.codes import codes_2d
from utils.figures.curves import curve_grid, curves
from utils.figures.densities import smooth_density
from utils.figures.filmstrip import filmstrip, image_filmstrip
from utils.figures.grids import image_grid, image_rows
from utils.figures.live import LivePlot
from utils.figures.maximum import maximum
from utils.figures.modes import modes_2d
from utils.figures.patches import fields_on_picture, patch_sheet
from utils.figures.picture_map import picture_map
from utils.figures.players_1d import two_players_1d
from utils.figures.players_2d import two_players_2d
from utils.figures.sheets import contact_sheet, factor_sheet
from utils.figures.signals import signals
from utils.figures.style import COLORS, DIVERGING, SERIES, color
from utils.figures.surfaces import surface
from utils.figures.tables import Table, table
from utils.figures.volumes import volumes
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
    "FigureWidget",
    "LivePlot",
    "Picture",
    "PlayerWidget",
    "Table",
    "animate",
    "bars",
    "codes_2d",
    "color",
    "common_arrow_scale",
    "contact_sheet",
    "curve_grid",
    "curves",
    "evaluate_1d",
    "evaluate_2d",
    "factor_sheet",
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
    "slider_figure",
    "smooth_density",
    "surface",
    "table",
    "to_png",
    "two_players_1d",
    "two_players_2d",
    "volumes",
]
