"""Commands, one file for each with its options.

Modules that load slowly are imported after the arguments are checked.
"""

import os

# Set before TensorFlow is loaded, to turn off its messages about itself.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
