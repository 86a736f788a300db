"""Every public callable answers hostile arguments rightly, or refuses them by name."""

import pytest
from helpers import wandb_apart
from hostile import (
    cases_augmentation,
    cases_callbacks,
    cases_data,
    cases_losses,
    cases_metrics,
    cases_models,
    cases_networks,
    cases_training,
)
from hostile.exports import arguments_of, public_callables, resolved
from hostile.sweep import failures

TABLES = (
    cases_augmentation,
    cases_callbacks,
    cases_data,
    cases_losses,
    cases_metrics,
    cases_models,
    cases_networks,
    cases_training,
)
CASES = [case for table in TABLES for case in table.CASES]
PAIRS = [pytest.param(case, name, id=f"{case.name}-{name}") for case in CASES for name in case.arguments]


@pytest.fixture(scope="module")
def wandb_of_its_own(tmp_path_factory):
    with wandb_apart(tmp_path_factory.mktemp("wandb")):
        yield


@pytest.mark.filterwarnings("ignore:n_.* is less than twice the 3 features")
@pytest.mark.usefixtures("wandb_of_its_own")
@pytest.mark.parametrize(("case", "name"), PAIRS)
def test_hostile_argument_is_refused_by_name_or_right(case, name, tmp_path, monkeypatch):
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    assert failures(case, name, tmp_path / "work") == []


def test_every_public_callable_has_a_case():
    covered = {id(resolved(case.name)) for case in CASES}
    assert [name for name, function in public_callables() if id(function) not in covered] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case_has_every_argument(case):
    assert arguments_of(resolved(case.name)) <= set(case.arguments)
