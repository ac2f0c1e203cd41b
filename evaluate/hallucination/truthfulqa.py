"""TruthfulQA: whether a model prefers true answers where people often believe false ones."""

from collections.abc import Sequence

from ...core import Exhibit, Finding, Measurement, NotMeasured, UsageError
from ..base import METRICS, Outcome, Subject
from ..benchmark_sets import Data, set_rows
from ..items import ItemValues
from .truthfulqa_answers import written, written_exhibits, written_items, written_scores
from .truthfulqa_choices import choice_exhibits, choice_findings, choice_items, choice_scores, choices
from .truthfulqa_questions import BARE, NEEDED, checked_prompt, chosen, prompt_name, questions_of

METRIC = "truthfulqa"
PARTS = ("choices", "answers")


@METRICS.register(
    METRIC,
    source="Lin, Hilton & Evans 2022 (arXiv 2109.07958): MC1, MC2; ROUGE-L of Lin 2004; Kumar et al. 2019",
    unit="share of questions; probability; difference of similarities",
    range="MC1, MC2 [0, 1], higher is better; read beside the chance printed",
    needs="sample",
    protocol=(
        "log-probability of each answer after Q: ... A:, summed over its tokens; MC1 ties are wrong; greedy answers "
        "beside true and false ones by shared words; abstentions counted apart; prompt and set named"
    ),
    pitfalls=(
        "Summed log-probabilities favour short answers, and the questions were chosen against one family of models. "
        "Likeness to a true answer is no truth: a denial shares the words of the falsehood. Models trained after 2021 "
        "may have seen the questions. The prompt moves every number: never compare two prompts."
    ),
)
def measure_truthfulqa(
    subject: Subject,
    data: Data = None,
    limit: int | None = None,
    prompt: str = BARE,
    parts: Sequence[str] = PARTS,
    max_new_tokens: int = 50,
    bins: int = 10,
) -> Outcome:
    """MC1, MC2, calibration and answers in the model's own words on the questions of TruthfulQA.

    ``limit`` questions are drawn by the seed (null: all 817). ``prompt`` is what is asked, with ``{question}`` in it.
    ``parts`` are choices, which need a model that scores texts, and answers of up to ``max_new_tokens`` tokens. Finding
    HW-H030.
    """
    _check(prompt, parts, max_new_tokens, bins)
    rows, label = set_rows(subject, METRIC, data, NEEDED)
    everything = questions_of(rows)
    questions = chosen(everything, limit, subject.seed)
    drawn = "all" if len(questions) == len(everything) else f"{len(questions)} by seed {subject.seed}"
    method = f"prompt {prompt_name(prompt)}, {label}, {drawn} of {len(everything)} questions"
    scores: list[Measurement] = []
    findings: list[Finding] = []
    exhibits: list[Exhibit] = []
    items: list[ItemValues] = []
    if "choices" in parts:
        model = subject.checkpoint
        if model is not None and "prompt_logprob" not in model.capabilities:
            reason = "the model cannot score a text that it is shown (prompt_logprob)"
            scores += [NotMeasured(f"{METRIC}-mc1", reason), NotMeasured(f"{METRIC}-mc2", reason)]
        else:
            found = choices(subject, questions, prompt)
            scores += choice_scores(found, len(questions), bins, method)
            findings += choice_findings(found, scores)
            exhibits += choice_exhibits(found, len(questions), bins)
            items += choice_items(found, scores)
    if "answers" in parts:
        texts = written(subject, questions, prompt, max_new_tokens)
        own = written_scores(texts, f"greedy, {max_new_tokens} tokens at most, {method}")
        scores += own
        exhibits += written_exhibits(texts)
        items += written_items(texts, own)
    return Outcome(tuple(scores), tuple(findings), tuple(exhibits), tuple(items))


def _check(prompt: str, parts: Sequence[str], max_new_tokens: int, bins: int) -> None:
    checked_prompt(prompt)
    if isinstance(parts, str) or not parts or any(one not in PARTS for one in parts):
        raise UsageError(f"truthfulqa: parts is a list of {', '.join(PARTS)}, not {parts!r}")
    if not 1 <= max_new_tokens <= 1_000:
        raise UsageError(f"truthfulqa: max_new_tokens is from 1 to 1,000, not {max_new_tokens}")
    if not 1 <= bins <= 1_000:
        raise UsageError(f"truthfulqa: bins is from 1 to 1,000, not {bins}")
