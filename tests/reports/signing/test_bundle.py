import io
import warnings
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.core import HeadwaterError, IntegrityError
from headwater.reports.signing import bundle_files, pack, unpack, verify

from .made import PORTABLE, signed_run

NAMES = st.from_regex(r"[a-z][a-z0-9]{0,8}\.json", fullmatch=True)


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return pack(bundle_files(signed_run(tmp_path_factory.mktemp("run") / "run"), PORTABLE))


def holds(path: Path, content: bytes) -> bool:
    """Whether a bundle of this content verifies; only an error of integrity is an answer too."""
    path.write_bytes(content)
    try:
        return verify(path).holds
    except IntegrityError:
        return False


def test_the_bundle_of_a_signed_run_holds(tmp_path: Path, content: bytes) -> None:
    assert holds(tmp_path / "b.zip", content)


def test_no_byte_of_a_bundle_can_change(tmp_path: Path, content: bytes) -> None:
    for place in range(len(content)):
        changed = bytearray(content)
        changed[place] ^= 1 << place % 8
        assert not holds(tmp_path / "b.zip", bytes(changed)), place


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_bytes_changed_added_or_taken_out_are_noticed(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, data: st.DataObject
) -> None:
    begin = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(begin, min(len(content), begin + 40)))
    put = data.draw(st.binary(max_size=20))
    changed = content[:begin] + put + content[end:]
    assert holds(tmp_path_factory.mktemp("b") / "b.zip", changed) is (changed == content)


def test_a_file_taken_out_or_put_in_is_noticed(tmp_path: Path, content: bytes) -> None:
    files = unpack(content, "x")
    for name in files:
        assert not holds(tmp_path / "b.zip", pack({key: value for key, value in files.items() if key != name})), name
    for name in ("more.json", "images/audit.json", "signatures/002.dsse.json", "training.json"):
        assert not holds(tmp_path / "b.zip", pack({**files, name: files["audit.json"]})), name


def test_a_bundle_holds_no_data_and_no_config_with_paths(content: bytes) -> None:
    assert {"corpus.txt", "config.yaml"}.isdisjoint(unpack(content, "x"))


def test_any_tool_for_zip_files_opens_it(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == unpack(content, "x")


@given(st.dictionaries(NAMES, st.binary(max_size=50), min_size=1, max_size=5))
def test_what_is_packed_comes_back_and_gives_the_same_bytes(files: dict[str, bytes]) -> None:
    found = pack(files)
    assert unpack(found, "x") == files
    assert pack(dict(reversed(files.items()))) == found


def test_a_bundle_packed_again_by_another_tool_is_refused(content: bytes) -> None:
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", method) as archive:
            for name, body in unpack(content, "x").items():
                archive.writestr(name, body)
        with pytest.raises(IntegrityError):
            unpack(buffer.getvalue(), "x")


def archive(*entries: tuple[str, bytes], method: int = zipfile.ZIP_STORED, mode: int = 0o100644) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as file:
        for name, body in entries:
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.external_attr, info.compress_type = mode << 16, method
            with warnings.catch_warnings(action="ignore"):  # a name that is there twice
                file.writestr(info, body)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("hostile", "sentence"),
    [
        (archive(("a.json", bytes(100_000_000)), method=zipfile.ZIP_DEFLATED), "compressed"),
        (archive(("../a.json", b"x")), "no bundle of headwater has"),
        (archive(("/etc/passwd", b"x")), "no bundle of headwater has"),
        (archive(("a/../../b.json", b"x")), "no bundle of headwater has"),
        (archive(("a\\..\\b.json", b"x")), "no bundle of headwater has"),
        (archive(("C:a.json", b"x")), "no bundle of headwater has"),
        (archive(("a.json", b"x"), ("a.json", b"y")), "twice"),
        (archive(("a.json", b"/etc/passwd"), mode=0o120777), "not byte for byte"),
        (archive(*((f"{number}.json", b"") for number in range(1_001))), "more than 1,000 files"),
        (archive(("inner.zip", archive(("a.json", b"x")))), "not byte for byte"),
        (b"", "not a bundle"),
        (b"PK\x03\x04", "cut off"),
        (b"PK\x05\x06" + bytes(18), "not a bundle"),
    ],
)
def test_a_hostile_archive_is_refused_with_a_sentence(hostile: bytes, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "b.zip").write_bytes(hostile)
    with pytest.raises(IntegrityError, match=sentence):
        verify(tmp_path / "b.zip")


@given(st.binary(max_size=200))
def test_no_bytes_at_all_end_in_another_error(noise: bytes) -> None:
    for start in (b"", b"PK\x03\x04"):
        with pytest.raises(HeadwaterError):
            unpack(start + noise, "x")
