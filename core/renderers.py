"""What lays a result out as a page, by name: stages may ask for a page without importing what makes it."""

from collections.abc import Callable
from typing import Any

from .registry import Registry

RENDERERS: Registry[Callable[[Any], str]] = Registry("renderer", "headwater.renderers")
