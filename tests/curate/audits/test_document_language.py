import json
from collections.abc import Callable
from pathlib import Path

import pytest

from headwater.core import SILENT, Corpus, InputError, UsageError
from headwater.curate import TermCounter
from headwater.curate.audits import Associations, IdentityTermAudit
from headwater.curate.audits.document_language import language_tag
from headwater.curate.audits.lexicon import load_lexicon

MakeCorpus = Callable[..., Corpus]
GROUPS = {"female": {"terms": ["frau", "mutter"]}, "male": {"terms": ["mann", "vater"]}}


def german(folder: Path, **changes: object) -> Path:
    data = {"id": "gender", "version": "1", "kind": "identity", "language": "de", "source": "me", "licence": "CC0-1.0"}
    path = folder / "gender-de.json"
    path.write_text(json.dumps({**data, "groups": GROUPS, **changes}))
    return path


@pytest.mark.parametrize(
    ("language", "tag"),
    [("de", "de"), ("de-AT", "de"), ("DE_de", "de"), ("deu", "de"), ("German", "de"), ("zh-Hans", "zh"), ("*", "*"),
     ("unknown", ""), ("", ""), (None, ""), ("und", ""), ("klingon", "")],
)  # fmt: skip
def test_a_language_is_told_by_its_primary_tag(language: str | None, tag: str) -> None:
    assert language_tag(language) == tag


def test_a_german_list_reads_german_documents_only(tmp_path: Path) -> None:
    counts = TermCounter([german(tmp_path)]).count(["Mutter"] * 4, ["de", "en", "unknown", "de-CH"])
    assert counts.of("gender", "female").tolist() == [1, 0, 0, 1]
    assert counts.words_of("gender").tolist() == [1, 0, 0, 1]


def test_lists_of_one_category_in_two_languages_are_one_category(tmp_path: Path) -> None:
    terms = TermCounter(["gender", german(tmp_path)])
    counts = terms.count(["the man and his mother", "Der Mann sah seine Mutter, wie man sagt."], ["en", "de"])
    assert terms.categories == ("gender",) and len(terms.groups) == 3
    assert counts.of("gender", "male").tolist() == [2, 1]  # German "man" (one) is nobody
    assert counts.of("gender", "female").tolist() == [1, 1]


def test_english_lists_read_documents_of_unknown_language_and_no_german_ones() -> None:
    counts = TermCounter(["gender"]).count(["man"] * 3, ["unknown", "en", "de"])
    assert counts.of("gender", "male").tolist() == [1, 1, 0]


def test_a_list_for_every_language_reads_all(tmp_path: Path) -> None:
    counts = TermCounter([german(tmp_path, language="*")]).count(["Mutter"] * 3, ["de", "fr", None])
    assert counts.of("gender", "female").tolist() == [1, 1, 1]


def test_a_list_of_one_id_and_language_stands_once(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="id of its own"):
        TermCounter([german(tmp_path), german(tmp_path)])


@pytest.mark.parametrize("language", ["", "klingon", "unknown"])
def test_a_list_must_say_a_language_that_exists(tmp_path: Path, language: str) -> None:
    with pytest.raises(InputError, match="give a tag such as 'de'"):
        load_lexicon(german(tmp_path, language=language))


def test_the_rate_is_over_words_that_a_list_reads(make_corpus: MakeCorpus, tmp_path: Path) -> None:
    corpus = make_corpus(["a man here now", "ein Mann", "un homme"], language=["en", "de", "fr"])
    report = IdentityTermAudit(["gender", german(tmp_path)]).examine(corpus, 0, SILENT)
    male = next(one for one in report.scores if one.slice.get("group") == "male")
    assert getattr(male, "value", None) == pytest.approx(2 / 6 * 1e6)
    assert report.facts["Documents in a language without a list"] == 1


def test_german_associations_are_found_in_german_documents(make_corpus: MakeCorpus, tmp_path: Path) -> None:
    data = {"id": "beruf", "version": "1", "kind": "attribute", "language": "de", "source": "me", "licence": "CC0-1.0"}
    path = tmp_path / "beruf.json"
    path.write_text(json.dumps({**data, "groups": {"pflege": {"terms": ["krankenschwester"]}, "x": {"terms": ["y"]}}}))
    texts = [f"{'Die Mutter' if i % 2 else 'Der Vater'} kam. Nr {i}." for i in range(200)]
    texts = [
        text.replace("kam", "war Krankenschwester") if i % 2 and i % 10 < 8 else text for i, text in enumerate(texts)
    ]
    audit = Associations([german(tmp_path)], [path], permutations=499)
    (finding,) = audit.examine(make_corpus(texts, "de", language=["de"] * 200), 0, SILENT).findings
    assert finding.scores[0].slice["group"] == "female" and "Krankenschwester" in finding.examples[0].text
    assert finding.examples[0].spans
    assert not audit.examine(make_corpus(texts, "en", language=["en"] * 200), 0, SILENT).findings
