"""Write losses.json: what independent implementations say of the same inputs, and the recipe that agrees with each.

Every record holds inputs, the peer's values in the widest precision it computes in, its gradient where it has autodiff,
and an expression of `keras_gan.losses` that must give the same:

    pip install -e '.[bench]'
    python tests/golden/make_losses.py
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import importlib.metadata
import json
import pathlib

import from_finer_values
import from_later_peers
import from_monai
import from_others
import from_tensorflow
import from_torch
from records import RECORDS

PEERS = [
    "torch",
    "monai",
    "pytorch-metric-learning",
    "optax",
    "jax",
    "scipy",
    "scikit-learn",
    "keras",
    "tensorflow",
    "tensorflow-gan",
]


def main():
    """Compute all records and write them."""
    for module in (from_torch, from_monai, from_others, from_tensorflow, from_later_peers, from_finer_values):
        module.add_records()
    versions = {peer: importlib.metadata.version(peer) for peer in PEERS}
    path = pathlib.Path(__file__).with_name("losses.json")
    lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in RECORDS)
    path.write_text(f'{{"versions": {json.dumps(versions)},\n"records": [\n{lines}\n]}}\n', encoding="utf-8")
    print(f"{len(RECORDS)} records in {path}")


if __name__ == "__main__":
    main()
