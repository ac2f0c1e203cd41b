"""The page: one HTML file that loads nothing and runs only its own script.

Three walls stand between a hostile corpus and the reader: every expression of every template is escaped, hidden
characters become visible marks before that, and a content security policy that names script and style by their hash
blocks everything else even where an escape is forgotten.
"""

import base64
import hashlib
import inspect
import json
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, ChoiceLoader, Environment, FileSystemLoader, PackageLoader, StrictUndefined
from markupsafe import Markup

from .caps import Caps, clip
from .catalogue import Catalogue
from .compiled import compiled_templates
from .drawings import Drawings
from .hidden import visible
from .run import Run
from .sections import SECTIONS, StageData
from .sections.documents import documents
from .speaking import speaking
from .view import PageView

LAST = "99"
LONGEST_TITLE = 240
NO_ROWS = Markup("")
# The three signs of base 85 that mean something in HTML, and what stands for them: nothing can end the element.
TO_PAGE, FROM_PAGE = str.maketrans("<>&", ".,:"), str.maketrans(".,:", "<>&")


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
    return [row for row in data if row[2] is not None and not _is_beside(run, row[2]) and _belongs(run, row[0])]


def _belongs(run: Run, name: str) -> bool:
    """Whether a section has a place here: a page apart from runs is its own stage, its findings and how to read it."""
    if not run.main.apart:
        return True
    own = name in (*run.main.apart, "glossary") or name.startswith("trend-")
    return own or (name == "findings" and bool(run.findings()))


def _is_beside(run: Run, data: Any) -> bool:
    """A stage that was not run and that nobody expects on this page."""
    return isinstance(data, StageData) and not data.run and data.stage not in run.main.expected


def render(
    run: Run, caps: Caps, environment: Environment | None = None, data: list[tuple[str, str, Any]] | None = None
) -> str:
    """The whole page as HTML. ``environment`` is for tests that break a wall on purpose; ``data``: computed before."""
    return lay_out(run, *rendered(run, caps, environment, data))


def rendered(
    run: Run, caps: Caps, environment: Environment | None = None, data: list[tuple[str, str, Any]] | None = None
) -> tuple[list[RenderedSection], Markup, Environment]:
    """Each section as HTML, the island with the rows that wait for the script, and what laid them out."""
    environment = environment or make_environment()
    texts = Catalogue(run.language)
    environment.globals |= {"t": texts, "drawings": Drawings(texts)}
    data = data or section_data(run)
    with speaking(run.language):
        view = PageView(run, caps, documents(run).documents)
        sections = [_render(environment, view, texts, *row) for row in data]
    return sections, deflated(view.rows), environment


def lay_out(run: Run, sections: Sequence[RenderedSection], rows: Markup, environment: Environment) -> str:
    """The page around its sections."""
    style, script = _asset("page.css") + _asset("sections.css"), _asset("page.js")
    return environment.get_template("page.html.jinja").render(
        language=run.language,
        apart=bool(run.main.apart),
        title=clip(run.title.strip() or Catalogue(run.language)("page.untitled"), LONGEST_TITLE),
        policy=content_policy(script, style),
        css=Markup(style),
        script=Markup(script),
        rows=rows,
        script_texts=json.dumps(Catalogue(run.language).all("script"), ensure_ascii=False, separators=(",", ":")),
        sections=sections,
    )


def deflated(rows: Any) -> Markup:
    """The rows that wait for the script, as deflated JSON in base 85: a third of the size, and nothing can leave it."""
    if not rows:
        return NO_ROWS
    packer = zlib.compressobj(9, zlib.DEFLATED, 15, 9)
    alike = {key: rows[key] for key in sorted(rows, key=lambda key: (key.split("-")[0], int(key.split("-")[1])))}
    text = json.dumps(alike, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    packed = packer.compress(text.encode("utf-8", "replace")) + packer.flush()
    return Markup(base64.b85encode(packed).decode().translate(TO_PAGE))


def waiting_rows(html: str) -> dict[str, Any]:
    """The rows that wait in a page, by the key of their table: for tests, and for whoever looks for a text in it."""
    content = html.rsplit('<script type="text/plain" id="rows">', 1)[1].split("</script>")[0]
    return dict(json.loads(zlib.decompress(base64.b85decode(content.translate(FROM_PAGE))))) if content else {}


def left_out(section: RenderedSection, environment: Environment) -> RenderedSection:
    """The section as a note that says how heavy it was and where its data are."""
    template = environment.get_template("left_out.html.jinja")
    return replace(section, html=Markup(template.render(kilobytes=f"{len(section.html) // 1000:,}")))


def make_environment(autoescape: bool = True) -> Environment:
    """Jinja with escaping everywhere; a name that does not exist is an error, not an empty string."""
    return Environment(
        loader=ChoiceLoader(_loaders()),
        autoescape=autoescape,
        bytecode_cache=compiled_templates(autoescape),
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
    text = resources.files("headwater.reports").joinpath("templates", name).read_text("utf-8")
    lines = [line for line in (line.strip() for line in text.splitlines()) if line and not line.startswith("//")]
    return "\n".join(lines) if name.endswith(".js") else _shorter("".join(lines))


def _shorter(style: str) -> str:
    """A style sheet without comments and without the blanks that mean nothing."""
    style = re.sub(r"/\*.*?\*/", "", style)
    return re.sub(r"\s*([{};])\s*|(?<=:) |(?<=,) ", lambda found: found[1] or "", style).replace(";}", "}")


def _hash(content: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
