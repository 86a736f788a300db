"""Train a GAN."""

import sys

from keras_gan.cli.train import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
