"""Parts of a configuration, by name."""

import dataclasses
import difflib
import importlib
import inspect
from collections.abc import Callable, Mapping
from importlib import metadata
from typing import Any, TypeVar

from keras_gan.checks import check_mapping, check_text, require, shortened
from keras_gan.signatures import HOUSEKEEPING, Parameter, read_parameters

Object = TypeVar("Object", bound=Callable[..., Any])


class Registry:
    """Functions or classes by name, each loaded when it is first used.

    Besides its own names it knows what `register` has added in this process, and what installed packages offer as entry
    points of the group `keras_gan.KIND`.

    Args:
        kind: What the names stand for, such as "generator".
        targets: Module and name of each, such as "keras_gan.networks.dcgan:upsampling_generator".
        given: Arguments that the package passes itself, so that a configuration has none of them. Defaults to none.

    Example:

    ```python
    @kg.parts.GENERATORS.register("tiny")
    def tiny_generator(latent_dim: int = 8) -> keras.Model: ...
    ```
    """

    def __init__(self, kind: str, targets: Mapping[str, str], given: tuple[str, ...] = ()) -> None:
        check_text(kind, "kind")
        check_mapping(targets, "targets")
        is_names = isinstance(given, (tuple, list)) and all(isinstance(name, str) for name in given)
        require(is_names, "given", "a tuple of names", repr(given))
        self.kind = kind
        self.given = given
        self._targets = dict(targets)
        self._objects: dict[str, Callable[..., Any]] = {}

    def register(self, name: str) -> Callable[[Object], Object]:
        """Return a decorator that adds a function or class under a name.

        Args:
            name: The name. What had it before is replaced if it was added too, as when a notebook's cell is run again.

        Raises:
            ValueError: If the name is one of the package's own.
        """
        check_text(name, "name")
        if name in self._targets:
            raise ValueError(f"`name` must not be one of the package's own. Received: {self.kind} {name!r}")

        def add(part: Object) -> Object:
            self._objects[name] = part
            return part

        return add

    def names(self) -> list[str]:
        """Return all names, the package's own first."""
        return list(dict.fromkeys([*self._targets, *self._objects, *self._entry_points()]))

    def takes(self, name: str, argument: str) -> bool:
        """Return whether a part takes an argument that the package passes itself.

        Args:
            name: The part's name.
            argument: The argument's name.

        Raises:
            ValueError: If there is no such part, or `argument` is no text.
        """
        check_text(argument, "argument")
        return argument in self._all_parameters(name)

    def parameters(self, name: str) -> dict[str, Parameter]:
        """Return the arguments of a part by name, without those that are given.

        Args:
            name: The part's name.

        Raises:
            ValueError: If there is no such name.
        """
        found = self._all_parameters(name)
        return {key: parameter for key, parameter in found.items() if key not in self.given}

    def _all_parameters(self, name: str) -> dict[str, Parameter]:
        self.check(name)
        added = self._objects.get(name)
        return read_parameters(self._target(name)) if added is None else _inspect(added)

    def load(self, name: str) -> Callable[..., Any]:
        """Return the function or class of a name.

        Args:
            name: The part's name.

        Raises:
            ValueError: If there is no such name.
        """
        self.check(name)
        if name in self._objects:
            return self._objects[name]
        module, _, attribute = self._target(name).partition(":")
        return getattr(importlib.import_module(module), attribute)

    def check(self, name: str) -> None:
        """Refuse a name that stands for nothing.

        Args:
            name: The name.

        Raises:
            ValueError: If there is no such name; the message has all that there are.
        """
        require(isinstance(name, str), self.kind, "the name of a part", repr(name))
        # The entry points of all installed packages take longer to read than everything else.
        if name in (*self._targets, *self._objects):
            return
        names = self.names()
        if name not in names:
            close = difflib.get_close_matches(str(name), names, n=1)
            hint = f" Did you mean {close[0]!r}?" if close else ""
            raise ValueError(
                f"`{self.kind}` must be one of {', '.join(names)}. Received: {shortened(repr(name))}.{hint}"
            )

    def _target(self, name: str) -> str:
        return self._targets.get(name) or self._entry_points()[name]

    def _entry_points(self) -> dict[str, str]:
        points = metadata.entry_points(group=f"keras_gan.{self.kind}")
        return {point.name: point.value for point in points}


def _inspect(part: Callable[..., Any]) -> dict[str, Parameter]:
    """Return the arguments of a part that is loaded already."""
    try:
        parameters = inspect.signature(part, eval_str=True).parameters.values()
    except NameError as error:
        raise ValueError(f"{part!r} must have annotations that can be resolved. Received: {error}") from error
    return {
        each.name: Parameter(
            kind=Any if each.annotation is each.empty else each.annotation,
            default=dataclasses.MISSING if each.default is each.empty else each.default,
            description="",
        )
        for each in parameters
        if each.name not in HOUSEKEEPING and each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)
    }
