"""What several processes agree on, with the others played by the test."""

import numpy as np
import pytest

from keras_gan import processes
from keras_gan.processes import Vote, check_same, gather, share_out, share_text


@pytest.fixture
def two(monkeypatch):
    """Play the second of two processes, of which the first one has given what `answers` holds, in turn."""
    answers = []

    def gathered(values):
        return np.stack([np.asarray(answers.pop(0), values.dtype), values])

    monkeypatch.setattr(processes, "process_count", lambda: 2)
    monkeypatch.setattr(processes, "process_index", lambda: 1)
    monkeypatch.setattr(processes, "gather", gathered)
    return answers


def test_one_process_agrees_with_itself():
    np.testing.assert_array_equal(gather(np.array([3, 4])), [[3, 4]])
    assert share_text("a text, ä") == "a text, ä"
    assert Vote().largest(15) == 15
    assert list(share_out(lambda batch: (batch * 2, None), np.arange(3)))[1] is None
    check_same(images="a")


def test_the_text_of_the_first_process_counts(two):
    first = "täxt".encode()
    two.extend([[len(first)], list(first)])
    assert share_text("another one, which is longer") == "täxt"
    two.extend([[len(first)], list(first)])
    assert share_text("") == "täxt"


def test_the_largest_wish_counts_about_once_a_second(two, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(processes.time, "monotonic", lambda: now[0])
    vote = Vote()

    def ask(wish, answer=None):
        now[0] += 0.1
        if answer is not None:
            two.append(answer)
        found = vote.largest(wish)
        assert not two
        return found

    # A step takes this process 0.1 s, and the other one 0.25 s: so both vote in every fourth step.
    assert ask(0, answer=[0, 0.25]) == 0
    assert [ask(15), ask(15), ask(15)] == [0, 0, 0]
    assert ask(0, answer=[2, 1.0]) == 2
    assert [ask(0), ask(0), ask(0)] == [0, 0, 0]
    assert ask(15, answer=[0, 1.0]) == 15


def test_each_process_computes_its_part(two):
    batch = np.arange(10.0).reshape(5, 2)
    seen = []

    def function(part):
        seen.append(part)
        return part[:, 0] + 0.1, None

    # Of five samples, the second process has the last two, and the first one again.
    two.append(list((batch[:3, 0] + 0.1).tobytes()))
    values, nothing = share_out(function, batch)
    np.testing.assert_array_equal(seen[0], batch[[3, 4, 0]])
    np.testing.assert_array_equal(values, batch[:, 0] + 0.1)
    assert values.dtype == np.float64
    assert nothing is None


def test_different_things_are_refused_by_name(two):
    two.append([0] * 32)
    with pytest.raises(ValueError, match="the same images. Received: another in process 1 than in process 0"):
        check_same(images="a")
