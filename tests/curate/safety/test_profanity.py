"""The detector ``profanity``: its files are checked before the package is imported."""

import importlib
import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from headwater.core import IncompleteError, IntegrityError, UsageError, sha256_file
from headwater.curate import TEXT_DETECTORS

module = importlib.import_module("headwater.curate.safety.profanity")  # the face gives the function of that name
INSTALLED = importlib.util.find_spec("profanity_check") is not None


def test_altered_model_files_are_refused_unloaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "profanity_check"
    (package / "data").mkdir(parents=True)
    (package / "__init__.py").write_text("raise SystemExit('imported')")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "profanity_check", raising=False)
    with pytest.raises(IncompleteError, match="no data/model.joblib"):
        TEXT_DETECTORS.get("profanity")()
    for name in module.FILES:
        (package / "data" / name).write_bytes(b"cos\nsystem\n(S'true'\ntR.")
    with pytest.raises(IntegrityError, match="a pickle runs code"):
        TEXT_DETECTORS.get("profanity")()
    assert "profanity_check" not in sys.modules


def test_files_with_the_pinned_hashes_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").mkdir()
    for name in module.FILES:
        (tmp_path / "data" / name).write_bytes(name.encode())
    monkeypatch.setattr(module, "FILES", {name: sha256_file(tmp_path / "data" / name) for name in module.FILES})
    module.check_package(tmp_path)


@pytest.mark.skipif(INSTALLED, reason="alt-profanity-check is installed")
def test_without_the_package_the_way_out_is_said() -> None:
    with pytest.raises(UsageError, match=r"pip install 'headwater\[profanity\]'"):
        TEXT_DETECTORS.get("profanity")()


@pytest.mark.skipif(not INSTALLED, reason="needs alt-profanity-check; pip install 'headwater[profanity]'")
def test_an_insult_scores_high_and_kindness_low_whatever_stands_beside_it() -> None:
    detector = TEXT_DETECTORS.get("profanity")()
    texts = ["You are a stupid idiot", "What a lovely garden you have", "", "x" * 1_000_000, "<script>"]
    scores = detector.scores(texts)
    assert scores[0] > 0.9 and scores[1] < 0.2
    assert np.allclose(scores, [detector.scores([text])[0] for text in texts])
    assert detector.scores([]).shape == (0,)
