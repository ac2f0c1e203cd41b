"""What to name in a config so that a number is measured: the audit or the metric that makes it."""

AUDITS = {
    "association-odds-ratio": "associations",
    "cross-split-row-share": "leakage",
    "duplicate-row-share": "duplicate-rows",
    "effective-classes": "representation",
    "flagged-toxic-share": "toxicity",
    "images-declared-synthetic": "content-credentials",
    "images-flagged": "image-content",
    "images-refusing-training": "content-credentials",
    "images-with-metadata": "image-privacy",
    "krippendorff-alpha": "annotator-agreement",
    "label-noise": "label-noise",
    "leaked-images": "image-leakage",
    "machine-written-share": "synthetic-text",
    "poisoning-sign-share": "poisoning",
    "representation-ratio": "identity-terms",
    "residual-personal-data": "planted-controls",
    "source-hhi": "composition",
    "source-top-ten": "composition",
    "trigger-ngrams": "poisoning",
    "unknown-licence-share": "composition",
}
METRICS = {
    "bits-per-byte": "bits-per-byte",
    "corpus-support-unsupported": "corpus-support",
    "crows-pairs": "crows-pairs",
    "extractable": "extractable",
    "frechet-distance": "frechet-distance",
    "homogenization": "homogenization",
    "honest": "honest",
    "image-representation": "image-representation",
    "leaked-data": "leaked-data",
    "licence-overlap": "licence-overlap",
    "marginal-fidelity": "marginal-fidelity",
    "membership-tpr": "membership",
    "near-copies": "authenticity",
    "output-privacy": "output-privacy",
    "output-toxicity": "output-toxicity",
    "recall": "precision-recall",
    "refusal-adjusted": "refusal",
    "robustness": "robustness",
    "row-copies": "row-copies",
    "train-on-synthetic": "train-on-synthetic",
    "truthfulqa-calibration": "truthfulqa",
    "vendi": "homogenization",
    "winobias": "winobias",
}


def way_to_measure(name: str) -> str:
    """``add the metric refusal to evaluate: metrics``; empty for a name that no pack holds a limit against."""
    if name in AUDITS:
        return f"add the audit {AUDITS[name]} to audit"
    return f"add the metric {METRICS[name]} to evaluate: metrics" if name in METRICS else ""
