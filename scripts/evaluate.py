"""Measure the quality of samples."""

import sys

from keras_gan.cli.evaluate import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
