"""Checks of lesson 10, Style is correlation."""

from collections.abc import Callable

from utils.checks import gram_answers, style_answers
from utils.checks.engine.answers import Answer
from utils.checks.engine.feedback import exercise


@exercise("10.1", "the Gram matrix")
def gram_matrix(gram_matrix: Callable) -> None:
    """Σ over positions of F_i·F_j, channels by channels, one matrix a picture.

    Args:
        gram_matrix: function `(features (n, h, w, c)) -> (n, c, c)`.
    """
    gram_answers.check_gram(Answer(gram_matrix, "gram_matrix(features)"))


@exercise("10.2", "two style losses")
def style_losses(gatys_loss: Callable, relative_loss: Callable) -> None:
    """The squared distance of two Grams, over (2·h·w·c)² and over ΣA².

    Args:
        gatys_loss: function `(features, style_features) -> scalar`.
        relative_loss: likewise.
    """
    header = "{}(features, style_features)"
    gram_answers.check_gatys(Answer(gatys_loss, header.format("gatys_loss")))
    gram_answers.check_relative(Answer(relative_loss, header.format("relative_loss")))


@exercise("10.3", "the content loss and its gradient")
def content_loss(content_loss: Callable) -> None:
    """½Σ(F − P)², and its gradient by F, worked out by hand.

    Args:
        content_loss: function `(features, content) -> loss, gradient`.
    """
    style_answers.check_content(Answer(content_loss, "content_loss(features, content)"))


@exercise("10.4", "the loop")
def transfer(transfer: Callable) -> None:
    """Plain descent on pixels that stay in [-1, 1].

    Args:
        transfer: function `(loss, picture, steps, rate) -> picture`.
    """
    style_answers.check_loop(Answer(transfer, "transfer(loss, picture, steps, rate)"))


@exercise("10.5", "the best picture of the class")
def best_picture(best_picture: Callable) -> str:
    """Style nearer to the painting by half, on unseen filters, and the subject kept.

    Args:
        best_picture: function `(content, style) -> picture`, all `(h, w, 3)`.
    """
    return style_answers.check_best(
        Answer(best_picture, "best_picture(content, style)")
    )
