"""Ctrl-C while a command starts."""

import os
import signal

import pytest

from keras_gan.interruption import heeding_ctrl_c


class Swallowing:
    """Be interrupted where Python drops exceptions: in a finalizer."""

    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
        # The handler runs between two instructions.
        for _ in range(100):
            pass


@pytest.fixture(autouse=True)
def usual_handler():
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_interrupt_that_was_lost_is_heeded():
    after = []

    def start():
        with heeding_ctrl_c():
            Swallowing()
            after.append("it went on")

    with pytest.raises(KeyboardInterrupt):
        start()
    assert after
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_interrupt_is_an_interrupt():
    def start():
        with heeding_ctrl_c():
            os.kill(os.getpid(), signal.SIGINT)
            pytest.fail("It went on.")

    with pytest.raises(KeyboardInterrupt):
        start()


def test_handlers_of_others_stay():
    calls = []
    signal.signal(signal.SIGINT, lambda number, frame: calls.append(number))
    with heeding_ctrl_c():
        os.kill(os.getpid(), signal.SIGINT)
    assert calls == [signal.SIGINT]
