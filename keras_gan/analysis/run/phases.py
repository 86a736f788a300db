"""The five phases of a run."""

import dataclasses

import numpy as np

#: Names of the phases, and the share of the run after which each ends.
PHASES = (("Warmup", 1 / 120), ("Early", 1 / 12), ("Mid", 1 / 3), ("Late", 2 / 3), ("Final", 1.0))


@dataclasses.dataclass(frozen=True)
class Phase:
    """The losses at both ends of a phase.

    Attributes:
        name: Name of the phase.
        start: Index of its first epoch.
        end: Index of the epoch after its last epoch.
        d_loss: The critic's loss in its first and in its last epoch.
        g_loss: The generator's loss in its first and in its last epoch.
    """

    name: str
    start: int
    end: int
    d_loss: tuple[float, float]
    g_loss: tuple[float, float]

    @property
    def d_slope(self) -> float:
        """Change of the critic's loss per epoch."""
        return (self.d_loss[1] - self.d_loss[0]) / (self.end - self.start)

    @property
    def g_slope(self) -> float:
        """Change of the generator's loss per epoch."""
        return (self.g_loss[1] - self.g_loss[0]) / (self.end - self.start)


def split_phases(history: dict[str, np.ndarray]) -> list[Phase]:
    """Return the phases of a run; short runs do not have all five.

    Args:
        history: Columns `d_loss` and `g_loss`, such as `read_losses` returns.
    """
    d_loss, g_loss = history["d_loss"], history["g_loss"]
    phases, start = [], 0
    for name, share in PHASES:
        end = round(share * len(d_loss))
        if end > start:
            ends = [(float(losses[start]), float(losses[end - 1])) for losses in (d_loss, g_loss)]
            phases.append(Phase(name, start, end, *ends))
        start = end
    return phases
