"""Licence policy against hand-checked truth tables and the boolean algebra of the parser's own library."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from license_expression import get_spdx_licensing

from headwater.curate.licence_families import FAMILIES
from headwater.curate.licence_policy import ALLOWED, DENIED, NOT_ALLOWED, LicencePolicy, names_of

TABLE = [
    # allow, deny, expression, verdict
    (["permissive"], [], "MIT", ALLOWED),
    (["permissive"], [], "GPL-3.0-only", NOT_ALLOWED),
    (["permissive"], [], "LGPL-2.1-or-later", NOT_ALLOWED),
    (["permissive"], [], "CC-BY-4.0 AND MIT", ALLOWED),
    (["permissive"], [], "CC-BY-4.0 AND CC-BY-SA-4.0", NOT_ALLOWED),
    (["permissive", "public-domain"], [], "CC0-1.0", ALLOWED),
    (["copyleft"], [], "MPL-2.0", ALLOWED),
    (["strong-copyleft"], [], "MPL-2.0", NOT_ALLOWED),
    (["weak-copyleft"], [], "AGPL-3.0-only", NOT_ALLOWED),
    (["any"], ["copyleft"], "CC-BY-NC-SA-4.0", DENIED),
    (["any"], ["copyleft"], "MIT OR AGPL-3.0-only", ALLOWED),
    (["any"], ["copyleft"], "MIT AND AGPL-3.0-only", DENIED),
    (["any"], ["no-derivatives"], "CC-BY-ND-4.0", DENIED),
    (["any"], ["no-derivatives"], "CC-BY-NC-ND-3.0-DE", DENIED),
    (["any"], ["no-derivatives"], "LicenseRef-Standard", NOT_ALLOWED),
    (["any"], ["non-commercial"], "PolyForm-Noncommercial-1.0.0", DENIED),
    (["any"], ["non-commercial"], "ISC", ALLOWED),
    (["any"], ["MIT"], "MIT-0", ALLOWED),
    (["permissive"], ["MIT"], "MIT OR ISC", ALLOWED),
    (["permissive"], ["MIT"], "MIT AND ISC", DENIED),
    (["permissive"], ["MIT"], "GPL-2.0-only AND ISC", NOT_ALLOWED),
    (["GPL-3.0-only"], [], "GPL-2.0-or-later", ALLOWED),
    (["GPL-2.0-only"], [], "GPL-3.0-or-later", NOT_ALLOWED),
    (["GPL-2.0-or-later"], [], "GPL-2.0-only", NOT_ALLOWED),
    (["any"], ["GPL-2.0-or-later"], "GPL-2.0-or-later", DENIED),
    (["any"], ["GPL-3.0-only", "GPL-3.0-or-later"], "GPL-2.0-or-later", ALLOWED),
    (["GPL-2.0-only WITH Classpath-exception-2.0"], [], "GPL-2.0-only WITH Classpath-exception-2.0", ALLOWED),
    (["GPL-2.0-only WITH Classpath-exception-2.0"], [], "GPL-2.0-only", NOT_ALLOWED),
    (["Apache-2.0"], [], "Apache-2.0 WITH LLVM-exception", ALLOWED),
    (["Apache-2.0"], ["Apache-2.0 WITH LLVM-exception"], "Apache-2.0 WITH LLVM-exception", DENIED),
    (["proprietary"], [], "LicenseRef-Proprietary", ALLOWED),
    (["any"], [], "LicenseRef-My-Terms", NOT_ALLOWED),
    (["LicenseRef-My-Terms"], [], "LicenseRef-My-Terms", ALLOWED),
]
KEYS = ["MIT", "Apache-2.0", "GPL-2.0-only", "GPL-3.0-or-later", "CC-BY-NC-4.0", "CC-BY-SA-4.0", "0BSD"]
keys = st.sampled_from(KEYS)
expressions = st.recursive(
    keys, lambda inner: st.tuples(inner, st.sampled_from(["AND", "OR"]), inner).map("({0[0]} {0[1]} {0[2]})".format)
)
policies = st.builds(
    lambda allow, deny: LicencePolicy(names_of(sorted(allow), "allow"), names_of(sorted(deny), "deny")),
    st.sets(keys | st.sampled_from(["permissive", "copyleft"]), min_size=1),
    st.sets(keys | st.sampled_from(["non-commercial", "copyleft"]), max_size=2),
)


def passes(policy: LicencePolicy, expression: str) -> bool:
    return policy.verdict(expression) == ALLOWED


@pytest.mark.parametrize(("allow", "deny", "expression", "verdict"), TABLE)
def test_truth_table(allow: list[str], deny: list[str], expression: str, verdict: str) -> None:
    assert LicencePolicy(names_of(allow, "allow"), names_of(deny, "deny")).verdict(expression) == verdict


@given(policies, expressions)
def test_an_expression_is_its_boolean_formula_over_single_licences(policy: LicencePolicy, expression: str) -> None:
    algebra: Any = get_spdx_licensing()
    tree = algebra.parse(expression)
    values = {key: algebra.TRUE if passes(policy, key) else algebra.FALSE for key in algebra.license_keys(tree)}
    formula = tree.subs({algebra.parse(key): value for key, value in values.items()}).simplify()
    assert passes(policy, expression) == (formula == algebra.TRUE)


@given(policies, expressions, expressions)
def test_a_further_choice_never_takes_permission_away(policy: LicencePolicy, first: str, second: str) -> None:
    assert passes(policy, f"({first}) OR ({second})") >= passes(policy, first)


@given(policies, expressions, expressions)
def test_a_further_demand_never_gives_permission(policy: LicencePolicy, first: str, second: str) -> None:
    assert passes(policy, f"({first}) AND ({second})") <= passes(policy, first)


@given(policies, expressions, keys)
def test_denying_more_never_lets_more_pass(policy: LicencePolicy, expression: str, key: str) -> None:
    stricter = LicencePolicy(policy.allow, (*policy.deny, key))
    assert passes(stricter, expression) <= passes(policy, expression)


@given(policies, expressions, expressions)
def test_order_does_not_matter(policy: LicencePolicy, first: str, second: str) -> None:
    assert policy.verdict(f"({first}) OR ({second})") == policy.verdict(f"({second}) OR ({first})")


def test_every_family_has_a_licence() -> None:
    symbols = get_spdx_licensing().known_symbols
    allowed = {
        family: any(LicencePolicy((family,)).verdict(key) == ALLOWED for key in symbols)
        for family in FAMILIES
        if family != "proprietary"
    }
    assert all(allowed.values()), allowed
