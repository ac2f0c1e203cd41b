"""The report's style, for pages of ours that stand beside it."""

from importlib import resources


def page_style() -> str:
    """The style sheet of the report."""
    return resources.files("headwater.reports").joinpath("templates", "page.css").read_text("utf-8")
