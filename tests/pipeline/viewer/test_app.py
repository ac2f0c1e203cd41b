"""The viewer's pages over real run folders, asked without a socket."""

import re
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from headwater.core import HeadwaterError
from headwater.pipeline.viewer import shelf as clock
from headwater.pipeline.viewer.app import ALONE, LARGEST_FORM, Viewer, build_app
from headwater.reports import open_history

from .asking import HOST, TOKEN, Answer, ask

SECRET = "the secret beside the runs"
SCRIPT = "<script>window.__xss = 1</script>"


@pytest.fixture(scope="module")
def root(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs below a root, one with a hostile title, and a file beside the root that nobody may read."""
    place = tmp_path_factory.mktemp("viewer")
    (place / "secret.txt").write_text(SECRET, "utf-8")
    for name in ("monday", "tuesday"):
        shutil.copytree(finished, place / "runs" / name)
    config = place / "runs" / "tuesday" / "config.yaml"
    config.write_text(re.sub(r"(?m)^title:.*$", f"title: '{SCRIPT}'", config.read_text("utf-8")), "utf-8")
    (place / "runs" / "elsewhere").symlink_to(place)
    return place / "runs"


@pytest.fixture(scope="module")
def app(root: Path) -> Any:
    return build_app(root, TOKEN, [HOST])


@pytest.fixture(scope="module")
def ids(app: Any, root: Path) -> dict[str, str]:
    with open_history(root) as connection:
        return {row["folder"]: row["id"] for row in connection.execute("SELECT folder, id FROM runs")}


def send(app: Any, target: str, **fields: str) -> Answer:
    return ask(app, target, "POST", urlencode(fields).encode(), origin=f"http://{HOST}")


def test_the_list_names_every_run_and_nothing_runs_from_its_title(app: Any, ids: dict[str, str]) -> None:
    page = ask(app, "/")
    assert page.status == 200 and set(ids) == {"monday", "tuesday"}
    assert all(f"/runs/{id}" in page.text for id in ids.values())
    assert SCRIPT not in page.text and "&lt;script&gt;" in page.text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=monday", {"monday"}),
        ("q=day", {"monday", "tuesday"}),
        ("q=script+tues", {"tuesday"}),
        ("q=%25", set()),
        ("q=_onday", set()),
        ("q=%27+OR+1%3D1+--", set()),
        ("verdict=none", {"monday", "tuesday"}),
        ("verdict=pass", set()),
        ("verdict=%27+OR+%271%27%3D%271", set()),
        ("order=folder%3B+DROP+TABLE+runs", {"monday", "tuesday"}),
        ("page=99999", set()),
        ("page=-1", {"monday", "tuesday"}),
        ("page=1e9", {"monday", "tuesday"}),
    ],
)
def test_the_list_is_filtered_by_words_and_verdict(app: Any, ids: dict[str, str], query: str, found: set[str]) -> None:
    page = ask(app, f"/?{query}")
    assert page.status == 200
    assert {name for name, id in ids.items() if f'"/runs/{id}"' in page.text} == found


def test_a_run_opens_its_report_without_an_origin(app: Any, root: Path, ids: dict[str, str]) -> None:
    page = ask(app, f"/runs/{ids['monday']}")
    assert f"/runs/{ids['monday']}/report" in page.text and "Nobody has judged this run" in page.text
    report = ask(app, f"/runs/{ids['monday']}/report")
    assert report.body == (root / "monday" / "report.html").read_bytes()
    assert report.headers["content-security-policy"] == ALONE and "allow-same-origin" not in ALONE


def test_a_sentence_is_traced_to_its_document(app: Any, root: Path, ids: dict[str, str]) -> None:
    import pyarrow.parquet as pq

    text = pq.read_table(next((root / "monday" / "corpus").glob("part-*.parquet")))["text"][3].as_py()[:90]
    page = send(app, f"/runs/{ids['monday']}/trace", text=f"before it {text} {SCRIPT}")
    assert page.status == 200
    assert "<mark>" in page.text and "source-" in page.text and "In one document" in page.text
    assert SCRIPT not in page.text


@pytest.mark.parametrize("text", ["", "   "])
def test_an_empty_question_is_answered_in_words(app: Any, ids: dict[str, str], text: str) -> None:
    assert "Write a sentence first" in send(app, f"/runs/{ids['monday']}/trace", text=text).text


def test_a_question_that_is_too_long_is_refused_before_it_is_read_whole(app: Any, ids: dict[str, str]) -> None:
    page = send(app, f"/runs/{ids['monday']}/trace", text="x" * (LARGEST_FORM + 1))
    assert page.status == 413 and "at most 20,000 characters" in page.text


def test_what_is_no_form_is_an_empty_question(app: Any, ids: dict[str, str]) -> None:
    page = ask(app, f"/runs/{ids['monday']}/trace", "POST", b"a=1&b=2&c=3&text=x", origin=f"http://{HOST}")
    assert page.status == 200 and "Write a sentence first" in page.text


def test_a_run_without_an_index_says_how_to_make_one_and_none_is_made(
    root: Path, ids: dict[str, str], finished: Path
) -> None:
    shutil.rmtree(root / "tuesday" / "index")
    page = send(build_app(root, TOKEN, [HOST]), f"/runs/{ids['tuesday']}/trace", text="some sentence")
    assert "headwater index tuesday" in page.text
    assert not (root / "tuesday" / "index").exists()


def test_two_runs_are_compared_and_the_page_stands_alone(app: Any, ids: dict[str, str]) -> None:
    page = ask(app, f"/compare?run={ids['monday']}&run={ids['tuesday']}")
    assert page.status == 200 and "What changed" in page.text
    assert page.headers["content-security-policy"] == ALONE


@pytest.mark.parametrize("count", [0, 1, 3])
def test_only_two_runs_can_be_compared(app: Any, ids: dict[str, str], count: int) -> None:
    query = "&".join(f"run={ids['monday']}" for _ in range(count))
    assert ask(app, f"/compare?{query}").status == 400


TRAVERSALS = [
    "../secret.txt", "..%2fsecret.txt", "%2e%2e/secret.txt", "%2e%2e%2fsecret.txt", "..%5csecret.txt", "..\\secret.txt",
    "%252e%252e%252fsecret.txt", "..;/secret.txt", "..%00/secret.txt", "secret.txt%00", "elsewhere",
    "elsewhere/secret.txt", "%2fetc%2fpasswd", "//etc/passwd", "%5c%5chost%5cshare", "..%c0%afsecret.txt",
    "\\\\host\\share\\secret.txt",
    "..%ef%bc%8fsecret.txt", "monday", "monday%2freport.html", "file:///etc/passwd", "#", "%23", "~",
    "C:%5csecret.txt", "." * 300, "0" * 64, "A" * 64,
]  # fmt: skip


@pytest.mark.parametrize("name", TRAVERSALS)
@pytest.mark.parametrize("form", ["/runs/{}", "/runs/{}/report", "/{}", "/style.css/{}"])
def test_no_spelling_of_a_path_leads_out(app: Any, form: str, name: str) -> None:
    answer = ask(app, form.format(name))
    assert answer.status in (303, 307, 404) or (form, name) == ("/{}", "#")
    assert SECRET not in answer.text and "root:" not in answer.text


@pytest.mark.parametrize("name", TRAVERSALS)
def test_no_spelling_of_a_path_is_compared_or_traced(app: Any, name: str) -> None:
    compared = ask(app, f"/compare?run={quote(name)}&run={quote(name)}")
    assert compared.status == 400 and SECRET not in compared.text
    assert send(app, f"/runs/{name}/trace", text="sentence").status in (303, 307, 404)


def test_a_folder_that_became_a_link_is_not_followed(root: Path, tmp_path: Path, finished: Path) -> None:
    place = tmp_path / "runs"
    shutil.copytree(finished, place / "one")
    app = build_app(place, TOKEN, [HOST])
    with open_history(place) as connection:
        id = connection.execute("SELECT id FROM runs").fetchone()[0]
    shutil.rmtree(place / "one")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "report.html").write_text(SECRET, "utf-8")
    (place / "one").symlink_to(tmp_path / "outside")
    assert ask(app, f"/runs/{id}/report").status == 404


def test_the_report_of_a_run_is_not_read_through_a_link(tmp_path: Path, finished: Path) -> None:
    shutil.copytree(finished, tmp_path / "runs" / "one")
    (tmp_path / "secret.txt").write_text(SECRET, "utf-8")
    (tmp_path / "runs" / "one" / "report.html").unlink()
    (tmp_path / "runs" / "one" / "report.html").symlink_to(tmp_path / "secret.txt")
    app = build_app(tmp_path / "runs", TOKEN, [HOST])
    with open_history(tmp_path / "runs") as connection:
        id = connection.execute("SELECT id FROM runs").fetchone()[0]
    assert ask(app, f"/runs/{id}/report").status == 404


def test_looking_changes_no_run(app: Any, root: Path, ids: dict[str, str]) -> None:
    before = {path: path.stat().st_mtime_ns for path in (root / "monday").rglob("*")}
    for target in ("/", f"/runs/{ids['monday']}", f"/runs/{ids['monday']}/report"):
        ask(app, target)
    send(app, f"/runs/{ids['monday']}/trace", text="a sentence that is asked")
    assert {path: path.stat().st_mtime_ns for path in (root / "monday").rglob("*")} == before


def test_no_page_names_the_place_of_the_runs_on_this_machine(app: Any, root: Path, ids: dict[str, str]) -> None:
    pages = [ask(app, target) for target in ("/", f"/runs/{ids['tuesday']}", "/nothing", "/compare")]
    pages.append(send(app, f"/runs/{ids['tuesday']}/trace", text="a sentence"))
    assert all(str(root.parent) not in page.text for page in pages)


def test_the_pages_speak_german(root: Path) -> None:
    page = ask(build_app(root, TOKEN, [HOST], "de"), "/")
    assert '<html lang="de">' in page.text and "Zwei Läufe vergleichen" in page.text


def test_the_trend_of_a_chosen_score_is_drawn_without_an_origin(app: Any, ids: dict[str, str]) -> None:
    chooser = ask(app, "/trends")
    metric = re.findall(r'name="metric" value="([^"]+)"', chooser.text)[0]
    page = ask(app, f"/trends/page?metric={metric}&last=10")
    assert page.status == 200 and page.headers["content-security-policy"] == ALONE
    assert metric in page.text and "monday" in page.text


@pytest.mark.parametrize("query", ["", "metric=no-such-score", "metric=%00", "metric=documents&last=0"])
def test_a_trend_of_nothing_is_refused_in_words(app: Any, query: str) -> None:
    page = ask(app, f"/trends/page?{query}")
    assert page.status == 400 and "Choose at least one score" in page.text


def test_a_run_that_is_finished_while_the_viewer_stands_is_listed(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(root / "monday", tmp_path / "runs" / "monday")
    viewer = build_app(tmp_path / "runs", TOKEN, [HOST])
    shutil.copytree(root / "monday", tmp_path / "runs" / "later")
    assert "later" not in ask(viewer, "/").text
    monkeypatch.setattr(clock, "FRESH", 0.0)
    assert "later" in ask(viewer, "/").text


def test_a_damaged_run_is_listed_as_damaged_and_found_by_that(root: Path) -> None:
    bad = root / "wednesday"
    bad.mkdir()
    (bad / "manifest.json").write_text("no manifest")
    (bad / "ledger.jsonl").write_text("")
    try:
        fresh = build_app(root, TOKEN, [HOST])
        page = ask(fresh, "/?verdict=damaged")
        assert page.text.count('class="status damaged"') == 1 and "wednesday" in page.text and "monday" not in page.text
        assert "wednesday" not in ask(fresh, "/?verdict=none").text
    finally:
        shutil.rmtree(bad)


def test_what_is_refused_names_both_runs_below_the_root_alone(root: Path) -> None:
    answer = Viewer(root)._refused(HeadwaterError(f"{root}/monday is of one kind, {root}/tuesday of another"))
    assert "monday is of one kind, tuesday of another" in bytes(answer.body).decode()
    assert str(root) not in bytes(answer.body).decode()
