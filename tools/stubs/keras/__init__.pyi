# Keras has no type hints: all of it is `Any` but what is here, which would make our own functions `Any` too.
from typing import Any

from keras import saving as saving

def __getattr__(name: str) -> Any: ...
