"""The help lists every command, in the order in which somebody needs them."""

import re

from typer.testing import CliRunner

from headwater.pipeline.app import ORDER
from headwater.pipeline.cli import app


def test_the_help_lists_every_command_in_its_place() -> None:
    output = CliRunner().invoke(app, ["--help"]).output
    listed = re.findall(r"^  ([a-z][a-z-]*)  ", output.split("Commands:")[1], re.MULTILINE)
    assert listed == ORDER
