"""Exercise 11.4: the peak signal-to-noise ratio."""

import numpy as np

from utils.checks.engine import Case, Check, Wrong


def _ratio(target, made, peak):
    return peak**2 / np.mean(np.square(target - made))


def _exact(target, made, peak):
    return 10 * np.log10(_ratio(target, made, peak))


def _error(error):
    """A mistake made of another error than the mean square."""

    def formula(target, made, peak):
        return 10 * np.log10(peak**2 / error(target - made))

    return formula


def _mean_of_decibels(axes):
    def formula(target, made, peak):
        each = np.square(target - made).mean(axis=axes)
        return np.mean(10 * np.log10(peak**2 / each))

    return formula


def _peak(peak_of):
    """A mistake made of another peak."""

    def formula(target, made, peak):
        return _exact(target, made, peak_of(target, made, peak))

    return formula


def _case(seed, n, side, channels, peak, noise, shows=""):
    rng = np.random.default_rng(seed)
    target = rng.uniform(-peak / 2, peak / 2, (n, side, side + 1, channels))
    # Pictures and channels that differ in how wrong they are.
    scale = noise * peak * np.linspace(0.4, 2, n * channels).reshape(n, 1, 1, channels)
    return Case(
        target, target + scale * rng.normal(size=target.shape), peak, shows=shows
    )


psnr = Check(
    "11.4",
    "PSNR",
    "psnr(target, made, peak)",
    exact=_exact,
    cases=(
        _case(0, 4, 3, 3, 2.0, 0.1, "work it out for an error of .01: 26.02 decibels."),
        _case(
            1, 1, 4, 1, 1.0, 0.05, "a single gray picture, with pixels in a range of 1."
        ),
        _case(2, 7, 5, 3, 255.0, 0.2, "pixels here have a range of 255."),
        _case(3, 3, 2, 2, 2.0, 1.5, "the error is large here."),
    ),
    mistakes=(
        Wrong(
            _peak(lambda target, made, peak: 1),
            "leaves the peak out: in [−1, 1] it is 2, and 6.02 decibels are missing.",
        ),
        Wrong(
            _peak(lambda target, made, peak: 255),
            "takes 255 for the peak: it is an argument.",
        ),
        Wrong(
            _peak(lambda target, made, peak: np.sqrt(peak)),
            "does not square the peak: MSE is a square too.",
        ),
        Wrong(
            _peak(lambda target, made, peak: peak / 2),
            "halves the peak: it is the whole range of a pixel.",
        ),
        Wrong(
            _peak(lambda target, made, peak: target.max()),
            "takes the largest pixel for the peak: it is the range that a pixel can "
            "have, `peak`.",
        ),
        Wrong(
            _peak(lambda target, made, peak: np.ptp(target)),
            "takes the range of these pixels for the peak: it is the range that a "
            "pixel can have, `peak`.",
        ),
        Wrong(
            _mean_of_decibels((1, 2, 3)),
            "is the mean of each picture's decibels: take the mean of the squares over "
            "all pictures first, then the logarithm.",
        ),
        Wrong(
            _mean_of_decibels((0, 1, 2)),
            "is the mean of each channel's decibels: take the mean of the squares over "
            "all channels first.",
        ),
        Wrong(
            _mean_of_decibels((3,)),
            "is the mean of each pixel's decibels: take the mean of the squares over "
            "all pixels first.",
        ),
        Wrong(
            lambda x, y, peak: 10 * np.log(_ratio(x, y, peak)),
            "takes the natural logarithm: decibels are to base 10.",
        ),
        Wrong(
            lambda x, y, peak: 10 * np.log2(_ratio(x, y, peak)),
            "takes the logarithm to base 2: decibels are to base 10.",
        ),
        Wrong(
            lambda x, y, peak: np.log10(_ratio(x, y, peak)),
            "is in bels: ten times that are decibels.",
        ),
        Wrong(
            lambda x, y, peak: 20 * np.log10(_ratio(x, y, peak)),
            "has 20 before a ratio of squares: 10·log₁₀(peak²/MSE), which is "
            "20·log₁₀(peak/RMSE).",
        ),
        Wrong(
            lambda x, y, peak: 5 * np.log10(_ratio(x, y, peak)),
            "has 10 before a ratio of roots: 20·log₁₀(peak/RMSE).",
        ),
        Wrong(
            lambda x, y, peak: -_exact(x, y, peak),
            "has the fraction upside down: a small error is a high PSNR.",
        ),
        Wrong(
            lambda x, y, peak: _ratio(x, y, peak),
            "is the ratio: take its logarithm.",
        ),
        Wrong(
            _error(lambda d: np.abs(d).mean()),
            "takes absolute differences: PSNR is of squares.",
        ),
        Wrong(
            _error(lambda d: np.square(d).sum()),
            "sums the squares: take their mean.",
        ),
        Wrong(
            _error(lambda d: np.square(d).sum(axis=-1).mean()),
            "sums the squares over the channels: take the mean over them too.",
        ),
        Wrong(
            _error(lambda d: np.square(d).sum(axis=(1, 2, 3)).mean()),
            "sums the squares over each picture: take the mean over all.",
        ),
        Wrong(
            _error(lambda d: np.square(d.mean())),
            "squares the mean difference: errors of both signs cancel. Square first.",
        ),
        Wrong(
            _error(np.var),
            "takes the variance of the difference: a wrong brightness would cost "
            "nothing.",
        ),
        Wrong(
            _error(lambda d: np.median(np.square(d))),
            "takes the median: MSE is a mean.",
        ),
        Wrong(
            _error(lambda d: np.square(d).max()),
            "takes the largest error: MSE is a mean.",
        ),
        Wrong(
            lambda x, y, peak: (
                10 * np.log10(np.square(x).mean() / np.square(x - y).mean())
            ),
            "compares with the power of the picture: that is a signal-to-noise ratio; "
            "the *peak* one takes peak².",
        ),
        Wrong(
            lambda x, y, peak: np.square(x - y).mean(),
            "is the mean square: PSNR is 10·log₁₀ of peak² over it.",
        ),
        Wrong(
            lambda x, y, peak: _exact(x[:1], y[:1], peak),
            "is that of the first picture alone: does a loop `return` too early?",
        ),
        Wrong(
            lambda x, y, peak: _exact(x.clip(0), y.clip(0), peak),
            "cuts pixels off at 0: they run from −1 here.",
        ),
    ),
)
