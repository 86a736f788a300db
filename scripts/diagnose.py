"""Diagnose a run, or another program's losses."""

import sys

from keras_gan.cli.diagnose import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
