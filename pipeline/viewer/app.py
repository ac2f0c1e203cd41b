"""The viewer as a web application: its pages by address."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from ...core import HeadwaterError
from ...reports import STATUSES, build_difference, build_trend, current_evidence
from ..jobs.slots import up_to_date
from .guard import Guard
from .render import Pages, script, style
from .shelf import ORDERS, PAGE, Asked, Shelf, Shelved
from .tracer import LONGEST, Tracer, pieces

HEAVIEST = 16 << 20
LAST, MOST_RUNS = 365, 10_000
"""Runs on a trend page: unless asked otherwise, and at most."""
LARGEST_FORM = 12 * LONGEST + 1_000  # a character of four bytes is sent as twelve
ALONE = (
    "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Of a finished report: a page that somebody else may have made. It runs without an origin, so it can read no other
page of the viewer, and loads nothing; its own policy, by hashes, holds besides."""


class Viewer:
    """The pages over one folder of runs."""

    def __init__(self, root: Path, language: str = "en") -> None:
        self.shelf, self.tracer, self.pages = Shelf(root), Tracer(), Pages(language)

    def runs(self, request: Request) -> Response:
        """The list, filtered and ordered as the address says."""
        try:
            self.shelf.refresh()
        except HeadwaterError as error:
            return self._refused(error)
        asked = _asked(request)
        count, rows = self.shelf.find(asked)
        last = max(1, -(-count // PAGE))
        named: dict[str, Any] = {"statuses": STATUSES, "orders": list(ORDERS)}
        return self.pages("runs", asked=asked, count=count, runs=rows, last=last, **named)

    def run(self, request: Request) -> Response:
        """One run: its verdict, its controls, and the box to trace a sentence."""
        found = self._found(request)
        return found if isinstance(found, Response) else self._run_page(*found)

    def report(self, request: Request) -> Response:
        """The finished report of a run, on its own."""
        found = self._found(request)
        if isinstance(found, Response):
            return found
        path = found[1] / "report.html"
        if not path.is_file() or path.is_symlink() or path.stat().st_size > HEAVIEST:
            return self._missing("viewer.no-report")
        return HTMLResponse(path.read_bytes(), headers={"content-security-policy": ALONE})

    async def trace(self, request: Request) -> Response:
        """Where a sentence comes from."""
        found = await run_in_threadpool(self._found, request)
        if isinstance(found, Response):
            return found
        body = b""
        async for part in request.stream():
            body += part
            if len(body) > LARGEST_FORM:
                problem = self.pages.texts("viewer.too-long", most=f"{LONGEST:,}")
                return self._run_page(*found, problem=problem, status=413)
        return await run_in_threadpool(self._traced, *found, _text(body))

    def compare(self, request: Request) -> Response:
        """What changed between two runs: the page that ``headwater diff --html`` writes."""
        from ..diff_page import difference_report

        found = [self.shelf.get(id) for id in request.query_params.getlist("run")]
        folders = [self.shelf.folder(run) for run in found if run]
        if len(found) != 2 or len(folders) != 2 or None in folders:
            return self._missing("viewer.choose-two", 400)
        a, b = (folder for folder in folders if folder)
        try:
            report = difference_report(a, b)
        except HeadwaterError as error:
            return self._refused(error)
        with tempfile.TemporaryDirectory() as place:
            title = f"{a.name}, {b.name}"
            page = build_difference(report, Path(place) / "page.html", title=title, language=self.pages.texts.language)
            return HTMLResponse(page.read_bytes(), headers={"content-security-policy": ALONE})

    def trends(self, request: Request) -> Response:
        """What can be followed over the runs, to choose from."""
        return self.pages("trends", metrics=self.shelf.metrics(), last=LAST)

    def trend(self, request: Request) -> Response:
        """The page that ``headwater trend`` writes, of the chosen metrics."""
        known = self.shelf.metrics()
        chosen = [name for name in dict.fromkeys(request.query_params.getlist("metric")) if name in known]
        last = request.query_params.get("last", "")
        runs = min(int(last), MOST_RUNS) if last.isdecimal() and len(last) < 7 else LAST
        if not chosen or not runs:
            return self._missing("viewer.choose-metric", 400)
        try:
            up_to_date(self.shelf.root)
            with tempfile.TemporaryDirectory() as place:
                page = build_trend(
                    self.shelf.root, Path(place) / "page.html", metrics=chosen, last=runs,
                    language=self.pages.texts.language,
                )  # fmt: skip
                return HTMLResponse(page.read_bytes(), headers={"content-security-policy": ALONE})
        except HeadwaterError as error:
            return self._refused(error)

    def missing(self, request: Request, error: Exception) -> Response:
        """The answer to an address that does not exist."""
        return self._missing("viewer.no-page")

    def _found(self, request: Request) -> tuple[Shelved, Path] | Response:
        run = self.shelf.get(request.path_params["id"])
        folder = self.shelf.folder(run) if run else None
        return (run, folder) if run and folder else self._missing("viewer.no-run")

    def _run_page(
        self, run: Shelved, folder: Path, *, text: str = "", trace: Any = None, problem: str = "", status: int = 200
    ) -> Response:
        try:
            evidence: Sequence[Any] = current_evidence(folder)
        except HeadwaterError as error:
            evidence, problem = (), problem or str(error).replace(str(folder), folder.name)
        traced = pieces(trace) if trace else ()
        has_report = (folder / "report.html").is_file()
        return self.pages(
            "run", status, run=run, evidence=evidence, text=text, trace=trace, pieces=traced, problem=problem,
            has_report=has_report, longest=LONGEST,
        )  # fmt: skip

    def _traced(self, run: Shelved, folder: Path, text: str) -> Response:
        if not 0 < len(text) <= LONGEST:
            key = "viewer.too-long" if text else "viewer.no-text"
            return self._run_page(run, folder, text=text[:LONGEST], problem=self.pages.texts(key, most=f"{LONGEST:,}"))
        try:
            return self._run_page(run, folder, text=text, trace=self.tracer.trace(folder, text))
        except HeadwaterError as error:
            return self._run_page(run, folder, text=text, problem=str(error).replace(str(folder), folder.name))

    def _missing(self, key: str, status: int = 404) -> Response:
        return self.pages("problem", status, problem=self.pages.texts(key))

    def _refused(self, error: HeadwaterError) -> Response:
        """What cannot be done, without the place of the folder on this machine."""
        root = str(self.shelf.root)
        return self.pages("problem", 400, problem=str(error).replace(f"{root}/", "").replace(root, "."))


def build_app(root: Path, token: str, hosts: Sequence[str], language: str = "en") -> ASGIApp:
    """The whole application behind its guard. The index is brought up to date first."""
    viewer = Viewer(root, language)
    viewer.shelf.refresh()
    routes = [
        Route("/", viewer.runs),
        Route("/runs/{id}", viewer.run),
        Route("/runs/{id}/report", viewer.report),
        Route("/runs/{id}/trace", viewer.trace, methods=["POST"]),
        Route("/compare", viewer.compare),
        Route("/trends", viewer.trends),
        Route("/trends/page", viewer.trend),
        Route("/style.css", _file(style, "text/css")),
        Route("/viewer.js", _file(script, "text/javascript")),
    ]
    return Guard(Starlette(routes=routes, exception_handlers={404: viewer.missing}), token, hosts)


def _text(body: bytes) -> str:
    """The field ``text`` of a form that was sent; empty where it is no such form."""
    try:
        return dict(parse_qsl(body.decode("utf-8", "replace"), max_num_fields=2)).get("text", "").strip()
    except ValueError:
        return ""


def _file(read: Callable[[], str], kind: str) -> Callable[[Request], Response]:
    content = read()
    return lambda request: Response(content, media_type=kind)


def _asked(request: Request) -> Asked:
    query = request.query_params
    page = query.get("page", "1")
    return Asked(
        query.get("q", "")[:200], query.get("verdict", "")[:20], query.get("order", "newest")[:20],
        int(page) if page.isdecimal() and len(page) < 7 else 1,
    )  # fmt: skip
