from collections.abc import Callable

from headwater.core import SILENT, Corpus
from headwater.curate import AttributeTerms, IdentityTerms
from headwater.curate.audits.sentences import Sentences, sentences_with_groups

MakeCorpus = Callable[..., Corpus]
IDENTITY, ATTRIBUTES = IdentityTerms(("gender",)), AttributeTerms(("science-arts",))


def read(corpus: Corpus) -> Sentences:
    return sentences_with_groups(corpus, IDENTITY, ATTRIBUTES, SILENT)


def test_only_sentences_with_a_group_are_kept_and_all_are_counted(make_corpus: MakeCorpus) -> None:
    found = read(make_corpus(["Rain. She is a scientist. Art is long.", "He sings a song."]))
    assert found.document.tolist() == [0, 1] and found.total == 4
    assert found.identity.tolist() == [[True, False, False], [False, True, False]]
    assert found.attribute.tolist() == [[True, False], [False, True]]
    assert found.with_attribute.tolist() == [1, 2]


def test_words_of_the_next_sentence_do_not_count(make_corpus: MakeCorpus) -> None:
    found = read(make_corpus(["She left. A scientist came."]))
    assert not found.attribute.any()


def test_the_offset_points_at_the_first_mention(make_corpus: MakeCorpus) -> None:
    text = "Ünder rain. Then she and he danced."
    found = read(make_corpus(["filler", text]))
    assert text.encode()[found.offset[0] :].startswith(b"she")


def test_the_batch_border_changes_nothing(make_corpus: MakeCorpus) -> None:
    texts = [f"He is scientist {i}." if i % 3 else "Nothing." for i in range(2500)]
    found = read(make_corpus(texts))
    assert found.document.tolist() == [i for i in range(2500) if i % 3]
    assert found.total == 2500


def test_a_corpus_without_groups_has_no_row(make_corpus: MakeCorpus) -> None:
    found = read(make_corpus(["Art.", ""]))
    assert found.identity.shape == (0, 3) and found.with_attribute.tolist() == [0, 1]
