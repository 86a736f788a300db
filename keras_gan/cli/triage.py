"""Train a preset with each seed at each batch size, and say what its failures come from.

Further flags are those of `keras-gan train`. Called again, it goes on; called several times at once, processes share the
work, also those of several machines with one folder.
"""

import dataclasses
from pathlib import Path
from typing import Literal

from keras_gan.cli.parser import fail, parse_with_training
from keras_gan.invocation import program
from keras_gan.training.config import require
from keras_gan.training.presets import PRESETS

#: Exit code that shells give a program ended by Ctrl-C.
INTERRUPTED = 130


@dataclasses.dataclass(frozen=True)
class TriageOptions:
    """What `keras-gan triage` trains: each seed at each batch size."""

    preset: Literal[tuple(PRESETS)]
    """Preset to begin from."""
    seeds: tuple[int, ...] = (42, 43, 44)
    """Seeds."""
    batch_sizes: tuple[int, ...] = (256, 512, 1024)
    """Batch sizes."""
    out: Path = Path("runs/triage")
    """Folder of the runs, the journal and the heat map; several machines may share it."""

    def __post_init__(self):
        for name in ("seeds", "batch_sizes"):
            values = getattr(self, name)
            is_set = len(values) > 0 and len(set(values)) == len(values)
            require(is_set, name, "at least one number, none twice", values)


def main(arguments: list[str]) -> int:
    """Run the command; return its exit code."""
    options, training = parse_with_training(TriageOptions, arguments, program("triage"), __doc__)
    # After the arguments, so that a mistyped flag is answered at once.
    from keras_gan.cli.triage_grid import run_triage

    try:
        print(run_triage(options, training))
    except (ValueError, OSError) as error:
        fail(program("triage"), str(error))
    except KeyboardInterrupt:
        print(f"Interrupted. Call it again to go on; the runs are in {options.out}")
        return INTERRUPTED
    return 0
