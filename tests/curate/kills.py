"""Dying in the middle of a file operation, for tests that resume a run."""

import os
import signal
from collections.abc import Callable, Sequence
from typing import Any


def die_at(number: int, names: Sequence[str]) -> list[int]:
    """Let this process be killed at the ``number``-th call of these functions of ``os``, never where that is below 1.

    The list holds how many calls are left, and goes on below zero.
    """
    left = [number]

    def counted(call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*arguments: Any, **options: Any) -> Any:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*arguments, **options)

        return wrapper

    for name in names:
        setattr(os, name, counted(getattr(os, name)))
    return left
