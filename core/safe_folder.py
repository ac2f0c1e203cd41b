"""A folder of a model made elsewhere: refused where it holds anything that could run."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from .errors import InputError
from .files import canonical_json, read_json, sha256, sha256_file

PICKLES = frozenset({".bin", ".ckpt", ".joblib", ".pickle", ".pkl", ".pt", ".pth", ".npy", ".npz", ".h5", ".msgpack"})
CODE = frozenset({".py", ".pyc", ".so", ".dll", ".dylib", ".sh"})
LARGEST_JSON = 4 << 20
MOST_FILES = 10_000


def safe_content(folder: Path) -> str:
    """Refuse a folder that holds a pickle or code, or asks for code; else the SHA-256 of all its files."""
    files = list(_files(folder))
    for path in files:
        if path.suffix.lower() in PICKLES | CODE:
            raise InputError(
                f"{path} is a pickle or code, which would run when it is loaded; convert the weights to "
                "safetensors and remove the file"
            )
    for path in files:
        if path.suffix == ".json":
            _check_json(path)
    return sha256(canonical_json({path.relative_to(folder).as_posix(): sha256_file(path) for path in files}))


def _files(folder: Path) -> Iterator[Path]:
    for number, path in enumerate(sorted(path for path in folder.rglob("*") if not path.is_dir())):
        if number >= MOST_FILES:
            raise InputError(f"{folder}: more than {MOST_FILES:,} files; give the directory of one model")
        if ".git" not in path.relative_to(folder).parts:
            yield path


def _check_json(path: Path) -> None:
    if path.stat().st_size > LARGEST_JSON:
        return  # vocabularies are large; a configuration is not, and only those can name code
    values = read_json(path)
    if isinstance(values, Mapping) and ({"auto_map", "custom_pipeline", "custom_code"} & values.keys()):
        raise InputError(f"{path}: asks for code from elsewhere (auto_map or custom_pipeline), which is never run")
