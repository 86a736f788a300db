"""Train a Wasserstein GAN on horses."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from keras_gan.command_line import fail, parse

PROG = "train_horses.py"

#: Exit code of runs that cannot go on.
FAILED = 1

#: Exit code that shells give a program ended by Ctrl-C.
INTERRUPTED = 130


def main(arguments: list[str]) -> int:
    config, options = parse(arguments, PROG, __doc__)
    # After the arguments, so that a mistyped flag is not answered ten seconds later.
    from keras_gan.callbacks import say
    from keras_gan.experiment import DivergedError, prepare

    try:
        experiment = prepare(config, options)
    except (ValueError, OSError) as error:
        fail(PROG, str(error))
    try:
        done = experiment.train()
    except KeyboardInterrupt:
        say(f"Interrupted at once. Continue from the last checkpoint with --resume {experiment.folder}")
        return INTERRUPTED
    except OSError as error:
        print(f"{PROG}: error: {error}. Mend it, and continue with --resume {experiment.folder}", file=sys.stderr)
        return FAILED
    except DivergedError as error:
        say(f"Run diverged: {error}. Its last good state and its log are in {experiment.folder}")
        return FAILED
    say(experiment.summary(done))
    return 0 if done == config.epochs else INTERRUPTED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
