"""Settings of the C memory allocator for training on a CPU."""

import ctypes
import platform

#: Parameters of glibc's `mallopt`, from its malloc.h, and the values that a run gives them.
_TRIM_THRESHOLD, _MMAP_MAX = -1, -4
_ALLOCATOR = {_TRIM_THRESHOLD: 2**31 - 1, _MMAP_MAX: 0}


def keep_freed_memory() -> None:
    """Let glibc's allocator keep the memory that a step frees, for the next step; leave other allocators as they are.

    A step on a CPU allocates and frees feature maps of tens of MiB. By default, this memory is returned to the system
    and requested again, and each of its pages is mapped and cleared again.
    """
    if platform.libc_ver()[0] == "glibc":
        mallopt = ctypes.CDLL(None).mallopt
        for parameter, value in _ALLOCATOR.items():
            mallopt(parameter, value)
