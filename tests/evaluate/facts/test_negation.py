from headwater.evaluate.facts.negation import denies, opposed, words_of


def test_denials_and_opposites() -> None:
    assert denies(words_of("He isn't there")) and denies(words_of("Nobody came")) and not denies(words_of("He is"))
    assert opposed(words_of("a woman sits"), words_of("a man sits")) == [("woman", "man")]
    assert opposed(words_of("a man and a woman"), words_of("a man")) == []
