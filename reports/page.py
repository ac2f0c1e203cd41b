"""The page: one HTML file that loads nothing and runs only its own script.

Three walls stand between a hostile corpus and the reader: every expression of every template is escaped, hidden
characters become visible marks before that, and a content security policy that names script and style by their hash
blocks everything else even where an escape is forgotten.
"""

import base64
import hashlib
import inspect
import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, ChoiceLoader, Environment, FileSystemLoader, PackageLoader, StrictUndefined
from markupsafe import Markup

from .caps import Caps, clip
from .catalogue import Catalogue
from .hidden import visible
from .run import Run
from .sections import SECTIONS, StageData
from .sections.documents import documents
from .view import PageView

LAST = "99"
LONGEST_TITLE = 240
UNTITLED = "Untitled report"


@dataclass(frozen=True, slots=True)
class RenderedSection:
    """A section as HTML, with the number that stands beside its name in the contents."""

    name: str
    title: str
    badge: int | None
    html: Markup


def section_data(run: Run) -> list[tuple[str, str, Any]]:
    """Name, heading and data of each section that has something to say, in the order of the page."""
    facts = {name: SECTIONS.describe(name).facts for name in SECTIONS.names()}
    names = sorted(facts, key=lambda name: (int(facts[name].get("order", LAST)), name))
    if "trend" in run.main.stages:  # a page over many runs has no parts of a single one
        names = [name for name in names if name.startswith("trend")]
    data = [(name, facts[name].get("title", name), SECTIONS.get(name)(run)) for name in names]
    return [row for row in data if row[2] is not None and not _is_beside(run, row[2])]


def _is_beside(run: Run, data: Any) -> bool:
    """A stage that was not run and that nobody expects on this page."""
    return isinstance(data, StageData) and not data.run and data.stage not in run.main.expected


def render(run: Run, caps: Caps, environment: Environment | None = None) -> str:
    """The whole page as HTML. ``environment`` is for tests that break a wall on purpose."""
    environment = environment or make_environment()
    texts = Catalogue(run.language)
    environment.globals["t"] = texts
    view = PageView(run, caps, documents(run).documents)
    sections = [_render(environment, view, texts, *row) for row in section_data(run)]
    style, script = _asset("page.css"), _asset("page.js")
    return environment.get_template("page.html.jinja").render(
        language=run.language,
        title=clip(run.title.strip() or UNTITLED, LONGEST_TITLE),
        policy=content_policy(script, style),
        css=Markup(style),
        script=Markup(script),
        island=island(view.rows),
        sections=sections,
    )


def make_environment(autoescape: bool = True) -> Environment:
    """Jinja with escaping everywhere; a name that does not exist is an error, not an empty string."""
    return Environment(
        loader=ChoiceLoader(_loaders()),
        autoescape=autoescape,
        undefined=StrictUndefined,
        finalize=lambda value: value if isinstance(value, Markup) or not isinstance(value, str) else visible(value),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )


def content_policy(script: str, style: str) -> str:
    """The content security policy that lets exactly this script and this style through."""
    return (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def island(rows: Any) -> Markup:
    """JSON for a script element: nothing in it can close the element or open a comment."""
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def _render(
    environment: Environment, view: PageView, texts: Catalogue, name: str, title: str, data: Any
) -> RenderedSection:
    template = environment.get_template(f"{name.replace('-', '_')}.html.jinja")
    html = Markup(template.render(data=data, page=view))
    return RenderedSection(name, texts.get(f"sections.{name}", title), getattr(data, "badge", None), html)


def _loaders() -> Sequence[BaseLoader]:
    """Our templates first; a third party's lie beside the module of its section."""
    folders = {Path(inspect.getfile(SECTIONS.get(name))).parent for name in SECTIONS.names()}
    return [PackageLoader("headwater.reports"), *(FileSystemLoader(folder) for folder in sorted(folders))]


def _asset(name: str) -> str:
    return resources.files("headwater.reports").joinpath("templates", name).read_text("utf-8")


def _hash(content: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
