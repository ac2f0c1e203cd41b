import pytest

from headwater.core import UnknownName
from headwater.models import FAMILIES


def test_every_family_says_what_it_is_for() -> None:
    found = {name: FAMILIES.get(name)().modality for name in FAMILIES.names()}
    images = {"diffusion": "image", "gan": "image", "vae": "image"}
    known = {"transformer": "text", "ngram": "text", "copying": "text", **images}
    assert found.items() >= known.items() and set(found.values()) <= {"text", "image", "table"}


def test_a_wrong_name_offers_the_nearest() -> None:
    with pytest.raises(UnknownName, match='did you mean "vae"'):
        FAMILIES.get("vea")
