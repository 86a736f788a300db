"""The examples of docs/losses.md train."""

import pathlib
import re

import numpy as np
import pytest

from keras_gan import data, losses

ROOT = pathlib.Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "losses.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r"^## (.*?)\n.*?```python\n(.*?)```", PAGE, flags=re.DOTALL | re.MULTILINE))


def run(title):
    names = {"__name__": "example"}
    exec(compile(EXAMPLES[title], "docs/losses.md", "exec"), names)
    return names


def test_every_class_is_in_an_example():
    text = "".join(EXAMPLES.values())
    classes = {name for name in losses.__all__ if isinstance(getattr(losses, name), type)} - {"AdversarialLoss"}
    assert {name for name in classes if f"losses.{name}(" not in text} == set()
    assert {name for name in classes if f"`{name}`" not in PAGE} == set()


@pytest.mark.long
def test_weights_and_focus_find_a_rare_class():
    found = run("Classes that are rare")["found"]
    plain = found.pop("cross-entropy")
    assert min(found.values()) > plain + 0.1


@pytest.mark.long
def test_masks_are_learned():
    overlap = run("Masks of drawn shapes")["overlap"]
    assert min(overlap.values()) > 0.8


@pytest.mark.long
def test_views_find_each_other(monkeypatch, request):
    if (ROOT.parent / "shared" / "data").is_dir():
        horses = data.load_horses(ROOT.parent / "shared" / "data")
    else:
        horses = data.toy_horses(512), data.toy_horses(8, seed=1)
    monkeypatch.setattr(data, "load_horses", lambda: horses)
    names = run("SimCLR on the horses")
    for values in names["history"].values():
        assert values[-1] < values[0]
    # A view tells its partner from 254 others better than chance does.
    assert names["history"]["nt_xent"][-1] < np.log(255)
    distances = names["distances"]
    assert distances[::2].mean() < 0.8 * distances[1::2].mean()


@pytest.mark.long
def test_neighbours_are_of_one_class():
    """F31."""
    assert min(run("Embeddings of labels")["neighbours"].values()) > 0.9


@pytest.mark.long
def test_texts_are_found_at_a_temperature_that_was_learnt():
    """F31."""
    names = run("A learnt temperature")
    assert names["found"] > 0.3  # By chance, 0.005.
    assert names["temperature"] < 0.06  # At first, 0.07.


@pytest.mark.long
def test_autoencoder_reconstructs():
    names = run("A small variational autoencoder")
    assert names["after"] < 0.6 * names["before"]
    assert names["history"]["kl"][-1] > 1
    assert names["error"] < 0.5 * names["discs"].var(axis=0).mean()


@pytest.mark.long
def test_student_learns_from_its_teacher():
    names = run("Distillation")
    assert names["agreement"] > 0.85
    assert names["divergence"][-1] < names["divergence"][0]


@pytest.mark.long
def test_adversarial_losses_train():
    names = run("Adversarial losses")
    assert all(np.all(np.isfinite(values)) for values in names["steps"].values())
    assert len(names["steps"]) == 8
    assert names["gap"] > 1
