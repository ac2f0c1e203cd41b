"""What an image file says of itself, as attributes of its record."""

from .credentials import TIFF_TAG as CREDENTIALS_TAG
from .credentials import Credentials, last_word, read_credentials
from .decoding import SUFFIXES, Decoded
from .file_metadata import FileMetadata, read_metadata
from .xmp import data_mining, properties, value

METADATA, EXTENSION, FRAMES = "image.metadata", "image.extension", "image.frames"
CREDENTIALS, SOURCE_TYPE, INGREDIENT_TYPE = "image.credentials", "image.source-type", "image.ingredient-source-type"
VALUES = "metadata."
NONE = "none"


def file_attributes(decoded: Decoded, content: bytes, suffix: str, values: bool = False) -> dict[str, str]:
    """``image.metadata`` with the kinds of metadata (or none), and what else there is to say of the file.

    With ``values`` also ``metadata.KIND`` with what stands there, which can be personal data.
    """
    found = read_metadata(decoded)
    attributes = {METADATA: " ".join(found.kinds) or NONE}
    if decoded.frames > 1:
        attributes[FRAMES] = str(decoded.frames)
    expected = SUFFIXES.get(suffix)
    if expected is not None and expected != decoded.format and not (expected == "JPEG" and decoded.format == "MPO"):
        attributes[EXTENSION] = f"{suffix} holds {decoded.format}"
    tag = getattr(decoded.opened, "tag_v2", {}).get(CREDENTIALS_TAG)
    attributes |= _credentials(read_credentials(content, tag), found)
    if values:
        attributes |= {VALUES + kind: text for kind, text in found.values.items() if text}
    return attributes


def _credentials(read: Credentials | None, found: FileMetadata) -> dict[str, str]:
    """Manifest, uses and source types; what IPTC's properties in XMP say is put beside them."""
    attributes: dict[str, str] = {}
    if read is not None:
        attributes[CREDENTIALS] = read.generator or ("unnamed" if read.manifests else "unreadable")
        attributes |= dict(sorted(read.uses.items()))
    elif "dcterms:provenance" in properties(found.packet):
        attributes[CREDENTIALS] = "elsewhere"
    own = [*(read.source_types if read else ()), last_word(value(found.packet, "DigitalSourceType"))]
    for key, types in ((SOURCE_TYPE, own), (INGREDIENT_TYPE, read.ingredient_source_types if read else ())):
        if named := " ".join(dict.fromkeys(one for one in types if one)):
            attributes[key] = named
    if mining := data_mining(found.packet):
        attributes["plus.data_mining"] = mining
    if reservation := value(found.packet, "tdm:reservation"):
        attributes["tdm-reservation"] = reservation[:20]
    return attributes
