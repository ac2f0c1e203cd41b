"""Labelled comments for the safety tests: made up, and harmless but for a few words."""

import os
import random
from pathlib import Path

import pytest

TOXIC = (
    "you are an idiot and {x}",
    "what a moron, {x}",
    "shut up about {x} you pathetic loser",
    "{x} is bullshit, scum",
)
KIND = ("thank you for {x}", "the {x} was built in spring", "we walked to {x} and back", "she likes {x} a lot")
THINGS = ("the bridge", "that garden", "my garden", "the river", "this song", "our school", "the old mill", "cheese")


@pytest.fixture
def comments(tmp_path: Path) -> Path:
    """A CSV of 120 comments, half of them toxic, and one row without a label."""
    rng = random.Random(0)
    rows = ["text,is_toxic"]
    for number in range(60):
        for forms, label in ((TOXIC, "Toxic"), (KIND, "Not Toxic")):
            text = rng.choice(forms).format(x=rng.choice(THINGS))
            rows.append(f'"{text} {number}",{label}')
    path = tmp_path / "comments.csv"
    path.write_text("\n".join([*rows, '"no label",']), "utf-8")
    return path


@pytest.fixture
def real_data() -> Path:
    """The folder with real data sets."""
    folder = os.environ.get("HEADWATER_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("needs the real data sets; set HEADWATER_DATA to their folder")
    return Path(folder)
