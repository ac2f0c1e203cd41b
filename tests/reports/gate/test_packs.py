"""The packs: complete, wired to what exists, and honest about what is not."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from headwater.core import ConfigError
from headwater.reports import CHECKS, load_policy, pack_names
from headwater.reports.gate import MAPPINGS, packs_page
from headwater.reports.gate.policy import Limit, Policy, policy_json

ROOT = Path(__file__).parents[3]
BASELINE = "genai-baseline"
PACKS = pack_names()


@cache
def sources() -> tuple[frozenset[str], frozenset[str], str]:
    """Texts of the package's code, the ends that are put behind a name (``f"{METRIC}-tpr"``), and all of it."""
    names, ends, whole = set(), set(), []
    for folder in ("curate", "models", "evaluate"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            code = path.read_text("utf-8")
            whole.append(code)
            for node in ast.walk(ast.parse(code)):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    names.add(node.value)
                    ends.add(node.value) if node.value.startswith("-") else None
    return frozenset(names), frozenset(ends), "".join(whole)


def produced(name: str) -> bool:
    names, ends, _ = sources()
    if name in names:
        return True
    parts = name.split("-")
    if parts[0] in ("source", "licence", "language"):  # the composition audit joins a field and a statistic
        return "_".join(parts[1:]) in names
    return any("-".join(parts[:at]) in names and "-" + "-".join(parts[at:]) in ends for at in range(1, len(parts)))


def limits(name: str) -> list[tuple[str, Limit]]:
    return [(control.id, limit) for control in load_policy(name).controls for limit in control.checks]


@pytest.mark.parametrize("name", PACKS)
def test_every_metric_of_a_pack_is_made_by_the_package(name: str) -> None:
    wanted = {limit.metric for _, limit in limits(name) if limit.metric}
    wanted |= {limit.needs for _, limit in limits(name) if limit.needs}
    assert {metric for metric in wanted if not produced(metric)} == set()


def test_a_name_that_nothing_makes_is_noticed() -> None:
    assert not produced("extractible") and not produced("refusal-adjustment")


@pytest.mark.parametrize("name", PACKS)
def test_every_check_of_a_pack_is_registered(name: str) -> None:
    assert {limit.check for _, limit in limits(name) if limit.check} - set(CHECKS.names()) == set()


@pytest.mark.parametrize("name", PACKS)
def test_every_finding_of_a_pack_is_made_by_the_package(name: str) -> None:
    codes = {code for _, limit in limits(name) for code in limit.findings}
    assert {code for code in codes if f'"{code}' not in sources()[2]} == set()


def test_every_check_is_asked_for_by_the_baseline() -> None:
    assert set(CHECKS.names()) - {limit.check for _, limit in limits(BASELINE)} == set()


def test_the_baseline_holds_all_57_controls_in_order() -> None:
    wanted = (
        [f"D{n:02}" for n in range(1, 20)] + [f"M{n:02}" for n in range(1, 21)] + [f"H{n:02}" for n in range(1, 19)]
    )
    assert [control.id for control in load_policy(BASELINE).controls] == wanted


def test_what_has_no_check_says_why_and_attestations_have_none() -> None:
    for control in load_policy(BASELINE).controls:
        assert bool(control.checks) == (control.kind != "attestation" and not control.unmeasured), control.id


def test_every_limit_that_is_a_number_says_where_it_comes_from() -> None:
    bare = [
        (id, limit.name)
        for id, limit in limits(BASELINE)
        if (limit.at_most, limit.at_least, limit.minimum_n, limit.maximum_age) != (None, None, 0, None)
        and not limit.why
    ]
    assert bare == []


@pytest.mark.parametrize("name", PACKS)
def test_a_pack_names_source_and_date_and_claims_no_conformity(name: str) -> None:
    pack = load_policy(name)
    assert pack.source and pack.verified_on and pack.version and pack.text
    if name != BASELINE:
        assert "Not legal advice" in pack.text and "unofficial copy" in pack.source
    words = f"{pack.title} {pack.text}".lower()
    assert not re.search(
        r"\b(conforms|compliant|certified)\b(?! that)", words.replace("that an organisation conforms", "")
    )


@pytest.mark.parametrize(
    ("name", "frameworks"),
    [("nist-ai-600-1", {"nist-ai-600-1", "nist-ai-rmf"}), ("iso-42001-support", {"iso-42001"})],
)
def test_a_framework_pack_takes_every_control_that_is_mapped_to_it(name: str, frameworks: set[str]) -> None:
    wanted = [control.id for control in load_policy(BASELINE).controls if frameworks & set(control.mapping)]
    assert [control.id for control in load_policy(name).controls] == wanted


def test_the_gpai_pack_is_about_articles_53_and_55_and_the_record() -> None:
    for control in load_policy("eu-ai-act-gpai").controls:
        articles = control.mapping.get("eu-ai-act", ())
        about = (
            any(one.startswith(("53", "55", "Annex XI")) for one in articles) or "eu-gpai-template" in control.mapping
        )
        assert about or control.id in {"M17", "M18", "M20"}, control.id


@pytest.mark.parametrize(
    "check", ["Art. 10(5)", "4a", "Code of Practice", "Annex XI 1(2)(c)-(e)", "systemic risk only"]
)
def test_the_open_checks_stand_in_the_text_of_the_gpai_pack(check: str) -> None:
    assert check in " ".join(load_policy("eu-ai-act-gpai").text.split())


def test_mappings_are_to_known_frameworks_by_ids_of_their_form() -> None:
    for control in load_policy(BASELINE).controls:
        assert set(control.mapping) <= set(MAPPINGS) and control.mapping
        assert all(re.fullmatch(r"(GV|MP|MS|MG)-\d\.\d+-\d{3}", id) for id in control.mapping.get("nist-ai-600-1", ()))
        assert all(re.fullmatch(r"A\.\d+\.\d+(\.\d+)?", id) for id in control.mapping.get("iso-42001", ()))


@pytest.mark.parametrize("name", PACKS)
def test_a_pack_goes_through_json_and_back(name: str) -> None:
    pack = load_policy(name)
    assert Policy.model_validate(policy_json(pack)) == pack
    assert Policy.model_validate(policy_json(pack)).hash == pack.hash


def test_the_page_of_the_packs_is_what_they_hold() -> None:
    assert (ROOT / "docs" / "packs.md").read_text("utf-8") == packs_page()


def write(path: Path, text: str) -> str:
    path.write_text(text, "utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id: p\nextends: [genai-basline]", 'did you mean "genai-baseline"'),
        ("id: p\nextends: [genai-baseline]\nwithout: [D99]", "without: no control 'D99'"),
        ("id: p\nextends: [genai-baseline]\nonly: [D99]", "only: no control 'D99'"),
        ("id: p\ncontrols: [{id: X1, title: x, checks: [{check: identity-frozn}]}]", "identity-frozen"),
        (
            "id: p\ncontrols: [{id: X1, title: x, checks: [{check: licences-allowed, options: {alow: [MIT]}}]}]",
            "has no option 'alow'; it takes allow",
        ),
        (
            "id: p\nextends: [genai-baseline]\nwaivers: [{control: D90, owner: a, approver: b, reason: it is mended,"
            " granted: 2026-01-01, expires: 2026-02-01}]",
            "waivers: no control 'D90'; did you mean",
        ),
        (
            "id: p\nextends: [genai-baseline]\nattestations: [{control: H99, person: a, role: b, date: 2026-01-01,"
            " statement: s, evidence: e, expires: 2026-02-01}]",
            "attestations: no control 'H99'; did you mean",
        ),
        (
            "id: p\nwaivers: [{control: X1, owner: Ann, approver: ' ann', reason: it is being mended,"
            " granted: 2026-01-01, expires: 2026-02-01}]",
            "same person",
        ),
        (
            "id: p\nwaivers: [{control: X1, owner: a, approver: b, reason: it is being mended, granted: 2026-01-01,"
            " expires: 2026-07-01}]",
            "180 days",
        ),
        ("id: p\ncontrols: [{id: X1, title: x}, {id: X1, title: y}]", "stands twice"),
        ("id: p\ncontrols: [{id: X1, title: x, checks: [{metric: m, at_most: .nan}]}]", "finite"),
        ("id: p\nmaximum_age: soon", "span of time"),
        ("id: p\ncontrls: []", "did you mean"),
        ("id: p\ncontrols: [{id: X1, title: x, checks: [{metric: m, check: c}]}]", "exactly one"),
        ("id: p\nextends: [p.yaml]", "extends itself"),
    ],
)
def test_a_wrong_policy_is_refused_with_the_way_out(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(Exception, match=re.escape(message)) as caught:
        load_policy(write(tmp_path / "p.yaml", text))
    assert getattr(caught.value, "exit_code", None) == 2


def test_a_control_of_ones_own_takes_the_place_of_the_packs(tmp_path: Path) -> None:
    text = "id: p\nextends: [genai-baseline]\nonly: [D01, D05]\nwithout: [D05]\ncontrols: [{id: D01, title: mine}]"
    assert [(one.id, one.title) for one in load_policy(write(tmp_path / "p.yaml", text)).controls] == [("D01", "mine")]


def test_a_policy_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no policy 'nothing'"):
        load_policy("nothing")


def test_the_baseline_that_the_packs_leave_out_is_the_one_that_the_metric_names() -> None:
    """Another name on either side would count it again without a word."""
    from headwater.evaluate.memorization.membership_results import BLIND

    limits = [limit for control in load_policy(BASELINE).controls for limit in control.checks if limit.without]
    assert [(limit.name, limit.without) for limit in limits] == [("membership-tpr", {"attack": BLIND})]
