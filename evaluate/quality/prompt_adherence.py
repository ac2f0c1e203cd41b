"""Whether samples show what the prompt says, by a pair of encoders of images and texts."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...core import (
    Example,
    Exhibit,
    Finding,
    Gallery,
    IncompleteError,
    Measurement,
    NotMeasured,
    Score,
    Tile,
    generator,
    wilson,
)
from ...curate import redact
from ...models import png_base64
from ..base import METRICS, Outcome, Subject
from ..extractors.pairs import Pair, open_pair
from ..items import ItemValues
from ..statistics import Estimate, Floats, mean_interval, newcombe, paired_difference
from .adherence import WEIGHT, Adherence, adherence
from .image_groups import Grouping, group_charts, means_by_group
from .image_scores import Kind, interval_chart
from .image_sets import IMAGES, MINIMUM, ImageSet, generated_images, pictures, pools, real_images

REAL, ANOTHER = {"images": "real"}, {"prompt": "another"}
TEMPLATE, MOST_BY_PROMPT, SHOWN, LEAST = "A photo depicts {}", 100, 12, 2
METRIC, FIRST, GAIN = "prompt-adherence", "prompt-precision", "prompt-gain"


@METRICS.register(
    METRIC,
    source="Hessel et al. 2021, CLIPScore (arXiv 2104.08718); Xu et al. 2018, R-precision (arXiv 1711.10485)",
    unit="2.5 x cosine; share of images",
    range="[0, 2.5]; share [0, 1]",
    needs="images",
    protocol="mean of 2.5 max(cos(image, prompt), 0); share of images nearer to their own prompt than to 99 others at "
    "most; template, number of prompts, both encoders with their hashes in the string",
    pitfalls="It is the CLIPScore with CLIP ViT-B/32 alone. The score of another prompt is the zero: only what lies "
    "above it is adherence. Encoders trained on captions see objects well, numbers and places badly.",
)
def measure_prompt_adherence(
    subject: Subject, encoder: Any = None, images: int = IMAGES, minimum: int = MINIMUM, template: str = TEMPLATE
) -> Outcome:
    """Likeness of samples to their own prompt and to others', and how often their own is the likest.

    ``encoder``: a pair (image half, text half) of modules or functions, or the name of one that a package registers.
    The prompt is the label that the model was asked for, put into ``template``. At most ``images`` samples, and as many
    real images with their labels; by prompt from ``minimum`` images on. Finding HW-Q044 where samples find their prompt
    no more often than by chance, or clearly less often than real images do.
    """
    generated = generated_images(subject)
    if "{}" not in template:
        raise IncompleteError("template: must hold {} where the label goes, such as 'A photo depicts {}'")
    pair = open_pair(subject, encoder)
    drawn = generator(subject.seed, "generated images").permutation(len(generated))[:images]
    rows = np.array([row for row in np.sort(drawn) if generated.labels[row] is not None], np.int64)
    if len(rows) < LEAST:
        raise IncompleteError(
            f"{len(rows)} samples carry a label that was asked for, {LEAST} are needed; this model knows none"
        )
    real, fresh = _real_rows(subject, images)
    prompts = sorted({str(generated.labels[row]) for row in rows} | {str(real.labels[row]) for row in fresh})
    texts = pair.texts([template.replace("{}", prompt) for prompt in prompts])
    made = _adherence(pair, texts, prompts, generated, rows, subject.seed)
    true = _adherence(pair, texts, prompts, real, fresh, subject.seed) if len(fresh) >= LEAST else None
    kinds = _kinds(f"template {template!r}, {len(prompts)} prompts, {made.candidates} ranked, {pair.protocol}")
    scores: list[Measurement] = [*_scores(made, kinds, {}), *(_scores(true, kinds, REAL) if true else _no_real())]
    columns = [(generated, rows, made, {}), *([(real, fresh, true, REAL)] if true else [])]
    for of, there, found, more in columns if len(prompts) <= MOST_BY_PROMPT else ():
        asked = Grouping("class", np.array([of.labels[row] for row in there], object))
        scores += means_by_group(kinds[METRIC], found.own, [asked], minimum, subject.seed, more)
    findings, gallery = _finding(made, true, generated, rows, prompts, scores)
    items = _items(made, kinds, [generated.items[row] for row in rows])
    return Outcome(tuple(scores), findings, _exhibits(scores, gallery), items)


def _real_rows(subject: Subject, images: int) -> tuple[ImageSet, np.ndarray]:
    real = real_images(subject)
    order = pools(subject).reference
    return real, np.sort(np.array([row for row in order if real.labels[row] is not None][:images], np.int64))


def _adherence(
    pair: Pair, texts: Floats, prompts: Sequence[str], of: ImageSet, rows: np.ndarray, seed: int
) -> Adherence:
    place = {prompt: number for number, prompt in enumerate(prompts)}
    asked = [place[str(of.labels[row])] for row in rows]
    return adherence(pair.images(pictures(of, [int(row) for row in rows])), texts, asked, seed)


def _kinds(protocol: str) -> dict[str, Kind]:
    given = "Student's t, given the prompts"
    unit = f"{WEIGHT} x cosine"
    kinds = (
        Kind(METRIC, unit, f"{METRIC}/1 {protocol}", given, "higher"),
        Kind(GAIN, unit, f"{GAIN}/1 own prompt less the mean of others, {protocol}", given, "higher"),
        Kind(
            FIRST, "share of images", f"{FIRST}/1 strictly nearest, {protocol}", "Wilson, given the prompts", "higher"
        ),
    )
    return {kind.metric: kind for kind in kinds}


def _scores(found: Adherence, kinds: dict[str, Kind], more: dict[str, str]) -> list[Measurement]:
    n = len(found.own)
    scores: list[Measurement] = [kinds[METRIC].score(mean_interval(found.own), n, more)]
    if found.other is None or found.retrieved is None:
        reason = "all images have one prompt: there is no other to hold them against"
        return [*scores, *(NotMeasured(name, reason, more) for name in (GAIN, FIRST))]
    scores.append(kinds[METRIC].score(mean_interval(found.other), n, {**ANOTHER, **more}))
    scores.append(kinds[GAIN].score(paired_difference(found.own, found.other), n, more))
    scores.append(kinds[FIRST].score(_rate(found.retrieved), n, more))
    return scores


def _no_real() -> list[Measurement]:
    return [NotMeasured(METRIC, "fewer than two real images carry a label", REAL)]


def _rate(events: np.ndarray) -> Estimate:
    n, hits = len(events), int(events.sum())
    return Estimate(hits / n, n, None, *wilson(hits, n))


def _items(found: Adherence, kinds: dict[str, Kind], names: Sequence[str]) -> tuple[ItemValues, ...]:
    parts: dict[str, Floats] = {METRIC: found.own}
    if found.other is not None and found.retrieved is not None:
        parts |= {GAIN: found.own - found.other, FIRST: found.retrieved.astype(float)}
    return tuple(ItemValues.of_means(name, kinds[name].method, {}, names, values) for name, values in parts.items())


def _exhibits(scores: Sequence[Measurement], gallery: tuple[Gallery, ...]) -> tuple[Exhibit, ...]:
    whole = [score for score in scores if isinstance(score, Score) and score.metric == METRIC]
    whole = [score for score in whole if not {"class", "group", "prompt"} & set(score.slice)]
    other = next((score for score in scores if score.slice == ANOTHER and isinstance(score, Score)), None)
    note = f"with the prompt of another sample: {other.value:.3g}" if other else ""
    unit = f"{WEIGHT} x cosine"
    chart = interval_chart(METRIC, "Likeness to the own prompt", unit, whole, note)
    return (chart, *group_charts(scores), *gallery)


def _finding(
    made: Adherence, true: Adherence | None, of: ImageSet, rows: np.ndarray, prompts: Sequence[str],
    scores: Sequence[Measurement],
) -> tuple[tuple[Finding, ...], tuple[Gallery, ...]]:  # fmt: skip
    if made.retrieved is None:
        return (), ()
    n, hits, chance = len(made.retrieved), int(made.retrieved.sum()), 1 / made.candidates
    blind = wilson(hits, n)[0] <= chance
    below = None
    if true is not None and true.retrieved is not None:
        below = newcombe(hits, n, int(true.retrieved.sum()), len(true.retrieved))
        if wilson(int(true.retrieved.sum()), len(true.retrieved))[0] <= chance:
            return (), ()  # encoders that cannot tell the prompts of real images apart judge no samples
    if not blind and (below is None or below.high is None or below.high >= 0):
        return (), ()
    wrong = [int(i) for i in np.argsort(made.own, kind="stable") if not made.retrieved[i]]
    shown = [
        (i, f"asked {redact(of.labels[rows[i]])}, likest {redact(prompts[made.likest[i]])}") for i in wrong[:SHOWN]
    ]
    tiles = tuple(Tile(f"prompt-{of.ids[rows[i]]}", text, png_base64(of.images[rows[i]])) for i, text in shown)
    beside = (
        f"; real images find it in {true.retrieved.mean():.0%}"
        if true is not None and true.retrieved is not None
        else ""
    )
    finding = Finding(
        "HW-Q044",
        "high" if blind else "medium",
        f"{hits / n:.0%} of samples are likest to their own prompt" + (", no more than by chance" if blind else ""),
        f"Of {made.candidates} prompts an image's own is the likest one in {hits / n:.0%} of {n} samples{beside}; by "
        f"chance it would be in {chance:.0%}. The encoder may see less in samples that lie beside the data, and what "
        "it was not trained to see it does not count.",
        "Look at the samples that are likest to another prompt. Raise guidance, train longer, or see whether labels "
        "and images of the corpus belong together.",
        tuple(s for s in scores if isinstance(s, Score) and s.metric in (METRIC, FIRST) and "class" not in s.slice),
        tuple(Example(of.ids[rows[i]], f"sample {redact(of.ids[rows[i]])}", text) for i, text in shown[:5]),
    )
    return (finding,), (Gallery("prompt-misses", "Samples that are likest to another prompt", tiles),)
