"""What a check is: a function from a judged run to measurements, so that a policy holds them like any other.

Most return one share of what should hold (:func:`share`), whose limit is 1 unless the policy says otherwise. What
cannot be looked at is :class:`NotMeasured` with the reason.
"""

from collections.abc import Callable, Sequence

from ....core import Measurement, Registry, Score

Check = Callable[..., Sequence[Measurement]]
"""Called with the run, and with what the policy gives in ``options``."""
CHECKS: Registry[Check] = Registry("check", "headwater.checks")


def share(name: str, held: int, of: int, method: str, what: str = "", /, **slice: str) -> Score:
    """A share that was counted over everything, so that its interval is the value itself."""
    value = held / of
    return Score(
        name, value, of, f"share of {what}" if what else "share", f"{name}/1 {method}", value, value,
        "every one was looked at", direction="higher", slice=slice,
    )  # fmt: skip
