"""Train each seed at each batch size."""

import sys

from keras_gan.cli.triage import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
