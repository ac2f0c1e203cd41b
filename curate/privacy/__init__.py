"""Personal data: found, checked, replaced."""

from .detector import Candidate, Detector, Match
from .email import email
from .iban import iban
from .ip_address import ip_address
from .payment_card import payment_card
from .personal_data import PersonalData, personal_data
from .phone import phone
from .redaction import redact, redact_spans
from .search import TYPES, Span, find_personal_data
from .secret import secret

__all__ = [
    "TYPES",
    "Candidate",
    "Detector",
    "Match",
    "PersonalData",
    "Span",
    "email",
    "find_personal_data",
    "iban",
    "ip_address",
    "payment_card",
    "personal_data",
    "phone",
    "redact",
    "redact_spans",
    "secret",
]
