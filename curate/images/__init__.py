"""Audits of images: what their files tell, what they claim, leaks between splits, quality, content; similar images."""

from .contact_sheet import ContactSheet
from .content_credentials import ContentCredentials
from .image_content import ImageContent
from .image_detector import IMAGE_DETECTORS, ImageDetector, build_image_detector, checked_image_scores
from .image_leakage import ImageLeakage
from .image_privacy import ImagePrivacy
from .image_quality import ImageQualityAudit
from .onnx import onnx
from .similar_images import similar_images
from .strip_metadata import strip_metadata

__all__ = [
    "IMAGE_DETECTORS",
    "ContactSheet",
    "ContentCredentials",
    "ImageContent",
    "ImageDetector",
    "ImageLeakage",
    "ImagePrivacy",
    "ImageQualityAudit",
    "build_image_detector",
    "checked_image_scores",
    "onnx",
    "similar_images",
    "strip_metadata",
]
