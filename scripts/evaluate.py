"""Measure the quality of a run's samples, or of a folder of images, against real images; the figures come as JSON."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from keras_gan.command_line import fail, parse_options
from keras_gan.options import EvaluationOptions

PROG = "evaluate.py"


def main(arguments: list[str]) -> int:
    options = parse_options(EvaluationOptions, arguments, PROG, __doc__)
    # After the arguments, so that a mistyped flag is not answered ten seconds later.
    from keras_gan.quality import evaluate

    try:
        text = evaluate(options).to_json()
        if options.out is None:
            print(text, end="")
        else:
            options.out.write_text(text, encoding="utf-8")
            print(f"Figures in {options.out}")
    except (ValueError, OSError) as error:
        fail(PROG, str(error))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
