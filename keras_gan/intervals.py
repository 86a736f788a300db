"""Intervals of a run, counted in epochs, in steps, or in thousands of images."""

import dataclasses
import numbers
import re
from typing import Any, Literal

from keras_gan.checks import COUNT_LIMIT, require

#: What an interval may be counted in; `kimg` are thousands of real images that the critic was trained on.
Unit = Literal["epochs", "steps", "kimg"]

#: Units by their singular.
UNITS: dict[str, Unit] = {"epoch": "epochs", "step": "steps", "kimg": "kimg"}

#: Description of valid intervals, for errors.
EXPECTED = "an integer of at least 1, in epochs, or a text such as '500 steps' or '20 kimg'"


@dataclasses.dataclass(frozen=True)
class Interval:
    """A distance between two events of a run.

    Attributes:
        count: Its length, at least 1.
        unit: What it is counted in.
    """

    count: int
    unit: Unit = "epochs"

    def check_known(self, steps: int | None, images: int | None, name: str) -> None:
        """Refuse an interval whose length in epochs is not known.

        Args:
            steps: Steps in an epoch, or None if they are not known.
            images: Images in a step, or None if they are not known.
            name: Name of the interval, for errors.

        Raises:
            ValueError: If a number that the unit needs is None.
        """
        needed = {"epochs": (), "steps": ("steps in an epoch",), "kimg": ("steps in an epoch", "images in a step")}
        known = {"steps in an epoch": steps, "images in a step": images}
        for what in needed[self.unit]:
            expected = f"a number of epochs, because the number of {what} is not known"
            require(known[what] is not None, name, expected, f"'{self.count} {self.unit}'")

    def is_due(self, epoch: int, steps: int = 1, images: int = 0) -> bool:
        """Return whether an epoch reaches a multiple of the interval.

        Args:
            epoch: Index of the epoch, from 0.
            steps: Steps in an epoch. Defaults to 1.
            images: Images that the critic is trained on in a step. Defaults to 0; thousands of images need it.
        """
        length, per_epoch = {
            "epochs": (self.count, 1),
            "steps": (self.count, steps),
            "kimg": (1000 * self.count, steps * images),
        }[self.unit]
        return (epoch + 1) * per_epoch // length > epoch * per_epoch // length


def read_interval(value: Any, name: str) -> Interval:
    """Return the interval that a value stands for.

    Args:
        value: A number of epochs, or a text of a number and a unit: "20 epochs", "500 steps", "20 kimg".
        name: Name of the value, for errors.

    Raises:
        ValueError: If the value is something else.
    """
    is_integer = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    text = f"{int(value)} epochs" if is_integer else value if isinstance(value, str) else ""
    match = re.fullmatch(r"\s*(\d{1,15})\s*(epoch|step|kimg)s?\s*", text)
    count, unit = (int(match[1]), UNITS[match[2]]) if match else (0, UNITS["epoch"])
    require(1 <= count < COUNT_LIMIT, name, EXPECTED, repr(value))
    return Interval(count, unit)
