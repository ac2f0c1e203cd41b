"""Personal data: found, checked, replaced."""

from .date_of_birth import date_of_birth
from .detector import Candidate, Detector, Match, Reader, Span
from .email import email
from .iban import iban
from .ip_address import ip_address
from .national_id import national_id
from .payment_card import payment_card
from .person_name import person_name
from .personal_data import PersonalData, personal_data
from .phone import phone
from .postal_address import postal_address
from .presidio import presidio
from .redaction import redact, redact_spans
from .search import TYPES, find_personal_data
from .secret import secret
from .url_credentials import url_credentials

__all__ = [
    "TYPES",
    "Candidate",
    "Detector",
    "Match",
    "PersonalData",
    "Reader",
    "Span",
    "date_of_birth",
    "email",
    "find_personal_data",
    "iban",
    "ip_address",
    "national_id",
    "payment_card",
    "person_name",
    "personal_data",
    "phone",
    "postal_address",
    "presidio",
    "redact",
    "redact_spans",
    "secret",
    "url_credentials",
]
