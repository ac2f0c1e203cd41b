"""Keys and words on disk."""

from pathlib import Path

import numpy as np
import pytest

from headwater.curate.duplicates import buckets
from headwater.curate.duplicates.band_files import WordFile, band_files
from headwater.curate.duplicates.minhash import band_keys


def test_groups_from_disk_are_those_in_memory_each_once() -> None:
    matrix = np.random.default_rng(0).integers(0, 3, (200, 12)).astype(np.uint32)
    with band_files(4) as (_, files):
        for start in range(0, 200, 30):
            files.add(np.stack(list(band_keys(matrix[start : start + 30], 4))))
        found = {tuple(group.tolist()) for group in files.groups(np.arange(200))}
        again = files.groups(np.arange(200))
    assert found == {tuple(group.tolist()) for group in buckets(matrix, 4)}
    assert len(again) == len(found)


def test_documents_that_cannot_be_compared_are_in_no_group() -> None:
    with band_files(2) as (_, files):
        files.add(np.zeros((2, 4), np.uint64))
        assert [group.tolist() for group in files.groups(np.array([1, 3]))] == [[1, 3]]


def test_the_files_are_gone_afterwards() -> None:
    with band_files(2) as (folder, _):
        assert folder.is_dir()
    assert not folder.exists()


def test_words_are_read_by_number(tmp_path: Path) -> None:
    words = WordFile(tmp_path, np.array([2, 5, 9]))
    for text in (b"one", b"", b"three"):
        words.append(text)
    assert (dict(words), len(words)) == ({2: b"one", 5: b"", 9: b"three"}, 3)
    with pytest.raises(KeyError):
        words[4]
    words.close()
