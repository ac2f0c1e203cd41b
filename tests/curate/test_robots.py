"""RFC 9309 against its own examples and against Protego, the parser of Scrapy."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from protego import Protego

from headwater.curate.robots import encode, parse_robots, path_of, refusals

AGENTS = ["GPTBot", "CCBot", "Google-Extended"]
paths = st.text("ab/.?", max_size=8).map("/".__add__)
patterns = st.text("ab/.*", min_size=0, max_size=6).map("/".__add__)
lines = st.tuples(st.sampled_from(["Allow", "Disallow"]), patterns, st.sampled_from(["", "$"]))
groups = st.tuples(st.lists(st.sampled_from([*AGENTS, "*"]), min_size=1, max_size=2), st.lists(lines, max_size=4))


def may_fetch(content: str | bytes, agent: str, path: str) -> bool:
    return refusals(parse_robots(content), [agent], path) == []


def written(parts: list[tuple[list[str], list[tuple[str, str, str]]]]) -> str:
    return "\n".join(
        "\n".join([*(f"User-agent: {agent}" for agent in agents), *(f"{key}: {path}{end}" for key, path, end in rules)])
        for agents, rules in parts
        if rules
    )


@settings(max_examples=300)
@given(st.lists(groups, min_size=1, max_size=3), paths, st.sampled_from(AGENTS))
def test_the_answer_is_that_of_protego(
    parts: list[tuple[list[str], list[tuple[str, str, str]]]], path: str, agent: str
) -> None:
    content = written(parts)
    assert may_fetch(content, agent, path) == Protego.parse(content).can_fetch(f"https://example.org{path}", agent)


@pytest.mark.parametrize(
    ("path", "allowed"),
    [("/example/page/", True), ("/example/page/disallowed.gif", False), ("/example/page/x.gif", True), ("/", False)],
)
def test_the_longest_match_decides(path: str, allowed: bool) -> None:
    # RFC 9309, section 5.2
    content = "User-Agent: foobot\nAllow: /example/page/\nDisallow: /example/page/disallowed.gif\nDisallow: /\n"
    assert may_fetch(content, "foobot", path) == allowed


@pytest.mark.parametrize(
    ("content", "agent", "path", "allowed"),
    [
        ("User-agent: *\nDisallow: /", "GPTBot", "/a", False),
        ("User-agent: gptbot\nDisallow: /\nUser-agent: *\nAllow: /", "GPTBot", "/a", False),
        ("User-agent: GPTBot\nDisallow:\nUser-agent: *\nDisallow: /", "GPTBot", "/a", True),
        ("User-agent: a\nUser-agent: GPTBot\nDisallow: /x", "GPTBot", "/x/y", False),
        ("User-agent: GPTBot\nDisallow: /a\n\nUser-agent: GPTBot\nDisallow: /b", "GPTBot", "/b", False),
        ("User-agent: GPTBot/1.2\nDisallow: /", "GPTBot", "/a", False),
        ("User-agent: GPTBot # note\nDisallow: /a # note", "GPTBot", "/a", False),
        ("User-agent: *\nDisallow: /*.pdf$", "GPTBot", "/x/y.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "GPTBot", "/x/y.pdf?z", True),
        ("User-agent: *\nDisallow: /a\nAllow: /a", "GPTBot", "/a", True),
        ("User-agent: *\nDisallow: /caf%c3%a9", "GPTBot", "/caf\u00e9", False),
        ("User-agent: *\nDisallow: /%7Ejoe/", "GPTBot", "/~joe/x", False),
        ("Disallow: /", "GPTBot", "/a", True),
        ("", "GPTBot", "/a", True),
        ("<html>User-agent: *\nDisallow: /</html>", "GPTBot", "/a", True),
        ("\ufeffUser-agent: *\r\nDisallow: /\r\n", "GPTBot", "/a", False),
        ("User-agent: *\rDisallow: /", "GPTBot", "/a", False),
        ("User-agent: *\nCrawl-delay: 3\nDisallow: /", "GPTBot", "/a", False),
        ("USER-AGENT : *\n  disallow:/a", "GPTBot", "/a", False),
    ],
)
def test_quirks_of_real_files(content: str, agent: str, path: str, allowed: bool) -> None:
    assert may_fetch(content, agent, path) == allowed


@given(st.binary(max_size=300))
def test_any_bytes_are_read(content: bytes) -> None:
    assert parse_robots(b"User-agent: *\nDisallow: /\n" + content).groups


def test_the_refusal_names_agent_and_line() -> None:
    robots = parse_robots("User-agent: CCBot\nDisallow: /news # no\n")
    ((agent, rule),) = refusals(robots, AGENTS, "/news/1")
    assert (agent, rule.line) == ("CCBot", "Disallow: /news # no")


def test_a_hostile_file_is_bounded() -> None:
    content = "User-agent: *\n" + "Disallow: /" + "*a" * 900 + "$\n" * 1
    assert may_fetch(content * 50, "GPTBot", "/" + "a" * 5_000 + "b")
    assert len(parse_robots("User-agent: *\n" + "Disallow: /a\n" * 50_000).groups[0][1]) == 5_000


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://Example.org:8080/a?b=1#c", ("example.org", "/a?b=1")),
        ("http://example.org", ("example.org", "/")),
        ("ftp://example.org/a", ("", "")),
        ("no address", ("", "")),
        ("http://[::1", ("", "")),
    ],
)
def test_host_and_path_of_an_address(url: str, expected: tuple[str, str]) -> None:
    assert path_of(url) == expected


@given(st.text(max_size=40))
def test_encoding_twice_changes_nothing(path: str) -> None:
    try:
        path.encode()
    except UnicodeEncodeError:
        return
    assert encode(encode(path)) == encode(path)
