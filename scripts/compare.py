"""Compare two runs to the last bit."""

import sys

from keras_gan.cli.compare import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
