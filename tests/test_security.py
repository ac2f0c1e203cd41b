"""No door that hostile input could open: nothing in the package unpickles, evaluates, shells out or phones home."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = ["core", "curate", "models", "evaluate", "reports", "pipeline", "benchmarks"]
FILES = [*sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")), ROOT / "__init__.py"]

MODULES = {
    "cloudpickle": "pickle runs code on loading",
    "dill": "pickle runs code on loading",
    "marshal": "marshal crashes on hostile bytes",
    "shelve": "shelve is pickle",
    "http": "no network at run time",
    "smtplib": "no network at run time",
    "requests": "no network at run time",
    "socket": "no network at run time",
    "urllib": "no network at run time",
}
HARMLESS = {"urllib.parse"}
NETWORK = {"http", "smtplib", "socket", "urllib"}
CONNECTED = {
    "models/adapters/transport.py": "asks the server that a config names; the only client",
    "pipeline/jobs/alerts/transport.py": "hands alerts to the addresses that a file of jobs names; nowhere else",
    "models/serving/server.py": "answers on this machine; the only server",
}
PICKLE_WRITING = {"dumps", "PicklingError"}  # asking whether an object could travel to a worker loads nothing
BUILTINS = {
    "eval": "runs input as code",
    "exec": "runs input as code",
    "compile": "runs input as code",
    "__import__": "imports what input names",
    "hash": "differs between processes; use core.sha256 or xxhash",
}
CALLS = {
    "yaml.load": "use core.load_yaml",
    "yaml.unsafe_load": "use core.load_yaml",
    "yaml.full_load": "use core.load_yaml",
    "torch.load": "use safetensors",
    "joblib.load": "joblib files are pickles",
    "pd.read_pickle": "pickle runs code on loading",
    "pandas.read_pickle": "pickle runs code on loading",
    "os.system": "a shell reads input as commands",
    "os.popen": "a shell reads input as commands",
    "tempfile.mktemp": "the name can be taken before it is used",
    "np.random.seed": "randomness is an argument",
    "numpy.random.seed": "randomness is an argument",
    "random.seed": "randomness is an argument",
}
KEYWORDS = {
    ("shell", True): "a shell reads input as commands",
    ("trust_remote_code", True): "runs code that a stranger uploaded",
    ("allow_pickle", True): "pickle runs code on loading",
    ("weights_only", False): "pickle runs code on loading",
    ("verify", False): "switches certificate checks off",
    ("autoescape", False): "lets texts become markup",
}


def faults(source: str) -> list[str]:
    """Every dangerous thing in a source, as ``line: name: reason``."""
    return [f"{node.lineno}: {reason}" for node in ast.walk(ast.parse(source)) for reason in reasons(node)]  # type: ignore[attr-defined]


def reasons(node: ast.AST) -> Iterator[str]:
    if isinstance(node, (ast.Import, ast.ImportFrom)) and not getattr(node, "level", 0):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        yield from (f"{name}: {MODULES[name.split('.')[0]]}" for name in names if is_dangerous(name))
        yield from (f"{alias.name}: import it by its name" for alias in node.names if is_hidden_pickle(node, alias))
    if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "pickle" and node.attr not in PICKLE_WRITING:
        yield f"pickle.{node.attr}: pickle runs code on loading"
    if isinstance(node, ast.ImportFrom):
        found = [f"{node.module}.{alias.name}" for alias in node.names]
        yield from (f"{name}: {CALLS[name]}" for name in found if name in CALLS)
    if isinstance(node, ast.Call):
        name = ast.unparse(node.func)
        yield from (f"{name}: {table[name]}" for table in (BUILTINS, CALLS) if name in table and not is_tensors(node))
        for keyword in node.keywords:
            value = keyword.value.value if isinstance(keyword.value, ast.Constant) else None
            if isinstance(value, bool) and (keyword.arg, value) in KEYWORDS:
                yield f"{keyword.arg}={value}: {KEYWORDS[keyword.arg, value]}"  # type: ignore[index]


def is_tensors(node: ast.Call) -> bool:
    """``torch.load(..., weights_only=True)`` reads tensors and nothing else; files that pass a hash check come so."""
    only = [keyword.value for keyword in node.keywords if keyword.arg == "weights_only"]
    return ast.unparse(node.func) == "torch.load" and [ast.unparse(value) for value in only] == ["True"]


def is_hidden_pickle(node: ast.Import | ast.ImportFrom, alias: ast.alias) -> bool:
    """Whether pickle is imported in a way that the check of its attributes would miss."""
    module = node.module or "" if isinstance(node, ast.ImportFrom) else alias.name
    return module.split(".")[0] in ("pickle", "_pickle") and (
        isinstance(node, ast.ImportFrom) or alias.asname is not None
    )


def is_dangerous(module: str) -> bool:
    return module.split(".")[0] in MODULES and module not in HARMLESS


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_file_opens_no_door(path: Path) -> None:
    connected = path.relative_to(ROOT).as_posix() in CONNECTED
    found = [fault for fault in faults(path.read_text("utf-8")) if not (connected and is_network(fault))]
    assert found == []


def is_network(fault: str) -> bool:
    return fault.endswith("no network at run time") and fault.split(": ")[1].split(".")[0] in NETWORK


def test_the_files_with_a_network_are_what_they_say() -> None:
    for name in CONNECTED:
        assert any(is_network(fault) for fault in faults((ROOT / name).read_text("utf-8"))), name


def test_only_the_client_reads_the_environment() -> None:
    folders = ("core", "models", "evaluate", "reports")
    files = [path for path in FILES if path.relative_to(ROOT).parts[0] in folders]
    found = {path.relative_to(ROOT).as_posix() for path in files if "os.environ" in path.read_text("utf-8")}
    assert found == {"models/adapters/transport.py"}


@pytest.mark.parametrize(
    "source",
    [
        "pickle.loads(content)",
        "pickle.Unpickler(file).load()",
        "import pickle as harmless",
        "from pickle import loads",
        "import urllib.request",
        "from requests import get",
        "eval(text)",
        "exec(text)",
        "hash(text)",
        "yaml.load(text, Loader=yaml.Loader)",
        "from yaml import load",
        "torch.load(path)",
        "torch.load(path, weights_only=False)",
        "torch.load(path, weights_only=careful)",
        "os.system(command)",
        "subprocess.run(command, shell=True)",
        "AutoModel.from_pretrained(name, trust_remote_code=True)",
        "np.load(path, allow_pickle=True)",
        "Environment(autoescape=False)",
        "def f():\n    import dill",
    ],
)
def test_an_open_door_is_noticed(source: str) -> None:
    assert faults(source) != []


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "pickle.dumps(step)",
        "model.eval()",
        "torch.load(file, weights_only=True)",
        "re.compile(pattern)",
        "np.load(path, allow_pickle=False)",
        "from urllib.parse import quote",
    ],
)
def test_a_harmless_line_passes(source: str) -> None:
    assert faults(source) == []
