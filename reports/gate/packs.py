"""Policies by name: the packs that are shipped, files, and what they extend."""

from collections.abc import Iterable, Mapping
from importlib import resources
from pathlib import Path

from ...core import ConfigError, did_you_mean
from .checks import CHECKS
from .policy import Attestation, Control, Policy, Waiver, read_policy

SUFFIXES = (".yaml", ".yml")


def pack_names() -> list[str]:
    """The packs that are shipped."""
    return sorted(path.stem for path in _folder().glob("*.yaml"))


def load_policy(name: str, base: Path | None = None) -> Policy:
    """A pack by its name or a policy file by its path, with everything that it extends joined in.

    A path in ``extends`` is relative to the file that names it. Raises :class:`ConfigError`.
    """
    return _load(name, base or Path.cwd(), ())


def _load(name: str, base: Path, above: tuple[str, ...]) -> Policy:
    path = _path(name, base)
    if str(path) in above:
        raise ConfigError(f"{path.name}: extends itself ({' > '.join(Path(one).name for one in (*above, str(path)))})")
    policy = read_policy(path)
    _check_names(policy)
    parents = [_load(parent, path.parent, (*above, str(path))) for parent in policy.extends]
    return _joined(policy, parents)


def _path(name: str, base: Path) -> Path:
    if name.endswith(SUFFIXES):
        return (base / name).absolute()
    if name not in pack_names():
        hint = did_you_mean(name, pack_names())
        raise ConfigError(
            f"no policy {name!r}; {hint}the packs are {', '.join(pack_names())}, and a file of your own ends in .yaml"
        )
    return _folder() / f"{name}.yaml"


def _folder() -> Path:
    return Path(str(resources.files("headwater.reports.gate") / "packs"))


def _check_names(policy: Policy) -> None:
    """A check that nobody registered, or an option that it does not take, is an error before anything is judged."""
    for control in policy.controls:
        for limit in control.checks:
            if limit.check is None:
                continue
            place = f"{policy.id}: {control.id}"
            CHECKS.get(limit.check, place)
            known = [one.name for one in CHECKS.describe(limit.check).parameters if one.name != "run"]
            for option in limit.options:
                if option not in known:
                    takes = ", ".join(known) or "none"
                    raise ConfigError(f"{place}: the check {limit.check} has no option {option!r}; it takes {takes}")


def _joined(policy: Policy, parents: list[Policy]) -> Policy:
    controls: dict[str, Control] = {control.id: control for parent in parents for control in parent.controls}
    for key, ids in (("without", policy.without), ("only", policy.only)):
        for id in ids:
            _known(policy, key, id, controls)
    controls = {
        id: control
        for id, control in controls.items()
        if id not in policy.without and (not policy.only or id in policy.only)
    }
    controls |= {control.id: control for control in policy.controls}
    waivers = (*(waiver for parent in parents for waiver in parent.waivers), *policy.waivers)
    attestations = (*(one for parent in parents for one in parent.attestations), *policy.attestations)
    return with_said(
        policy.model_copy(
            update={
                "controls": tuple(controls.values()),
                "waivers": tuple(one for one in waivers if one in policy.waivers or one.control in controls),
                "attestations": tuple(
                    one for one in attestations if one in policy.attestations or one.control in controls
                ),
                "maximum_age": policy.maximum_age or next((p.maximum_age for p in parents if p.maximum_age), None),
            }
        )
    )


def with_said(policy: Policy, waivers: Iterable[Waiver] = (), attestations: Iterable[Attestation] = ()) -> Policy:
    """The policy with more waivers and attestations, each once. Raises :class:`ConfigError` for an unknown control."""
    joined = policy.model_copy(
        update={
            "waivers": tuple(dict.fromkeys((*policy.waivers, *waivers))),
            "attestations": tuple(dict.fromkeys((*policy.attestations, *attestations))),
        }
    )
    known = {control.id: control for control in policy.controls}
    for key, said in (("waivers", joined.waivers), ("attestations", joined.attestations)):
        for one in said:
            _known(policy, key, one.control, known)
    return joined


def with_remembered(policy: Policy, waivers: Iterable[Waiver], attestations: Iterable[Attestation]) -> Policy:
    """The policy with what lies with a run; what is about controls of other policies is left aside."""
    known = {control.id for control in policy.controls}
    return with_said(
        policy, [one for one in waivers if one.control in known], [one for one in attestations if one.control in known]
    )


def _known(policy: Policy, key: str, id: str, controls: Mapping[str, Control]) -> None:
    if id not in controls:
        hint = did_you_mean(id, controls)
        raise ConfigError(f"{policy.id}: {key}: no control {id!r}; {hint}there are {', '.join(controls) or 'none'}")
