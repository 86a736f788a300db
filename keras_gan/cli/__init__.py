"""Commands: a file each with its options; what is slow to load is imported once the arguments are known to be right."""

import os

# Before TensorFlow is loaded, which would report on itself.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
