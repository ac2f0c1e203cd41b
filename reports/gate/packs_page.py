"""The controls of the packs as a page: ``docs/packs.md`` is what this writes, and a test holds it to that."""

from collections.abc import Iterator

from .packs import load_policy, pack_names
from .policy import MAPPINGS, Control, Limit

BASE = "genai-baseline"
HEAD = """# Packs

Policies that are shipped. Give one by name: `headwater check RUN --policy nist-ai-600-1`. All take their controls from
one set of definitions. Texts are our own words; laws and standards were read in unofficial copies. **Not legal
advice**, and passing a pack is conformity with nothing: check ids against the official texts before you print them.
"""


def packs_page() -> str:
    """The page in Markdown."""
    packs = [load_policy(name) for name in pack_names()]
    lines = [HEAD]
    for pack in packs:
        ids = ", ".join(control.id for control in pack.controls)
        about = f"Source: {pack.source}. Verified on {pack.verified_on}. {len(pack.controls)} controls: {ids}."
        lines += [f"## {pack.id} {pack.version}", "", f"{pack.title}. {pack.text}", "", about, ""]
    lines += ["## Controls", "", "Severity is medium unless it says otherwise.", ""]
    for control in load_policy(BASE).controls:
        lines += [*_control(control), ""]
    return "\n".join(lines).rstrip() + "\n"


def _control(control: Control) -> Iterator[str]:
    marks: list[str] = [control.kind] if control.kind != "automatic" else []
    marks += [f"severity {control.severity}"] if control.severity != "medium" else []
    shown = f" ({', '.join(marks)})" if marks else ""
    yield f"### {control.id} {control.title}{shown}"
    yield ""
    yield control.text
    yield ""
    for limit in control.checks:
        yield f"- {limit_text(limit)}"
    if control.unmeasured:
        yield f"- not measured: {control.unmeasured}"
    named = "; ".join(f"{MAPPINGS[name].split(',')[0]}: {', '.join(ids)}" for name, ids in control.mapping.items())
    yield f"- mapping: {named}"


def limit_text(limit: Limit) -> str:
    """``check identity-frozen, at least 1: a changed file is another run``."""
    kind = "metric" if limit.metric else "check" if limit.check else "no finding"
    parts = [f"{key} {value}" for key, value in limit.slice.items()]
    parts += [f"not {key} {value}" for key, value in limit.without.items()]
    where = f" ({', '.join(parts)})" if parts else ""
    ends = [f"at most {limit.at_most:g}"] if limit.at_most is not None else []
    ends += [f"at least {limit.at_least:g}"] if limit.at_least is not None else []
    ends = ends or (["at least 1"] if limit.check else ["no limit"] if limit.metric else [])
    more = [f"n at least {limit.minimum_n}"] if limit.minimum_n else []
    more += [f"not older than {limit.maximum_age}"] if limit.maximum_age else []
    more += [f"{limit.modality} only"] if limit.modality else []
    why = f": {limit.why}" if limit.why else ""
    return f"{kind} `{limit.name}`{where}, {', '.join([*ends, *more])}{why}"
