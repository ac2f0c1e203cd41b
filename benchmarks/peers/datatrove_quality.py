"""Worker of benchmarks/quality_rules.py: datatrove's Gopher filters with their default limits, on every document.

With the second argument ``headwater`` its rules judge the words of headwater instead of spaCy's tokens.
Run by the Python of an environment with ``datatrove[processing]`` and ``spacy``. Prints one JSON line.
"""

import json
import re
import sys
import time
from pathlib import Path

from datatrove.data import Document
from datatrove.pipeline.filters import GopherQualityFilter, GopherRepetitionFilter, gopher_quality_filter
from datatrove.pipeline.filters import gopher_repetition_filter as repetition_filter


def main() -> None:
    """Time each filter on all documents, after a warm-up that loads the tokenizer."""
    lines = Path(sys.argv[1]).read_text("utf-8").splitlines()
    documents = [Document(text=json.loads(line)["text"], id=str(number)) for number, line in enumerate(lines)]
    if sys.argv[2] == "headwater":
        gopher_quality_filter.split_into_words = lambda text, language: text.split()
        repetition_filter.split_into_words = lambda text, language: re.findall(r"\w+", text.lower())
    result: dict[str, dict[str, object]] = {"kept": {}, "seconds": {}}
    for name, judge in (("repetition", GopherRepetitionFilter()), ("quality", GopherQualityFilter())):
        judge.filter(documents[0])
        start = time.process_time()
        kept = [judge.filter(document) is True for document in documents]
        result["seconds"][name] = time.process_time() - start
        result["kept"][name] = kept
    print(json.dumps(result))


if __name__ == "__main__":
    main()
