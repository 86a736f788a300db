"""How C's allocator treats memory between the steps of training on a CPU."""

import ctypes
import platform

#: Parameters of glibc's `mallopt`, of its malloc.h, and what a run sets them to.
_TRIM_THRESHOLD, _MMAP_MAX = -1, -4
_ALLOCATOR = {_TRIM_THRESHOLD: 2**31 - 1, _MMAP_MAX: 0}


def keep_freed_memory() -> None:
    """Have glibc's allocator keep what a step frees, for the next; leave any other as it is.

    A step on a CPU allocates and frees feature maps of tens of MiB. By default these go back to the system and are
    asked for again, and every page of them is mapped and cleared anew.
    """
    if platform.libc_ver()[0] == "glibc":
        mallopt = ctypes.CDLL(None).mallopt
        for parameter, value in _ALLOCATOR.items():
            mallopt(parameter, value)
