"""Write metrics.json: what torch-fidelity and prdc say of some features.

pip install -e '.[bench]'
python tests/golden/make_metrics.py
"""

import contextlib
import importlib.metadata
import io
import json
import pathlib

import numpy as np
import prdc
import torch
from torch_fidelity.metric_fid import fid_features_to_statistics, fid_statistics_to_metric
from torch_fidelity.metric_isc import isc_features_to_metric
from torch_fidelity.metric_kid import kid_features_to_metric
from torch_fidelity.metric_prc import prc_features_to_metric

RNG = np.random.default_rng(42)

#: Name, real and generated images, features.
SETS = [("many", 60, 50, 6), ("as many as features", 12, 12, 12), ("fewer than features", 10, 14, 16)]


def features(count, size, shift):
    """Return correlated features, rounded so that the file stays readable."""
    return np.round(shift + RNG.normal(size=(count, size)) @ RNG.normal(size=(size, size)), 3)


def record(name, n_real, n_generated, size):
    """Return features with what the peers say of them."""
    real, generated = features(n_real, size, 0.0), features(n_generated, size, 0.5)
    one, other = torch.tensor(generated), torch.tensor(real)
    statistics = [fid_features_to_statistics(each) for each in (one, other)]
    kid = {"kid_subsets": 5, "kid_subset_size": 8, "kid_kernel": "poly", "kid_kernel_poly_degree": 3}
    kid |= {"kid_kernel_poly_gamma": None, "kid_kernel_poly_coef0": 1.0, "rng_seed": 2020, "verbose": False}
    prc = {"prc_neighborhood": 3, "prc_batch_size": 1000, "save_cpu_ram": False, "verbose": False}
    with contextlib.redirect_stdout(io.StringIO()):
        of_prdc = prdc.compute_prdc(real, generated, nearest_k=5)
    return {
        "name": name,
        "real": real.tolist(),
        "generated": generated.tolist(),
        **fid_statistics_to_metric(*statistics, verbose=False),
        **kid_features_to_metric(one, other, **kid),
        "torch_fidelity": prc_features_to_metric(one, other, **prc),
        "prdc": {key: float(value) for key, value in of_prdc.items()},
    }


def main():
    """Compute all records and write them."""
    logits = np.round(3 * RNG.normal(size=(47, 5)), 3)
    score = isc_features_to_metric(torch.tensor(logits), splits=10, shuffle=False)
    document = {
        "versions": {peer: importlib.metadata.version(peer) for peer in ("torch-fidelity", "prdc", "torch", "numpy")},
        "features": [record(*each) for each in SETS],
        "logits": {"logits": logits.tolist(), **score},
    }
    path = pathlib.Path(__file__).with_name("metrics.json")
    path.write_text(json.dumps(document, indent=None).replace('{"name"', '\n{"name"') + "\n", encoding="utf-8")
    print(f"Golden values in {path}")


if __name__ == "__main__":
    main()
