"""Place of samples among known degradations of the real images, and the word for quality that follows from it."""

import bisect
import dataclasses
import statistics
from collections.abc import Mapping

from keras_gan.checks import check_fields

#: Name of the real images that nothing was done to.
UNSEEN = "unseen"

#: Names of the rungs, and what their pictures are.
RUNGS = {
    UNSEEN: "unseen real images",
    "jpeg_10": "the real images in JPEG of quality 10",
    "blur_1": "the real images blurred by 1 pixel",
    "blur_2": "the real images blurred by 2 pixels",
    "shuffle_2": "the real images' patches shuffled 2×2",
    "shuffle_4": "the real images' patches shuffled 4×4",
    "noise": "noise with the mean and covariance of the real pixels",
    "principal_8": "the real images' 8 principal components",
    "mean": "the mean of the real images",
}

#: Words for positions below a bound, from best to worst.
WORDS = ((0.1, "Excellent"), (0.2, "Good"), (0.35, "Moderate"), (0.55, "Fair"))

#: Word for positions above all bounds.
WORST = "Poor"

#: Best word where precision, recall, density and coverage do not agree.
DOUBTED = "Moderate"

#: Least share of unseen real images' precision, recall, density and coverage that agrees with a word above `DOUBTED`.
AGREEMENT = 0.5


@dataclasses.dataclass(frozen=True)
class Place:
    """Place of samples among known degradations of held-out real images.

    Attributes:
        position: Mean over the degradations of d / (d + r), for samples at the distance d and a degradation at the
            distance r: 0 for the real images, ½ where samples are as far as the degradations are, and below 1.
        worse_than: Name of the next rung that is nearer; None where samples are nearer than all.
        better_than: Name of the next rung that is farther; None where samples are farther than all.
        agreement: Least of precision, recall, density and coverage, as shares of those of unseen real images.
        weakest: Name of that figure.

    Raises:
        ValueError: If a number is not finite, or a name no text.
    """

    position: float
    worse_than: str | None
    better_than: str | None
    agreement: float
    weakest: str

    def __post_init__(self) -> None:
        check_fields(self)

    @property
    def agrees(self) -> bool:
        """Whether precision, recall, density and coverage allow a word above `DOUBTED`."""
        return self.agreement >= AGREEMENT

    @property
    def word(self) -> str:
        """Word for the quality of the samples."""
        word = word_of(self.position)
        return word if self.agrees or not _is_above(word, DOUBTED) else DOUBTED

    def describe(self) -> str:
        """Return the place in words, such as "worse than …, better than …"."""
        parts = (("worse than", self.worse_than), ("better than", self.better_than))
        return ", ".join(f"{relation} {RUNGS.get(name, name)}" for relation, name in parts if name is not None)

    def doubt(self) -> str:
        """Return which figure disagrees with the distance; an empty text if none does."""
        if self.agrees:
            return ""
        return f"{self.weakest} is {self.agreement:.0%} of that of unseen real images"


def word_of(position: float) -> str:
    """Return the word for a position."""
    return next((word for bound, word in WORDS if position < bound), WORST)


def position_among(distance: float, heights: Mapping[str, float]) -> float:
    """Return the position of samples among degradations: the mean of d / (d + r).

    Args:
        distance: Distance d of the samples to the real images, at least 0.
        heights: Distance r of each rung, positive, by name.
    """
    return statistics.fmean(distance / (distance + height) for name, height in heights.items() if name != UNSEEN)


def neighbours(distance: float, heights: Mapping[str, float]) -> tuple[str | None, str | None]:
    """Return the names of the next rung that is nearer than samples, and of the next that is not; None for none.

    Args:
        distance: Distance of the samples to the real images.
        heights: Distance of each rung, by name.
    """
    names = sorted(heights, key=lambda name: heights[name])
    index = bisect.bisect_left([heights[name] for name in names], distance)
    return names[index - 1] if index > 0 else None, names[index] if index < len(names) else None


def _is_above(word: str, other: str) -> bool:
    order = [word for _, word in WORDS]
    return word in order and order.index(word) < order.index(other)
