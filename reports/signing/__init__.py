"""Signed evidence: keys, envelopes, statements, bundles, and verifying them offline."""

from .bundle import LARGEST_BUNDLE, bundle_files, pack, read_bundle, unpack
from .contents import MODEL_SIGNATURE, SIGNATURES
from .dsse import Envelope, pae, parse_envelope
from .keys import (
    fingerprint,
    is_locked,
    load_model_private,
    load_model_public,
    load_private,
    load_public,
    new_key,
    warnings_of,
)
from .lines import shown, verification_lines
from .model_signature import ModelSignature, model_files, read_model_signature, sign_model, verify_model
from .signatures import Signature, read_signatures
from .signing import Signer, finish_signing, is_signed, refuse_signed, sign_run
from .statement import DECISIONS, SignOff
from .verify import Verification, fault_text, verify
from .whole import check_whole

__all__ = [
    "DECISIONS",
    "LARGEST_BUNDLE",
    "MODEL_SIGNATURE",
    "SIGNATURES",
    "Envelope",
    "ModelSignature",
    "SignOff",
    "Signature",
    "Signer",
    "Verification",
    "bundle_files",
    "check_whole",
    "fault_text",
    "fingerprint",
    "finish_signing",
    "is_locked",
    "load_model_private",
    "load_model_public",
    "load_private",
    "load_public",
    "model_files",
    "new_key",
    "pack",
    "pae",
    "parse_envelope",
    "read_bundle",
    "read_model_signature",
    "read_signatures",
    "is_signed",
    "refuse_signed",
    "shown",
    "sign_model",
    "sign_run",
    "unpack",
    "verification_lines",
    "verify",
    "verify_model",
    "warnings_of",
]
