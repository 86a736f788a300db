"""Train a GAN, or resume a run."""

import sys

from keras_gan.cli.parser import fail
from keras_gan.cli.training_arguments import parse_training
from keras_gan.console import say
from keras_gan.invocation import program
from keras_gan.training.images import load_training_images

#: Exit code of a run that cannot continue.
FAILED = 1

#: Exit code that shells give a program that Ctrl-C has ended.
INTERRUPTED = 130


def main(arguments: list[str]) -> int:
    """Run the command; return its exit code."""
    prog = program("train")
    config, options = parse_training(arguments, prog, __doc__)
    try:
        config, images = load_training_images(config, options)
        # Imported after the checks that are fast, because it takes ten seconds to load.
        from keras_gan.training.experiment import DivergedError, prepare

        experiment = prepare(config, options, images)
    except (ValueError, OSError) as error:
        fail(prog, str(error))
    try:
        done = experiment.train()
    except KeyboardInterrupt:
        say(f"Interrupted at once. Continue from the last checkpoint with: {experiment.resume_command}")
        return INTERRUPTED
    except OSError as error:
        print(f"{prog}: error: {error}. Correct it, and continue with: {experiment.resume_command}", file=sys.stderr)
        return FAILED
    except DivergedError as error:
        say(f"Run diverged: {error}. Its last good state and its log are in {experiment.folder}")
        return FAILED
    say(experiment.summary(done))
    return 0 if done == config.run.epochs else INTERRUPTED
