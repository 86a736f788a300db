"""Turn a checkpoint into the other format."""

import sys

from keras_gan.cli.convert import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
