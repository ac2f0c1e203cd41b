"""Run command lines one after another in one process, as the installed command does, and keep what each prints.

Called as ``python sweep.py COMMANDS.json FOLDER`` in the folder of a project; one file a command goes to FOLDER.
"""

import io
import json
import sys
import traceback
from pathlib import Path

from headwater.pipeline.cli import main


def sweep(commands: dict[str, list[str]], folder: Path) -> None:
    real = sys.stdout, sys.stderr
    for name, arguments in commands.items():
        told = io.TextIOWrapper(io.BytesIO(), "utf-8", "backslashreplace", write_through=True)
        sys.stdout = sys.stderr = told
        sys.argv = ["headwater", *arguments]
        code = 0
        try:
            main()
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1
        except BaseException:
            traceback.print_exc()
            code = 99
        finally:
            sys.stdout, sys.stderr = real
        (folder / name).write_bytes(f"{code}\n".encode() + told.buffer.getvalue())  # type: ignore[attr-defined]


if __name__ == "__main__":
    sweep(json.loads(Path(sys.argv[1]).read_text("utf-8")), Path(sys.argv[2]))
