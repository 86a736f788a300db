"""Train a GAN, or resume a run."""

import signal
import sys
from typing import TYPE_CHECKING

from keras_gan.checks import shortened
from keras_gan.cli import batch_size
from keras_gan.cli.parser import fail
from keras_gan.cli.training_arguments import parse_training
from keras_gan.console import say
from keras_gan.interruption import heeding_ctrl_c
from keras_gan.invocation import program
from keras_gan.training.companions import end_others
from keras_gan.training.config import ExperimentConfig
from keras_gan.training.images import load_training_images
from keras_gan.training.joining import joined
from keras_gan.training.options import RunOptions

if TYPE_CHECKING:
    from keras_gan.training.experiment import Experiment

#: Exit code of a run that cannot continue.
FAILED = 1

#: What shells add to the number of the signal that has ended a program.
BY_SIGNAL = 128

#: Exit code of a run that `max_hours` has ended: `EX_TEMPFAIL` of sysexits.h, "try again later". No signal has it, so
#: that a script can tell this end from Ctrl-C, after which it should not go on.
OUT_OF_TIME = 75


def main(arguments: list[str]) -> int:
    """Run the command; return its exit code."""
    prog = program("train")
    if batch_size.is_asked_for(arguments):
        return batch_size.main(arguments, prog, __doc__)
    config, options = parse_training(arguments, prog, __doc__)
    try:
        with joined(options) as options:
            return _train(config, options, prog)
    except (ValueError, OSError) as error:
        fail(prog, str(error))


def _train(config: ExperimentConfig, options: RunOptions, prog: str) -> int:
    with heeding_ctrl_c():
        try:
            config, images = load_training_images(config, options)
            # Imported after the checks that are fast, because it takes ten seconds to load.
            from keras_gan.callbacks import GracefulStop
            from keras_gan.models import OutOfMemoryError
            from keras_gan.training.experiment import DivergedError, prepare

            experiment = prepare(config, options, images)
        except (ValueError, OSError) as error:
            fail(prog, str(error))
    going_on = f"Continue from the last checkpoint with: {experiment.resume_command}"
    stop = GracefulStop(going_on)
    try:
        done = experiment.train(stop)
    except (KeyboardInterrupt, SystemExit) as end:
        say(f"Interrupted at once. {going_on}")
        if isinstance(end, SystemExit):
            raise
        end_others(BY_SIGNAL + signal.SIGINT)
        return BY_SIGNAL + signal.SIGINT
    except OutOfMemoryError as error:
        advice = f". Give `--batch-size {error.smaller}`, or find the largest with `--find-batch-size`"
        print(f"{prog}: error: {error}{'' if error.smaller is None else advice}", file=sys.stderr)
        end_others(FAILED)
        return FAILED
    except (OSError, ValueError) as error:
        print(f"{prog}: error: {shortened(error, 600)}. {_way_on(experiment)}", file=sys.stderr)
        end_others(FAILED)
        return FAILED
    except DivergedError as error:
        say(f"Run diverged: {error}. Its last good state and its log are in {experiment.folder}")
        return FAILED
    say(experiment.summary(done))
    if done == config.run.epochs:
        return 0
    return OUT_OF_TIME if stop.signal is None else BY_SIGNAL + stop.signal


def _way_on(experiment: "Experiment") -> str:
    """Return how to go on after an error of a file, if the run is still there."""
    if experiment.folder.exists():
        return f"Correct it, and continue with: {experiment.resume_command}"
    return f"The run cannot go on, because {experiment.folder} was deleted"
