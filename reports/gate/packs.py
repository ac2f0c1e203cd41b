"""Policies by name: the packs that are shipped, files, and what they extend."""

from importlib import resources
from pathlib import Path

from ...core import ConfigError, UnknownName
from .policy import Control, Policy, read_policy

SUFFIXES = (".yaml", ".yml")


def pack_names() -> list[str]:
    """The packs that are shipped."""
    return sorted(path.stem for path in _folder().glob("*.yaml"))


def load_policy(name: str, base: Path | None = None) -> Policy:
    """A pack by its name or a policy file by its path, with everything that it extends joined in.

    A path in ``extends`` is relative to the file that names it. Raises :class:`UnknownName` or :class:`ConfigError`.
    """
    return _load(name, base or Path.cwd(), ())


def _load(name: str, base: Path, above: tuple[str, ...]) -> Policy:
    path = _path(name, base)
    if str(path) in above:
        raise ConfigError(f"{path.name}: extends itself ({' > '.join(Path(one).name for one in (*above, str(path)))})")
    policy = read_policy(path)
    parents = [_load(parent, path.parent, (*above, str(path))) for parent in policy.extends]
    return _joined(policy, parents)


def _path(name: str, base: Path) -> Path:
    if name.endswith(SUFFIXES):
        return (base / name).absolute()
    if name not in pack_names():
        raise UnknownName("policy", name, pack_names())
    return _folder() / f"{name}.yaml"


def _folder() -> Path:
    return Path(str(resources.files("headwater.reports.gate") / "packs"))


def _joined(policy: Policy, parents: list[Policy]) -> Policy:
    controls: dict[str, Control] = {control.id: control for parent in parents for control in parent.controls}
    unknown = [id for id in policy.without if id not in controls]
    if unknown:
        raise ConfigError(
            f"{policy.id}: without: no control {unknown[0]!r} in {', '.join(policy.extends) or 'extends'}"
        )
    controls = {id: control for id, control in controls.items() if id not in policy.without}
    controls |= {control.id: control for control in policy.controls}
    return policy.model_copy(
        update={
            "controls": tuple(controls.values()),
            "waivers": (*(waiver for parent in parents for waiver in parent.waivers), *policy.waivers),
            "attestations": (*(one for parent in parents for one in parent.attestations), *policy.attestations),
            "maximum_age": policy.maximum_age or next((p.maximum_age for p in parents if p.maximum_age), None),
        }
    )
