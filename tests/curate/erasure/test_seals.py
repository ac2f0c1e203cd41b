import hashlib
import stat
from pathlib import Path

import numpy as np
import pytest

from headwater.core import InputError
from headwater.curate import erasure
from headwater.curate.erasure.seals import windows


def test_a_seal_is_keyed_blake2b_under_a_key_that_scrypt_made() -> None:
    key = hashlib.scrypt(b"s" * 32, salt=b"salt", n=2**14, r=8, p=1, dklen=32)
    expected = hashlib.blake2b(b"jane doe", digest_size=16, key=key, person=b"strings").hexdigest()
    assert erasure.Sealer(b"s" * 32, b"salt").seal("strings", "jane doe") == expected


def test_another_secret_and_another_salt_give_other_seals() -> None:
    sealers = [erasure.Sealer(b"s" * 32, b"a"), erasure.Sealer(b"t" * 32, b"a"), erasure.Sealer(b"s" * 32, b"b")]
    assert len({sealer.seal("strings", "jane") for sealer in sealers}) == 3
    assert len({int(sealer.words(["jane"])[0]) for sealer in sealers}) == 3


def test_equal_runs_of_words_have_equal_values_and_others_differ() -> None:
    sealer = erasure.Sealer(b"s" * 32, b"a")
    values = windows(sealer.words(["a", "b", "c", "x", "a", "b", "c", "y", "b", "a", "c"]), 3)
    assert values[0] == values[4]
    assert len(np.unique(values)) == 8


@pytest.mark.parametrize("size", [1, 2, 8, 9])
def test_there_is_one_value_for_each_run(size: int) -> None:
    values = erasure.Sealer(b"s" * 32, b"a").words(["a", "b", "c", "d", "e", "f", "g", "h"])
    assert len(windows(values, size)) == max(0, 9 - size)


def test_a_new_key_is_random_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    one, two = (erasure.make_secret(tmp_path / name) for name in ("one", "two"))
    assert one != two and len(one) == 64
    assert stat.S_IMODE((tmp_path / "one").stat().st_mode) == 0o600
    assert erasure.make_secret(tmp_path / "one") == one


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 5_000])
def test_a_key_that_cannot_protect_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "key").write_bytes(content)
    with pytest.raises(InputError, match="16 to 4096 random bytes"):
        erasure.read_secret(tmp_path / "key")
