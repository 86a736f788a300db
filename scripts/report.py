"""Report on a run."""

import sys

from keras_gan.cli.report import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
