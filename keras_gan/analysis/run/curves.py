"""What is measured on a curve."""

import numpy as np

#: Epochs that a curve is smoothed over before its swings are counted.
SMOOTHING = 5


def late(values: np.ndarray) -> np.ndarray:
    """Return the last third of a curve."""
    return values[len(values) * 2 // 3 :]


def smoothed(values: np.ndarray, window: int = SMOOTHING) -> np.ndarray:
    """Return the moving mean, centred, over fewer values at both ends.

    Args:
        values: The curve.
        window: Values that each mean is of. Defaults to 5.
    """
    starts = np.maximum(np.arange(len(values)) - (window - 1) // 2, 0)
    ends = np.minimum(np.arange(len(values)) + window // 2 + 1, len(values))
    sums = np.concatenate([[0.0], np.cumsum(values)])
    return (sums[ends] - sums[starts]) / (ends - starts)


def height(values: np.ndarray) -> float:
    """Return what a curve reaches: the 95th percentile of its smoothed absolute value."""
    return float(np.percentile(np.abs(smoothed(values)), 95))


def reversals(values: np.ndarray, size: float) -> int:
    """Return how often a curve turns after a rise or fall of a size.

    Args:
        values: The curve.
        size: How far it must have gone back to have turned.
    """
    turns, direction, high, low = 0, 0, values[0], values[0]
    for value in values.tolist():
        high = max(high, value) if direction >= 0 else high
        low = min(low, value) if direction <= 0 else low
        if direction >= 0 and high - value >= size:
            turns += direction > 0
            direction, low = -1, value
        elif direction <= 0 and value - low >= size:
            turns += direction < 0
            direction, high = 1, value
    return turns


def wasserstein_distance(history: dict[str, np.ndarray]) -> np.ndarray:
    """Return the critic's distance; where it was not logged, −d_loss, which it is but for a penalty and a factor of 2.

    Args:
        history: A run's columns.
    """
    return history.get("wasserstein_distance", -history["d_loss"])
