import pytest

from headwater.core import UnknownName
from headwater.models import FAMILIES


def test_the_families_are_there_and_say_what_they_are_for() -> None:
    found = {name: FAMILIES.get(name)().modality for name in FAMILIES.names()}
    assert found == {"fine-tuned": "text", "transformer": "text", "vae": "image"}


def test_a_wrong_name_offers_the_nearest() -> None:
    with pytest.raises(UnknownName, match='did you mean "vae"'):
        FAMILIES.get("vea")
