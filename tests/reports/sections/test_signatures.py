import pytest

from headwater.core import StageReport
from headwater.reports.caps import Caps
from headwater.reports.page import render
from headwater.reports.run import Run, Track
from headwater.reports.sections import signatures
from headwater.reports.signing import Signature, SignOff

SIGN_OFF = SignOff(
    "Anna <b>", "risk", "no-go", "2026-11-30T03:00:00+00:00", "SHA256:ab", "PEM", "run", {"ledger.jsonl": "0"}, 1, "h"
)


def run_with(*signed: Signature, language: str = "en", stage: str = "audit") -> Run:
    return Run("t", (Track("", {stage: StageReport(stage, "a")}),), signatures=signed, language=language)


def test_a_run_that_nobody_signed_says_so() -> None:
    assert "Nobody has signed this run." in render(run_with(), Caps())
    assert "Diesen Lauf hat niemand unterschrieben." in render(run_with(language="de"), Caps())


def test_the_section_shows_who_signed_what_and_with_which_key() -> None:
    html = render(run_with(Signature(1, "f", SIGN_OFF)), Caps())
    for text in (
        "Anna &lt;b&gt;, risk",
        "no-go",
        "2026-11-30T03:00:00+00:00",
        SIGN_OFF.evidence,
        "SHA256:ab",
        ">holds<",
    ):
        assert text in html
    assert "Anna <b>" not in html


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("fault", ["forged", "unlisted", "changed", "ledger", "added"])
def test_a_void_one_says_why_in_every_language(language: str, fault: str) -> None:
    signed = Signature(1, "f", None if fault == "forged" else SIGN_OFF, fault=fault, files=("policy.json",))
    html = render(run_with(signed, language=language), Caps())
    assert {"en": ">void<", "de": ">ungültig<"}[language] in html and "policy.json" in html


def test_a_comparison_has_no_signatures() -> None:
    assert signatures(run_with(stage="comparison")) is None
