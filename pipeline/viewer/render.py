"""The viewer's pages as HTML: escaped everywhere, hidden characters shown, nothing inline that could run."""

from importlib import resources
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

from ...reports import Catalogue, page_style, visible

FOLDER = resources.files("headwater.pipeline.viewer") / "templates"


class Pages:
    """Templates with the report's own words and looks."""

    def __init__(self, language: str = "en") -> None:
        self.texts = Catalogue(language)
        self.environment = Environment(
            loader=FileSystemLoader(str(FOLDER)),
            autoescape=True,
            undefined=StrictUndefined,
            finalize=_shown,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.environment.globals.update(t=self.texts, language=language, when=when, words=words)

    def __call__(self, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """A whole page."""
        html = self.environment.get_template(f"{template}.html.jinja").render(**values)
        return HTMLResponse(html.encode("utf-8", "replace"), status)


def style() -> str:
    """The style of the report and what the viewer needs besides."""
    return page_style() + (FOLDER / "viewer.css").read_text("utf-8")


def script() -> str:
    """The viewer's one script: two runs at most are chosen to be compared."""
    return (FOLDER / "viewer.js").read_text("utf-8")


def when(time: str) -> str:
    """``2026-11-30 03:00`` of a time in ISO 8601; what is no time stays as it is."""
    return f"{time[:10]} {time[11:16]}" if len(time) >= 16 and time[10] == "T" else time


def words(status: str) -> str:
    """``not measured`` for ``not_measured``."""
    return status.replace("_", " ")


def _shown(value: Any) -> Any:
    return value if isinstance(value, Markup) or not isinstance(value, str) else visible(value)
