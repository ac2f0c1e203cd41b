"""``python -m headwater`` is the command line."""

from .pipeline.cli import main

main()
