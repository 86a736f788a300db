"""Measurements on curves."""

import numpy as np

#: Number of epochs in the moving mean of a curve.
SMOOTHING = 5


def late(values: np.ndarray) -> np.ndarray:
    """Return the last third of a curve."""
    return values[len(values) * 2 // 3 :]


def smoothed(values: np.ndarray, window: int = SMOOTHING) -> np.ndarray:
    """Return the centred moving mean; at both ends it is over fewer values.

    Args:
        values: The curve.
        window: Number of values in each mean. Defaults to 5.
    """
    starts = np.maximum(np.arange(len(values)) - (window - 1) // 2, 0)
    ends = np.minimum(np.arange(len(values)) + window // 2 + 1, len(values))
    sums = np.concatenate([[0.0], np.cumsum(values)])
    return (sums[ends] - sums[starts]) / (ends - starts)


def height(values: np.ndarray) -> float:
    """Return the height of a curve: the 95th percentile of the absolute value of its moving mean."""
    return float(np.percentile(np.abs(smoothed(values)), 95))


def reversals(values: np.ndarray, size: float) -> int:
    """Return how often a curve turns from rising to falling or from falling to rising.

    Args:
        values: The curve.
        size: How far the curve must go back from an extreme for a turn to count.
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
    """Return the critic's distance.

    If it was not logged, this is −d_loss, which equals the distance up to the penalty and a factor of 2.

    Args:
        history: Columns of a run.
    """
    return history.get("wasserstein_distance", -history["d_loss"])
