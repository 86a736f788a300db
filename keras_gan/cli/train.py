"""Train a Wasserstein GAN on horses."""

import sys

from keras_gan.cli.parser import fail, parse
from keras_gan.invocation import program

#: Exit code of runs that cannot go on.
FAILED = 1

#: Exit code that shells give a program ended by Ctrl-C.
INTERRUPTED = 130


def main(arguments: list[str]) -> int:
    """Run the command; return its exit code."""
    config, options = parse(arguments, program("train"), __doc__)
    # After the arguments, so that a mistyped flag is not answered ten seconds later.
    from keras_gan.console import say
    from keras_gan.training.experiment import DivergedError, prepare

    try:
        experiment = prepare(config, options)
    except (ValueError, OSError) as error:
        fail(program("train"), str(error))
    try:
        done = experiment.train()
    except KeyboardInterrupt:
        say(f"Interrupted at once. Continue from the last checkpoint with: {experiment.resume_command}")
        return INTERRUPTED
    except OSError as error:
        message = f"{error}. Correct it, and continue with: {experiment.resume_command}"
        print(f"{program('train')}: error: {message}", file=sys.stderr)
        return FAILED
    except DivergedError as error:
        say(f"Run diverged: {error}. Its last good state and its log are in {experiment.folder}")
        return FAILED
    say(experiment.summary(done))
    return 0 if done == config.epochs else INTERRUPTED
