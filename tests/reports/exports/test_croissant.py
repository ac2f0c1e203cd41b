"""The Croissant export: mlcroissant loads it without errors, its records are the documents, its RAI what is known."""

import json
import shutil
from pathlib import Path
from typing import Any

import mlcroissant
import pytest

from headwater.core import Corpus, sha256_file
from headwater.reports import EXPORTERS, ExportedRun
from headwater.reports.exports.responsible import STATED, rai_properties
from headwater.reports.hidden import visible

from .held import SAFE, data_run, filled, hostile_data_run, images_run, own, table_run, texts_run
from .made import bare_run, hostile_exported, judged_run

KINDS = [texts_run, data_run, images_run, table_run]
RAI = {
    "dataCollection", "dataCollectionType", "dataCollectionMissingData", "dataCollectionRawData",
    "dataCollectionTimeframe", "dataImputationProtocol", "dataManipulationProtocol", "dataPreprocessingProtocol",
    "dataAnnotationProtocol", "dataAnnotationPlatform", "dataAnnotationAnalysis", "dataReleaseMaintenancePlan",
    "personalSensitiveInformation", "dataSocialImpact", "dataBiases", "dataLimitations", "dataUseCases",
    "annotationsPerItem", "annotatorDemographics", "machineAnnotationTools",
}  # fmt: skip
GOVERNANCE = {
    "data": {
        "version": "1.2.3", "published": "2026-01-31", "citation": "Mill 2026", "licence": "CC-BY-4.0",
        "homepage": "https://example.org/data", "collection_timeframe": ["2019-01-01", "2025-12-31"],
        "creators": ["Mill Cooperative"],
    }
}  # fmt: skip


def exported(run: ExportedRun) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(EXPORTERS.get("croissant")(run))
    return found


def loaded(run: ExportedRun) -> mlcroissant.Dataset:
    """As a reader has it: the file lies beside the folder of the corpus."""
    path = run.folder / "croissant.json"
    path.write_text(EXPORTERS.get("croissant")(run), "utf-8")
    return mlcroissant.Dataset(jsonld=path)


@pytest.mark.parametrize("make", [*KINDS, judged_run, bare_run, hostile_exported])
def test_it_loads_without_errors(make: Any, tmp_path: Path) -> None:
    assert loaded(make(tmp_path)).metadata.ctx.issues.errors == set()


def test_with_its_facts_stated_there_is_not_even_a_warning(tmp_path: Path) -> None:
    issues = loaded(texts_run(tmp_path, GOVERNANCE)).metadata.ctx.issues
    assert (issues.errors, issues.warnings) == (set(), set())


@pytest.mark.parametrize("make", KINDS)
def test_its_records_are_the_documents(make: Any, tmp_path: Path) -> None:
    run = make(tmp_path)
    records = list(loaded(run).records("documents"))
    rows = [row for batch in Corpus(run.folder / "corpus").batches() for row in batch.to_pylist()]
    assert len(records) == len(rows)
    for record, row in zip(records, rows, strict=True):
        for name, value in record.items():
            expected = row[name.removeprefix("documents/")]
            assert value == (expected.encode() if isinstance(expected, str) else expected)


def test_files_stand_with_their_hashes(tmp_path: Path) -> None:
    run = texts_run(tmp_path)
    files = [entry for entry in exported(run)["distribution"] if entry["@type"] == "cr:FileObject"]
    assert [(run.folder / file["contentUrl"]).is_file() for file in files] == [True]
    assert [file["sha256"] for file in files] == [sha256_file(run.folder / file["contentUrl"]) for file in files]


def test_stated_facts_come_back_from_the_reader(tmp_path: Path) -> None:
    run = texts_run(tmp_path, {**filled(), "data": {**filled()["data"], **GOVERNANCE["data"]}})
    metadata = loaded(run).metadata
    assert metadata.data_collection == own("data.collection")
    assert metadata.data_social_impact == own("data.social_impact")
    assert metadata.annotator_demographics == [own("data.annotators")]
    assert own("data.biases") in metadata.data_biases
    # mlcroissant 1.1.1 looks for dataCollectionTimeFrame, which is not how the vocabulary spells it.
    assert exported(run)["rai:dataCollectionTimeframe"] == ["2019-01-01", "2025-12-31"]
    assert (metadata.version, metadata.cite_as, metadata.license) == ("1.2.3", "Mill 2026", ["CC-BY-4.0"])
    assert [creator.name for creator in metadata.creators] == ["Mill Cooperative"]


def test_every_property_of_the_vocabulary_is_filled_or_named_as_left_out(tmp_path: Path) -> None:
    run = texts_run(tmp_path)
    found = exported(run)
    here = {name.removeprefix("rai:") for name in found if name.startswith("rai:")}
    left_out = rai_properties(run, ())[1]
    assert here <= RAI
    assert set(STATED) <= RAI
    for name in RAI - here:
        assert name in found["description"]
    assert "annotatorDemographics" in left_out


def test_what_the_run_knows_is_told(tmp_path: Path) -> None:
    found = exported(texts_run(tmp_path))
    assert found["rai:dataCollectionTimeframe"] == ["2024-05-02", "2025-01-31"]
    assert "1 of 4 documents have no known licence" in found["rai:dataCollectionMissingData"]
    assert found["license"] == ["MIT", "CC-BY-4.0"]
    assert found["inLanguage"] == ["en", "de"]
    assert any(text.startswith("step near-duplicates") for text in found["rai:dataPreprocessingProtocol"])
    assert any("dialect-share" in text for text in found["rai:dataLimitations"])


@pytest.mark.parametrize(
    ("key", "text", "field"),
    [
        ("version", "first", "version"), ("published", "2026-13-01", "datePublished"),
        ("homepage", "javascript:alert(1)", "url"), ("published", "yesterday", "datePublished"),
    ],
)  # fmt: skip
def test_a_fact_of_another_form_is_told_in_words(key: str, text: str, field: str, tmp_path: Path) -> None:
    run = texts_run(tmp_path, {"data": {key: text}})
    found = exported(run)
    assert field not in found
    assert text in found["description"]
    assert loaded(run).metadata.ctx.issues.errors == set()


@pytest.mark.parametrize("at", range(len(SAFE)))
def test_hostile_texts_come_back_as_they_are_or_with_visible_marks(at: int, tmp_path: Path) -> None:
    text = SAFE[at]
    run = hostile_data_run(tmp_path, text)
    metadata = loaded(run).metadata
    assert metadata.ctx.issues.errors == set()
    if text.strip():
        assert metadata.data_social_impact == visible(text[:1_000].strip())
        assert metadata.name == visible(text[:1_000].strip())
    raw = EXPORTERS.get("croissant")(run)
    assert not any(character in raw for character in "\u202e\u200b\x00\x1b\u2028")


def test_personal_data_of_the_run_is_not_shown(tmp_path: Path) -> None:
    assert "hunter2" not in EXPORTERS.get("croissant")(hostile_exported(tmp_path))


def test_the_same_run_gives_the_same_bytes_wherever_it_lies(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    first = EXPORTERS.get("croissant")(run := texts_run(tmp_path / "one", GOVERNANCE))
    shutil.copytree(run.folder, tmp_path / "two")
    from headwater.reports import open_exported

    assert EXPORTERS.get("croissant")(open_exported(tmp_path / "two")) == first
