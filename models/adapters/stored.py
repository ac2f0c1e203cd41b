"""The description of a model made elsewhere in a run folder, where a checkpoint of our own would lie."""

from pathlib import Path

from ...core import External, IntegrityError, read_json, write_json
from .base import FORMAT, ExternalModel, open_external

RUN = "run.json"


def attach(model: ExternalModel, folder: Path) -> None:
    """Write ``folder/run.json``: name and parameters, by which :func:`load_external` finds the model again."""
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / RUN, model.run)
    model.stored_in(folder)


def is_external(folder: Path) -> bool:
    """Whether the folder describes a model made elsewhere."""
    path = folder / RUN
    if not path.is_file():
        return False
    run = read_json(path)
    return isinstance(run, dict) and run.get("format") == FORMAT


def load_external(folder: Path) -> ExternalModel:
    """The model that a folder describes. Options that name files are not stored; what needs them says so."""
    run = read_json(folder / RUN)
    if not isinstance(run.get("parameters"), dict) or not isinstance(run.get("kind"), str):
        raise IntegrityError(f"{folder / RUN}: describes no model made elsewhere; run the stage 'train' again")
    model = open_external(External(run["kind"], run["parameters"]), str(folder / RUN))
    if model.run != run:
        raise IntegrityError(f"{folder / RUN}: is not what it was written as; run the stage 'train' again")
    model.stored_in(folder)
    return model
