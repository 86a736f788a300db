from collections.abc import Callable
from typing import Any, TypeVar

_Registered = TypeVar("_Registered")

def register_keras_serializable(
    package: str = "Custom", name: str | None = None
) -> Callable[[_Registered], _Registered]: ...
def __getattr__(name: str) -> Any: ...
