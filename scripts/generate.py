"""Make images with a trained generator."""

import sys

from keras_gan.cli.generate import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
