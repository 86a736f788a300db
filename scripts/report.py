"""Report on a run, compare two, or write the log of all runs anew."""

import sys

from keras_gan.command_line import fail, parse_options
from keras_gan.options import ReportOptions

PROG = "report.py"


def main(arguments: list[str]) -> int:
    options = parse_options(ReportOptions, arguments, PROG, __doc__)
    # After the arguments, so that a mistyped flag is answered at once.
    from keras_gan.reports import report

    try:
        print(report(options))
    except (ValueError, OSError) as error:
        fail(PROG, str(error))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
