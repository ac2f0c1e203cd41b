import sys
from collections.abc import Iterator
from pathlib import Path

import openai
import pytest

from headwater.models import Server, TextCheckpoint

sys.path.insert(0, str(Path(__file__).parent))  # so that the tests can import serving.py
from serving import running


@pytest.fixture
def server(checkpoint: TextCheckpoint) -> Iterator[Server]:
    with running(checkpoint) as found:
        yield found


@pytest.fixture
def client(server: Server) -> openai.OpenAI:
    return openai.OpenAI(base_url=server.url, api_key="none", max_retries=0)
