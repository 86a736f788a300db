"""Say what is wrong with a run, or with another program's losses, on what evidence, and what to change first."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from keras_gan.command_line import fail, parse_options
from keras_gan.options import DiagnosisOptions

PROG = "diagnose.py"


def main(arguments: list[str]) -> int:
    options = parse_options(DiagnosisOptions, arguments, PROG, __doc__)
    # After the arguments, so that a mistyped flag is answered at once.
    from keras_gan.diagnosis import report_findings

    try:
        print(report_findings(options))
    except (ValueError, OSError) as error:
        fail(PROG, str(error))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
