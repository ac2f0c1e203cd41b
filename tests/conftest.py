"""Settings that hold for every test."""

import os

from hypothesis import settings

# No time limit on an example: a slow machine is not a bug. In CI hypothesis itself also fixes the seed.
settings.register_profile("headwater", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("headwater")
