"""`import keras_gan` is enough."""

import ast
import importlib
import pathlib
import subprocess
import sys

import keras
import pytest

import keras_gan as kg
from keras_gan.serialization import REGISTERED

LOADED = """
import sys
{imports}
assert {loads_keras} == ("keras" in sys.modules)
import keras
gan = {load}({path!r})
assert type(gan).__name__ == "WGAN", gan
gan.fit(gan.batches(gan.generate(8).astype("uint8"), 4), steps_per_epoch=1, epochs=1, verbose=0)
"""


@pytest.mark.parametrize(
    ("imports", "loads_keras", "load"),
    [
        ("import keras_gan as kg", False, "kg.load_model"),
        ("import keras_gan", False, "keras.saving.load_model"),
        ("import keras_gan, importlib.util; importlib.util.find_spec('keras')", False, "keras.saving.load_model"),
        ("from keras_gan.losses import Dice", True, "keras.saving.load_model"),
    ],
)
def test_saved_gan_is_loaded_in_a_new_process(make_gan, tmp_path, imports, loads_keras, load):
    make_gan().save(tmp_path / "gan.keras")
    code = LOADED.format(imports=imports, loads_keras=loads_keras, load=load, path=str(tmp_path / "gan.keras"))
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_all_that_is_registered_is_found_without_importing_it():
    for package in REGISTERED:
        getattr(kg, package.rpartition(".")[2])
    ours = {name for name in keras.saving.get_custom_objects() if name.startswith("keras_gan>")}
    assert ours == {f"keras_gan>{name}" for names in REGISTERED.values() for name in names}


@pytest.mark.parametrize("name", ["losses", "metrics", "callbacks", "models", "networks", "data", "parts"])
def test_packages_are_attributes(name):
    code = f"import keras_gan as kg; assert kg.{name}.__name__ == 'keras_gan.{name}'"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0


def test_type_checkers_see_the_public_names():
    tree = ast.parse(pathlib.Path(kg.__file__).read_text(encoding="utf-8"))
    (block,) = (node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
    imports = [(node.module, alias) for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names]
    variables = [node.target.id for node in block.body if isinstance(node, ast.AnnAssign)]
    # Type checkers take an import for public if it is renamed to its own name.
    assert sorted([*variables, *(alias.asname for _, alias in imports)]) == kg.__all__
    for module, alias in imports:
        assert alias.asname == alias.name
        assert getattr(importlib.import_module(module), alias.name) is getattr(kg, alias.name)


def test_model_file_that_is_none_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"`path` must be a .keras file. Received: .*nothing.keras"):
        kg.load_model(tmp_path / "nothing.keras")
    with pytest.raises(FileNotFoundError, match="or is a folder"):
        kg.load_model(tmp_path)
    (tmp_path / "half.keras").write_bytes(b"half")
    with pytest.raises(ValueError, match=r"half.keras cannot be loaded"):
        kg.load_model(tmp_path / "half.keras")
