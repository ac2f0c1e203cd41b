"""What lies in an image file: pixels, decoded within limits, and metadata, read, reported by kind and taken out."""

from .credentials import Credentials, read_credentials
from .decoding import FORMATS, Decoded, DecodeLimits, Refused, decode
from .file_attributes import file_attributes
from .file_metadata import KINDS, FileMetadata, read_metadata
from .stripping import strip_metadata

__all__ = [
    "FORMATS",
    "KINDS",
    "Credentials",
    "DecodeLimits",
    "Decoded",
    "FileMetadata",
    "Refused",
    "decode",
    "file_attributes",
    "read_credentials",
    "read_metadata",
    "strip_metadata",
]
