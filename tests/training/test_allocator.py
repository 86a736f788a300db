import ctypes
import platform
import subprocess
import sys

import pytest

from keras_gan.training.allocator import keep_freed_memory

PAGE_FAULTS = """
import resource, sys
import numpy as np
from keras_gan.training.allocator import keep_freed_memory

def faults_of_a_step():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(3):
        # Larger than what glibc would learn to keep by itself.
        np.ones(64 * 2**20, np.uint8)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

faults_of_a_step()
before = faults_of_a_step()
keep_freed_memory()
faults_of_a_step()
print(before, faults_of_a_step())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc's allocator is told what to keep")
def test_freed_memory_is_not_asked_of_the_system_again():
    result = subprocess.run([sys.executable, "-c", PAGE_FAULTS], capture_output=True, text=True, check=True)
    before, after = map(int, result.stdout.split())
    # Pages that are kept are not mapped again; the interpreter's own few may be.
    assert 10 * after < before


def test_other_allocators_are_left_alone(monkeypatch):
    monkeypatch.setattr(platform, "libc_ver", lambda: ("", ""))
    opened = []
    monkeypatch.setattr(ctypes, "CDLL", opened.append)
    keep_freed_memory()
    assert not opened
