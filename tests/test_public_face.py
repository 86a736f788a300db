"""`import keras_gan` is enough."""

import os
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
assert gan.compiled
assert gan.generate(8).shape[0] == 8
"""


@pytest.mark.parametrize(
    ("imports", "loads_keras", "load"),
    [
        ("import keras_gan as kg", False, "kg.load_model"),
        pytest.param(
            *("import keras_gan, importlib.util; importlib.util.find_spec('keras')", False, "keras.saving.load_model"),
            marks=pytest.mark.long,
        ),
        pytest.param("from keras_gan.losses import Dice", True, "keras.saving.load_model", marks=pytest.mark.long),
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


def test_packages_are_attributes():
    pytest.importorskip("jax")
    names = ["losses", "metrics", "callbacks", "models", "networks", "data", "parts"]
    code = f"import keras_gan as kg\nfor name in {names}: assert getattr(kg, name).__name__ == f'keras_gan.{{name}}'"
    # On the backend that is loaded sooner.
    environment = {**os.environ, "KERAS_BACKEND": "jax"}
    assert subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode == 0


def test_model_file_that_is_none_is_named(tmp_path):
    with pytest.raises(
        FileNotFoundError, match=r"`path` must be a .keras file or an .orbax folder. Received: .*nothing.keras"
    ):
        kg.load_model(tmp_path / "nothing.keras")
    with pytest.raises(FileNotFoundError, match="which is neither"):
        kg.load_model(tmp_path)
    (tmp_path / "half.keras").write_bytes(b"half")
    with pytest.raises(ValueError, match=r"half.keras cannot be loaded"):
        kg.load_model(tmp_path / "half.keras")
