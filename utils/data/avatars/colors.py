"""The colors of avatars: palettes along which a factor runs."""

import numpy as np

SKIN = ("#FCDFC9", "#F2C6A0", "#D9A277", "#A97350", "#744A33", "#4D3226")
HAIR = ("#1D1A20", "#4A2E20", "#85512C", "#B8552A", "#E6B65C", "#C9CBD3")
EYES = ("#4A2A16", "#93622A", "#55853F", "#3D7FC4", "#7D909C")
WALL = ("#F6D9C6", "#F4E5B2", "#CFE6BE", "#B5DEE2", "#BFCDEE", "#E3C6E6")
SHIRT = ("#3F6C8F", "#5B4B7D", "#A4573F", "#D08A45", "#52795F", "#3F4A63")

INK = "#2A2126"
WHITE = "#FDFBF7"
ROSE = "#C8455A"
THROAT = "#6E2230"
FRAME = "#2B2A33"
LENS = "#BFD9E6"
DARK_LENS = "#23242E"


def rgb(color: str) -> np.ndarray:
    """Returns a color such as `"#FF8000"` as `(3, 1, 1, 1)`, float32 in [0, 1]."""
    levels = [int(color[i : i + 2], 16) for i in (1, 3, 5)]
    return np.array(levels, "float32").reshape(3, 1, 1, 1) / 255


def along(palette: tuple[str, ...], position: np.ndarray) -> np.ndarray:
    """Returns the colors `(3, n, 1, 1)` at positions (n,) in [0, 1] along a palette."""
    stops = np.linspace(0, 1, len(palette))
    colors = np.concatenate([rgb(color).reshape(1, 3) for color in palette])
    channels = [np.interp(position, stops, channel) for channel in colors.T]
    return np.asarray(channels, "float32")[:, :, None, None]
