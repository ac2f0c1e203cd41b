"""``python -m headwater.evaluate.entailment FOLDER FILE [NAME]``: train the entailment head again."""

import sys

from .train_head import main

if __name__ == "__main__":
    main(sys.argv[1:])
