"""Passages in other languages, broken characters and repeated lines, and what the default steps make of them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

import numpy as np
import pyarrow as pa

from ...core import generator, record_batch, text_record
from ..base import FILTERS, BatchStep
from .trials import LONGEST, Trial, insert

LINES, WORDS_EACH = 20, 9
# Sentences in plain words, written by hand for headwater; none stands in a known corpus.
PASSAGES = {
    "ar": (
        "يجري النهر من الجبال إلى البحر ويمر بثلاث مدن قديمة",
        "كتبت أختي رسالة طويلة إلى جدتها في الصيف الماضي",
    ),
    "de": (
        "Der Fluss kommt aus den Bergen und fließt an drei alten Städten vorbei",
        "Meine Schwester schrieb im letzten Sommer einen langen Brief an ihre Großmutter",
    ),
    "en": (
        "The river comes from the mountains and runs past three old towns",
        "Last summer my sister wrote a long letter to her grandmother",
    ),
    "es": (
        "El río baja de las montañas y pasa por tres ciudades antiguas",
        "El verano pasado mi hermana escribió una larga carta a su abuela",
    ),
    "fr": (
        "La rivière descend des montagnes et passe devant trois villes anciennes",
        "L'été dernier ma sœur a écrit une longue lettre à sa grand-mère",
    ),
    "it": (
        "Il fiume scende dalle montagne e passa accanto a tre antiche città",
        "L'estate scorsa mia sorella ha scritto una lunga lettera a sua nonna",
    ),
    "ja": (
        "その川は山から流れて、三つの古い町のそばを通ります",
        "去年の夏、姉は祖母に長い手紙を書きました",
    ),
    "ko": (
        "그 강은 산에서 흘러나와 오래된 세 도시를 지나갑니다",
        "지난여름에 누나는 할머니께 긴 편지를 썼습니다",
    ),
    "nl": (
        "De rivier komt uit de bergen en stroomt langs drie oude steden",
        "Vorige zomer schreef mijn zus een lange brief aan haar grootmoeder",
    ),
    "pl": (
        "Rzeka płynie z gór i mija trzy stare miasta",
        "Zeszłego lata moja siostra napisała długi list do swojej babci",
    ),
    "pt": (
        "O rio desce das montanhas e passa por três cidades antigas",
        "No verão passado a minha irmã escreveu uma longa carta à sua avó",
    ),
    "ru": (
        "Река течёт с гор и проходит мимо трёх старых городов",
        "Прошлым летом моя сестра написала длинное письмо своей бабушке",
    ),
    "tr": (
        "Nehir dağlardan gelir ve üç eski şehrin yanından geçer",
        "Geçen yaz kız kardeşim büyükannesine uzun bir mektup yazdı",
    ),
    "zh": (
        "这条河从山上流下来，经过三座古老的城市",
        "去年夏天，我姐姐给祖母写了一封很长的信",
    ),
}
NAMES = ("München", "São Paulo", "Łódź", "Zürich", "Malmö", "Besançon", "Córdoba", "İzmir", "Århus", "Győr")
ACCENTED = ("naïve", "café", "Größe", "señor", "garçon", "“quoted”", "it’s", "1–2", "€5", "œuvre", "Šárka", "żółty")
UNTOUCHED = (*ACCENTED, "NÃO", "Ângela", "£50", "20°", "©", "ÅÄÖ", "¿Qué?", "«oui»", "naïveté…", "±1", "§ 3", "µm")
MISREAD = ("cp1252", "latin-1")  # the two that most broken text on the web went through


def basic_trials(sample: Mapping[str, str], per_type: int, seed: int) -> Iterator[Trial]:
    """``language``, ``unicode`` and ``repetition`` on passages, words and lines whose right answer is known."""
    yield from language_trials(per_type, seed)
    yield from mojibake_trials(sample, per_type, seed)
    yield from repetition_trials(sample, per_type, seed)


def language_trials(wanted: int, seed: int) -> Iterator[Trial]:
    """Passages in fourteen languages that have to be labelled so; English ones full of names that must stay English."""
    step = cast(BatchStep, FILTERS.get("language")())
    rng = generator(seed, "planted-controls", "language")
    codes = [sorted(PASSAGES)[number % len(PASSAGES)] for number in range(wanted)]
    for level, sentences in (("one sentence", 1), ("two sentences", 2)):
        texts = [". ".join(_drawn(PASSAGES[code], sentences, rng)) + "." for code in codes]
        right = [found == code for found, code in zip(_labels(step, texts), codes, strict=True)]
        yield Trial("language", level, True, len(texts), sum(right))
    texts = [f"{PASSAGES['en'][number % 2]}, by {' and '.join(_drawn(NAMES, 2, rng))}." for number in range(wanted)]
    yield Trial("language", "English with names", False, wanted, sum(found != "en" for found in _labels(step, texts)))


def _drawn(options: Sequence[str], number: int, rng: np.random.Generator) -> list[str]:
    return [options[place] for place in rng.permutation(len(options))[:number].tolist()]


def _labels(step: BatchStep, texts: Sequence[str]) -> list[str]:
    found: pa.Array = step.judge(_batch(texts, "language")).columns["language"]
    return [str(label) for label in found.to_pylist()]


def _batch(texts: Sequence[str], name: str) -> pa.RecordBatch:
    return record_batch(
        [text_record(text, f"{name}:{number}", "planted-controls") for number, text in enumerate(texts)]
    )


def mojibake_trials(sample: Mapping[str, str], wanted: int, seed: int) -> Iterator[Trial]:
    """Words with accents, read in the wrong encoding, that have to be undone; right ones that must be left alone."""
    step = cast(BatchStep, FILTERS.get("unicode")(controls=False, normalise=False))
    rng = generator(seed, "planted-controls", "mojibake")
    plain = {name: _plain_line(text) for name, text in sample.items()}
    hosts = [name for name, line in plain.items() if line]
    for level, options, positive in (("misread", ACCENTED, True), ("right as it is", UNTOUCHED, False)):
        chosen = [hosts[place] for place in rng.integers(0, len(hosts), wanted).tolist()] if hosts else []
        whole = [insert(plain[host], " ".join(_drawn(options, 2, rng)), rng)[0] for host in chosen]
        texts = [_misread(text, rng) for text in whole] if positive else whole
        batch = _batch(texts, f"mojibake {level}")
        edits = step.judge(batch).edits if texts else {}
        ends = [edits.get(name, text) for name, text in zip(batch.column("id").to_pylist(), texts, strict=True)]
        hits = [(end == right) == positive for end, right in zip(ends, whole, strict=True)]
        wrong = tuple(sorted({host for host, hit in zip(chosen, hits, strict=True) if hit != positive}))
        yield Trial("unicode", level, positive, len(texts), sum(hits), wrong)


def _plain_line(text: str) -> str:
    """The longest line of a text that is ASCII: nothing in it can be taken for broken already."""
    return max((line for line in text[:LONGEST].split("\n") if line.isascii()), key=len, default="").strip()


def _misread(text: str, rng: np.random.Generator) -> str:
    """The UTF-8 bytes of the text in one of the encodings that can show them."""
    for place in rng.permutation(len(MISREAD)).tolist():
        try:
            found = text.encode("utf-8").decode(MISREAD[place])
        except UnicodeDecodeError:
            continue
        return found
    return text.encode("utf-8").decode("latin-1")


def repetition_trials(sample: Mapping[str, str], wanted: int, seed: int) -> Iterator[Trial]:
    """Texts of twenty lines of the corpus's words: half of them, or one of them, standing there a second time."""
    step = cast(BatchStep, FILTERS.get("repetition")())
    rng = generator(seed, "planted-controls", "repetition")
    pool = sorted({word for text in sample.values() for word in text[:LONGEST].split()})
    for level, repeated, positive in (("half of the lines", LINES // 2, True), ("one line", 1, False)):
        texts = [_with_repeats(pool, repeated, rng) for _ in range(wanted)] if len(pool) >= WORDS_EACH * LINES else []
        batch = _batch(texts, f"repetition {level}")
        hits = len(step.judge(batch).decisions) if texts else 0
        yield Trial("repetition", level, positive, len(texts), hits)


def _with_repeats(pool: Sequence[str], repeated: int, rng: np.random.Generator) -> str:
    words = [pool[place] for place in rng.permutation(len(pool))[: WORDS_EACH * LINES].tolist()]
    lines = [" ".join(words[start : start + WORDS_EACH]) for start in range(0, len(words), WORDS_EACH)]
    lines[LINES - repeated :] = lines[:repeated]
    return "\n".join(lines[place] for place in rng.permutation(LINES).tolist())
