"""Train a preset with each seed at each batch size, and say what its failures come from.

Further flags are those of train_horses.py. Called again, it goes on; called several times at once, processes share the
work, also those of several machines with one folder.
"""

import sys
from pathlib import Path

from keras_gan.command_line import fail, parse_with_training
from keras_gan.options import TriageOptions

PROG = "triage.py"

#: Exit code that shells give a program ended by Ctrl-C.
INTERRUPTED = 130


def main(arguments: list[str]) -> int:
    options, training = parse_with_training(TriageOptions, arguments, PROG, __doc__)
    # After the arguments, so that a mistyped flag is answered at once.
    from keras_gan.triage import run_triage

    try:
        print(run_triage(options, training, Path(__file__).with_name("train_horses.py")))
    except (ValueError, OSError) as error:
        fail(PROG, str(error))
    except KeyboardInterrupt:
        print(f"Interrupted. Call it again to go on; the runs are in {options.out}")
        return INTERRUPTED
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
