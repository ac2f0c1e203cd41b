"""A folder that lasts as long as somebody looks at what is in it."""

import shutil
import tempfile
import weakref
from pathlib import Path

from ..core import Corpus


class Temporary:
    """A folder that is removed when nobody holds this any more, at the latest when the program ends."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="headwater-"))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)

    def corpus(self, name: str = "corpus") -> Corpus:
        """The corpus in a folder of this one; it keeps the folder there."""
        view = Corpus(self.path / name)
        vars(view)["_temporary"] = self
        return view
