"""Trainings that are killed: a process of its own for each, ended by a signal that nobody can catch."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from headwater.core import Corpus, Recipe
from headwater.models.plan import recipe_to_json

CHILD = """
import json, os, sys
sys.path.insert(0, sys.argv[1])
import torch
from pathlib import Path
from headwater.core import Corpus
from headwater.models import fit
from headwater.models.plan import recipe_from_json
from test_fit import StopAt
torch.set_num_threads(1)
for corpus, recipe, step, folder in json.load(sys.stdin):
    child = os.fork()
    if not child:
        fit(Corpus(Path(corpus)), recipe_from_json(recipe), Path(folder), progress=StopAt(step, kill=True))
        os._exit(0)
    print(os.waitpid(child, 0)[1], flush=True)
"""


def killed(corpus: Corpus, trainings: Mapping[Path, tuple[Recipe, int]]) -> None:
    """Train in each folder by its recipe until the process is killed after so many steps."""
    tasks = [
        (str(corpus.folder), recipe_to_json(recipe), step, str(folder)) for folder, (recipe, step) in trainings.items()
    ]
    command = [sys.executable, "-P", "-c", CHILD, str(Path(__file__).parent)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, input=json.dumps(tasks), capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    statuses = [int(line) for line in done.stdout.split()]
    assert [os.WTERMSIG(status) for status in statuses] == [signal.SIGKILL] * len(tasks), done.stderr
