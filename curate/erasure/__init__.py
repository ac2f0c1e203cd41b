"""What is erased from a corpus, and the list by which it is known again."""

from .erasure_list import LIMIT, LIST, SHINGLE, ErasureList, Hit, default_key, read_list, shingles_of, strings_of
from .patch import patch_corpus, patch_rows, patch_table
from .remnants import Remnant, ids_in, read_strings, remnants
from .request import Request, request
from .seals import Sealer, make_secret, read_secret
from .search import RULES, Found, find_copies, find_named
from .words import Strings, words_of

__all__ = [
    "LIMIT",
    "LIST",
    "RULES",
    "SHINGLE",
    "ErasureList",
    "Found",
    "Hit",
    "Remnant",
    "Request",
    "Sealer",
    "Strings",
    "default_key",
    "find_copies",
    "find_named",
    "ids_in",
    "make_secret",
    "patch_corpus",
    "patch_rows",
    "patch_table",
    "read_list",
    "read_secret",
    "read_strings",
    "remnants",
    "request",
    "shingles_of",
    "strings_of",
    "words_of",
]
