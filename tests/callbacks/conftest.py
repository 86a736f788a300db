"""GANs that many tests train: TensorFlow takes seconds to trace a model, and no time to set its variables back."""

import collections

import pytest
from helpers import set_back, state_of


@pytest.fixture(scope="session")
def idle_gans() -> dict[tuple, list]:
    """GANs that no test is using, and their states when they were built, by the arguments that they were made with."""
    return collections.defaultdict(list)


@pytest.fixture
def make_gan(make_gan, idle_gans):
    """Give a small WGAN as it was built, and take it back after the test; one of other networks is the test's own."""
    taken = []

    def make(*arguments, **options):
        if arguments or not all(value is None or isinstance(value, int) for value in options.values()):
            return make_gan(*arguments, **options)
        idle = idle_gans[tuple(sorted(options.items()))]
        if not idle:
            gan = make_gan(**options)
            idle.append((gan, state_of(gan)))
        gan, state = idle.pop()
        taken.append((idle, gan, state))
        set_back(gan, state)
        return gan

    yield make
    for idle, gan, state in reversed(taken):
        idle.append((gan, state))
