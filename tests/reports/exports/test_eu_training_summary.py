"""The EU summary: all sections of the template, the right domains, and never a claim that nobody made."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from headwater.core import text_record
from headwater.reports import EXPORTERS, ExportedRun
from headwater.reports.exports.corpus_facts import corpora, domain, top_domains

from .held import SAFE, data_run, filled, hostile_data_run, images_run, own, table_run, texts_run
from .made import bare_run, hostile_exported, judged_run

SECTIONS = ["1 ", "1.1 ", "1.2 ", "1.3 ", "2 ", "2.1 ", "2.2 ", "2.2.1 ", "2.2.2 ", "2.3 ", "2.4 ", "2.5 ", "2.6 ",
            "3 ", "3.1 ", "3.2 ", "3.3 "]  # fmt: skip


def summary(run: ExportedRun) -> str:
    return EXPORTERS.get("eu-training-summary")(run)


def hosts(number: int) -> list[dict[str, Any]]:
    """Documents of many hosts; the host of rank k has the k-th longest text."""
    return [
        text_record("x" * (number - rank), f"d:{rank}", "crawl", url=f"https://host{rank:04}.example/page")
        for rank in range(number)
    ]


@pytest.mark.parametrize("make", [texts_run, data_run, images_run, table_run, judged_run, bare_run, hostile_exported])
def test_it_has_every_section_of_the_template_in_order(make: Any, tmp_path: Path) -> None:
    lines = [line for line in summary(make(tmp_path)).splitlines() if line.startswith("#")]
    numbered = [line.lstrip("# ") for line in lines if line.lstrip("# ")[:1].isdigit()]
    assert [line[: len(number)] for line, number in zip(numbered, SECTIONS, strict=True)] == SECTIONS


def test_it_says_that_it_is_no_legal_advice_and_when_the_template_was_read(tmp_path: Path) -> None:
    text = summary(texts_run(tmp_path))
    assert "**Not legal advice.**" in text
    assert "C(2025) 8311" in text


@pytest.mark.parametrize(("number", "sme", "listed"), [(40, None, 4), (41, None, 5), (40, True, 2), (3, None, 1)])
def test_the_top_tenth_of_domains_is_listed_and_of_an_sme_the_top_twentieth(
    number: int, sme: bool | None, listed: int, tmp_path: Path
) -> None:
    text = summary(texts_run(tmp_path, {"sme": sme} if sme else {}, hosts(number)))
    shown = [line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| host0")]
    assert shown == [f"host{rank:04}.example" for rank in range(listed)]


def test_an_sme_lists_a_thousand_domains_at_most(tmp_path: Path) -> None:
    run = texts_run(tmp_path, {}, hosts(20_100))
    (facts,) = corpora(run.folder, ("",))
    assert (len(top_domains(facts, sme=True)), len(top_domains(facts, sme=False))) == (1_000, 2_010)


def test_bytes_decide_and_addresses_without_a_host_are_counted(tmp_path: Path) -> None:
    run = texts_run(tmp_path)
    (facts,) = corpora(run.folder, ("",))
    assert [(one.name, one.documents) for one in facts.domains] == [("alpha.example", 2), ("beta.example", 1)]
    assert facts.without_domain == 1
    assert facts.bytes == sum(one.bytes for one in facts.sources) == sum(one.bytes for one in facts.licences)
    assert facts.domains[0].bytes == len("Rivers rise somewhere.") + len("Mills grind slowly, they say.")


NOT_ADDRESSES = ["", "ftp://a.example", "javascript:1", "https://", "http://[", "x", "https://" + "a" * 300]


@pytest.mark.parametrize("url", NOT_ADDRESSES)
def test_what_is_no_web_address_has_no_domain(url: str) -> None:
    assert domain(url) == ""


def test_stated_facts_are_told(tmp_path: Path) -> None:
    text = summary(texts_run(tmp_path, filled()))
    assert "Every fact that is asked for is stated." in text
    assert f"- crawlers: {own('sources.crawlers')}" in text
    assert "top 5 % of all, 1,000 at most (provider is an SME)" in text


def test_no_step_is_no_claim(tmp_path: Path) -> None:
    text = summary(data_run(tmp_path))
    assert "No step of the run took documents out for this (consent, licence, erased)." in text
    assert "**The run has no model:**" in text


def test_hostile_texts_do_no_harm(tmp_path: Path) -> None:
    for at, text in enumerate(SAFE):
        (tmp_path / str(at)).mkdir()
        found = summary(hostile_data_run(tmp_path / str(at), text))
        assert "<" not in found.replace("< 0.1%", "")
        assert not any(character in found for character in "\u202e\u200b\x00\x1b\u2028")
    (tmp_path / "stages").mkdir()
    assert "hunter2" not in summary(hostile_exported(tmp_path / "stages"))


def with_model(run: ExportedRun, model: dict[str, Any], **facts: Any) -> ExportedRun:
    """The run with another model in its config and other facts of its training."""
    (track, *others) = run.run.tracks
    training = replace(track.stages["training"], facts=facts)
    changed = replace(track, stages={**track.stages, "training": training})
    return replace(run, config={**run.config, "model": model}, run=replace(run.run, tracks=(changed, *others)))


@pytest.mark.parametrize("name", ["eu-training-summary", "model-card"])
def test_training_data_of_others_is_never_taken_for_that_of_the_run(name: str, tmp_path: Path) -> None:
    run, export = texts_run(tmp_path), EXPORTERS.get(name)
    assert "family transformer, trained from nothing by this run" in export(run)
    tuned = export(with_model(run, {"family": "transformer"}, parent="60f06cb5131a", **{"tokens trained on": 512}))
    assert "hash 60f06cb5131a); 512 tokens trained on in this run" in tuned
    assert "**What the parent was trained on is not known to the run**" in tuned
    foreign = export(with_model(run, {"external": {"kind": "http"}}))
    assert "made elsewhere. **What it was trained on is not known to the run**" in foreign
