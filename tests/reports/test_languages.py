"""Every language of the report is whole, and templates and script hold no words of their own."""

import json
import re
from importlib import resources
from pathlib import Path
from string import Formatter

import pytest

from headwater.core import Chart, Series, StageReport, Table, UsageError
from headwater.reports import build_report
from headwater.reports.caps import Caps
from headwater.reports.catalogue import Catalogue, languages
from headwater.reports.charts import draw
from headwater.reports.numbers import number, tick_label
from headwater.reports.page import render
from headwater.reports.run import Run, Track
from headwater.reports.speaking import say, speaking
from headwater.reports.stream_chart import stream_chart

from .fixtures import full_run

REPORTS = resources.files("headwater.reports")
TEXTS = REPORTS / "texts"
FILES = sorted(path.name for path in (TEXTS / "en").iterdir())
OURS = (
    "calibration", "comparison", "controls", "corpus_audit", "curation", "documents", "energy", "findings", "glossary",
    "images", "left_out", "macros", "mitigation", "not_measured", "page", "provenance", "remedy", "scores", "summary",
    "training",
)  # fmt: skip
NAMES = {"headwater", "report.json", "headwater trace RUN", "headwater remedy RUN", "n"}


def texts(language: str, file: str) -> dict[str, str]:
    return dict(json.loads((TEXTS / language / file).read_text("utf-8")))


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("language", languages())
def test_every_language_has_the_same_keys_and_placeholders(language: str, file: str) -> None:
    english, other = texts("en", file), texts(language, file)
    assert list(other) == list(english)
    assert [key for key in english if placeholders(english[key]) != placeholders(other[key])] == []
    assert all(text.strip() for text in other.values())


def words_of(template: str) -> list[str]:
    """What a template says by itself: its text outside of tags, expressions and comments."""
    bare = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", template, flags=re.S)
    spoken = re.findall(r'(?:aria-label|alt|title)="([^"]*)"', bare) + re.sub(r"<[^>]*>", "\n", bare).split("\n")
    return [words.strip() for words in spoken if re.search("[A-Za-z]", words) and words.strip(" .:·") not in NAMES]


@pytest.mark.parametrize("name", OURS)
def test_a_template_has_no_words_of_its_own(name: str) -> None:
    assert words_of((REPORTS / "templates" / f"{name}.html.jinja").read_text("utf-8")) == []


def test_a_word_in_a_template_would_be_found() -> None:
    assert words_of('<p class="x">{{ t("a.b") }} more</p><a aria-label="Close">') == ["Close", "more"]


def test_the_script_shows_no_words_of_its_own() -> None:
    script = re.sub(r"//.*|\$\{say\([^}]*\}", "", (REPORTS / "templates" / "page.js").read_text("utf-8"))
    shown = re.findall(r'(?:make\("\w+", |textContent = |"aria-label": )["`]([^"`]*)["`]', script)
    assert [words for words in shown if re.search("[A-Za-z]{2,}", re.sub(r"\$\{[^}]*\}", "", words))] == []
    assert set(re.findall(r'say\("([a-z-]+)"', script)) <= set(texts("en", "script.json"))


def test_a_german_report_says_nothing_of_its_own_in_english(tmp_path: Path) -> None:
    page = build_report(tmp_path, **full_run(tmp_path), language="de").read_text()
    assert '<html lang="de">' in page
    shown = re.sub(r"<script.*?</script>|<style.*?</style>", "", page, flags=re.S)
    english = {key: text for file in ("page.json", "script.json") for key, text in texts("en", file).items()}
    german = {key: text for file in ("page.json", "script.json") for key, text in texts("de", file).items()}
    sentences = [english[key] for key in english if english[key] != german[key] and len(english[key].split()) > 3]
    found = [text for text in sentences if "{" not in text and text in shown]
    assert len(sentences) > 30 and found == []
    assert german["findings-lede"] in shown and german["stays-english"] in shown


def test_the_data_of_a_report_are_the_same_in_every_language(tmp_path: Path) -> None:
    found = []
    for language in languages():
        build_report(tmp_path / language, **full_run(tmp_path / language), language=language)
        found.append((tmp_path / language / "report.json").read_bytes())
    assert len(found) > 1 and set(found) == {found[0]}


def test_an_unknown_language_is_refused_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="de, en"):
        build_report(tmp_path, title="t", language="fr")


def test_german_numbers_have_a_comma_and_thin_groups() -> None:
    with speaking("de"):
        assert (number(1_234_567), number(0.25), tick_label(0.5)) == ("1\u202f234\u202f567", "0,25", "0,5")
        assert say("page.n-scores", count=1_200) == "1\u202f200 Werte"
    assert (number(1_234_567), number(0.25), say("page.n-scores", count=1)) == ("1,234,567", "0.25", "1 score")


def test_a_text_is_found_by_its_key() -> None:
    assert Catalogue("de")("page.skip") == "Zum Bericht springen"


def test_what_a_drawing_tells_and_why_a_stage_is_missing_are_in_the_language_of_the_page() -> None:
    chart = Chart("c", "T", "bar", "source", "share", (Series("n", ("a", "b"), (1.0, 2.0)),))
    table = Table("t", "T", ("step", "in", "removed"), (("length", 10, 3),))
    with speaking("de"):
        assert "Balkendiagramm, share nach source: 2 Balken von 1 (a) bis 2 (b)." in draw(chart, Caps())
        assert "10 Dokumente kamen an, 7 wurden behalten: length nahm 3 heraus." in stream_chart(table)
    stage = StageReport("evaluation", "e")
    html = render(Run("t", (Track("", {"evaluation": stage}),), language="de"), Caps())
    assert "die ganze Stufe Prüfung" in html and "»headwater audit« führt sie aus" in html
    assert "the stage was not run" not in html
