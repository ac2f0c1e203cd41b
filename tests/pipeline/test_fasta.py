import json
import random
from pathlib import Path

from typer.testing import CliRunner

from headwater.pipeline.cli import app

CONFIG = """\
corpus: {source: fasta, path: proteins.fasta, alphabet: protein}
curate: [sequence-quality, exact-duplicates]
model: {family: transformer, steps: 12, batch: 8, context: 64, options: {tokenizer: residues}, canaries: {per_level: 1}}
sample: {free: 6, free_tokens: 40, prefixes: 4, prefix_tokens: 8, continuation_tokens: 8, repeats: 2}
seed: 1
"""
LETTERS = "ACDEFGHIKLMNPQRSTVWY"


def write_fasta(path: Path, proteins: int = 60) -> None:
    """Relatives of one protein, with an ambiguous letter here and there."""
    rng = random.Random(4)
    first = [rng.choice(LETTERS) for _ in range(90)]
    with path.open("w") as file:
        for number in range(proteins):
            letters = [rng.choice(LETTERS) if rng.random() < 0.2 else letter for letter in first]
            letters[rng.randrange(90)] = "X"
            text = "".join(letters)
            file.write(f">protein{number} made for a test\n{text[:60]}\n{text[60:]}\n")


def test_five_lines_train_on_a_fasta_file_and_the_model_writes_sequences(tmp_path: Path) -> None:
    write_fasta(tmp_path / "proteins.fasta")
    (tmp_path / "fasta.yaml").write_text(CONFIG, "utf-8")
    run = tmp_path / "run"
    done = CliRunner().invoke(app, ["run", str(tmp_path / "fasta.yaml"), "--out", str(run), "--quiet"])
    assert done.exit_code == 0, done.output
    facts = json.loads((run / "training.json").read_text())["facts"]
    assert facts["vocabulary"] == 29
    drawn = CliRunner().invoke(app, ["sample", str(run), "--prompt", "MK", "--samples", "4", "--json"])
    outputs = [row["text"] for row in json.loads(drawn.stdout)["outputs"]]
    assert len(outputs) == 4 and all(set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ*-") for text in outputs)
    scores = json.loads((run / "evaluation.json").read_text())["scores"]
    reasons = {score["metric"]: score["reason"] for score in scores if "reason" in score}
    assert "counterfactual" in reasons["counterfactual-pairs"]  # sentences about people are no sequences
    assert {score["metric"] for score in scores if "value" in score} >= {"bits-per-byte", "exposure"}
