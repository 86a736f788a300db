"""Arguments of functions and classes, read from their source.

The modules are not imported, so that `--help` does not load Keras.
"""

import ast
import dataclasses
import functools
import inspect
import itertools
import sys
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import docstring_parser

from keras_gan.checks import Count, DecayRate, NotNegative, Positive, Share

#: Arguments that every Keras object has and that do not describe what a part does.
HOUSEKEEPING = ("self", "cls", "name", "reduction", "dtype")

#: Names that the annotation of an argument may contain, besides the built-in types.
_TYPES = {
    "Literal": Literal,
    "Path": Path,
    "Any": Any,
    "Positive": Positive,
    "NotNegative": NotNegative,
    "DecayRate": DecayRate,
    "Share": Share,
    "Count": Count,
}


@dataclasses.dataclass(frozen=True)
class Parameter:
    """An argument of a part.

    Attributes:
        kind: Its type.
        default: Its default, or `dataclasses.MISSING`.
        description: Its description in the docstring.
    """

    kind: Any
    default: Any
    description: str


@functools.cache
def read_parameters(target: str) -> dict[str, Parameter]:
    """Read the arguments of a function or class, without those that every Keras object has.

    Args:
        target: The module and the name, such as "keras_gan.networks.dcgan:convolutional_critic".

    Returns:
        The arguments by name, in the order of the signature.

    Raises:
        ValueError: If there is no source for the target, or an annotation or a default cannot be read from it.
    """
    module, _, name = target.partition(":")
    tree = ast.parse(_source(module).read_text(encoding="utf-8"))
    definitions = {node.name: node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    if name not in definitions:
        raise ValueError(f"`target` must name a function or a class of {module}. Received: {name}")
    described = definitions[name]
    function = _constructor(described, definitions) if isinstance(described, ast.ClassDef) else described
    if function is None:
        return {}
    texts = _descriptions(described) or _descriptions(function)
    return {
        argument.arg: Parameter(_kind(argument, target), _default(default), texts.get(argument.arg, ""))
        for argument, default in _arguments(function)
        if argument.arg not in HOUSEKEEPING
    }


def field_descriptions(kind: type) -> dict[str, str]:
    """Return the docstring below each field in the source of a dataclass.

    Args:
        kind: The dataclass.

    Returns:
        The docstrings by the names of their fields.
    """
    (node,) = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    body = node.body if isinstance(node, ast.ClassDef) else []
    return {
        field.target.id: " ".join(text.value.value.split())
        for field, text in itertools.pairwise(body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }


def _constructor(node: ast.ClassDef, definitions: Mapping[str, ast.stmt]) -> ast.FunctionDef | None:
    """Return the `__init__` of a class, or of the first of its bases in the same file that has one."""
    for member in node.body:
        if isinstance(member, ast.FunctionDef) and member.name == "__init__":
            return member
    bases = (definitions.get(base.id) for base in node.bases if isinstance(base, ast.Name))
    found = (_constructor(base, definitions) for base in bases if isinstance(base, ast.ClassDef))
    return next((function for function in found if function is not None), None)


def _arguments(function: ast.FunctionDef) -> Iterator[tuple[ast.arg, ast.expr | None]]:
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    without_default = [None] * (len(positional) - len(arguments.defaults))
    yield from zip(positional, [*without_default, *arguments.defaults])
    yield from zip(arguments.kwonlyargs, arguments.kw_defaults)


def _kind(argument: ast.arg, target: str) -> Any:
    if argument.annotation is None:
        return Any
    try:
        return eval(ast.unparse(argument.annotation), dict(_TYPES))
    except (NameError, TypeError, SyntaxError, AttributeError) as error:
        raise ValueError(
            f"{target} must annotate `{argument.arg}` with numbers, strings, tuples or Literal of these. "
            f"Received: {ast.unparse(argument.annotation)}"
        ) from error


def _default(node: ast.expr | None) -> Any:
    return dataclasses.MISSING if node is None else ast.literal_eval(node)


def _descriptions(node: ast.FunctionDef | ast.ClassDef) -> dict[str, str]:
    parsed = docstring_parser.parse(ast.get_docstring(node) or "", docstring_parser.DocstringStyle.GOOGLE)
    return {each.arg_name: " ".join((each.description or "").split()) for each in parsed.params}


def _source(module: str) -> Path:
    """Return the file of a module, without importing the packages that contain it."""
    search_path, spec = None, None
    parts = module.split(".")
    for end in range(1, len(parts) + 1):
        name = ".".join(parts[:end])
        found = (finder.find_spec(name, search_path) for finder in sys.meta_path if hasattr(finder, "find_spec"))
        spec = next((each for each in found if each is not None), None)
        if spec is None:
            raise ValueError(f"`target` must be in a module that can be found. Received: {module}")
        search_path = spec.submodule_search_locations
    if spec is None or spec.origin is None:
        raise ValueError(f"`target` must be in a module with a source file. Received: {module}")
    return Path(spec.origin)
