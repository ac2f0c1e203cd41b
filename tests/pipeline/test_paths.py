from pathlib import Path

from headwater.pipeline.paths import option_files, with_absolute_paths, without_paths


def test_files_of_steps_and_audits_are_relative_to_the_config(tmp_path: Path) -> None:
    (tmp_path / "vectors").mkdir()
    steps = [
        "unicode",
        {"consent": {"folder": "hosts", "robots": {"site.org": "site.txt"}, "agents": ["gptbot"]}},
        {"decontaminate": {"suites": {"one": "a.jsonl", "two": ["b.csv", "c.csv"]}, "method": "gpt3"}},
        {"personal-data": {"key_file": "keys/one.key", "model": "en_core_web_sm"}},
        {"semantic-duplicates": {"model": "vectors"}},
        {"toxicity": {"detector": {"linear-classifier": {"labelled": {"path": "rows.csv", "label": "toxic"}}}}},
        {"urls": {"block_path": "/lists/block.txt", "hard_words": ["casino"]}},
    ]
    found = with_absolute_paths({"curate": steps, "title": "path"}, tmp_path)
    here = str(tmp_path)
    assert found["title"] == "path"
    assert found["curate"] == [
        "unicode",
        {"consent": {"folder": f"{here}/hosts", "robots": {"site.org": f"{here}/site.txt"}, "agents": ["gptbot"]}},
        {
            "decontaminate": {
                "suites": {"one": f"{here}/a.jsonl", "two": [f"{here}/b.csv", f"{here}/c.csv"]},
                "method": "gpt3",
            }
        },
        {"personal-data": {"key_file": f"{here}/keys/one.key", "model": "en_core_web_sm"}},
        {"semantic-duplicates": {"model": f"{here}/vectors"}},
        {"toxicity": {"detector": {"linear-classifier": {"labelled": {"path": f"{here}/rows.csv", "label": "toxic"}}}}},
        {"urls": {"block_path": "/lists/block.txt", "hard_words": ["casino"]}},
    ]


def test_corpus_images_and_erasure_lists_too_but_no_urls(tmp_path: Path) -> None:
    values = {
        "corpus": {"path": ["a.jsonl", "https://site.org/b.jsonl"], "text_column": "path"},
        "images": {"corpus": {"path": "pictures"}},
        "erased": "release/erasure-list.json",
    }
    found = with_absolute_paths(values, tmp_path)
    assert found["corpus"] == {
        "path": [str(tmp_path / "a.jsonl"), "https://site.org/b.jsonl"],
        "text_column": "path",
    }
    assert found["images"] == {"corpus": {"path": str(tmp_path / "pictures")}}
    assert found["erased"] == str(tmp_path / "release/erasure-list.json")


def test_without_paths_nothing_tells_where_the_config_stood(tmp_path: Path) -> None:
    steps = [
        "unicode",
        {"consent": {"folder": "hosts", "robots": {"site.org": "site.txt"}, "agents": ["gptbot"]}},
        {"decontaminate": {"suites": {"one": "a.jsonl", "two": ["b.csv", "c.csv"]}, "method": "gpt3"}},
        {"semantic-duplicates": {"model": "vectors"}},
        {"urls": {"block_path": "block.txt", "hard_words": ["casino"], "allow_path": None}},
    ]
    values = {"corpus": {"source": "jsonl", "path": ["a.jsonl"]}, "curate": steps, "erased": "list.json"}
    found = []
    for name in ("one", "two"):
        (tmp_path / name / "vectors").mkdir(parents=True)
        found.append(without_paths(with_absolute_paths(values, tmp_path / name)))
    assert (
        found[0]
        == found[1]
        == {
            "corpus": {"source": "jsonl"},
            "curate": [
                "unicode",
                {"consent": {"robots": {"site.org": None}, "agents": ["gptbot"]}},
                {"decontaminate": {"suites": {"one": None, "two": None}, "method": "gpt3"}},
                {"semantic-duplicates": {}},
                {"urls": {"hard_words": ["casino"], "allow_path": None}},
            ],
        }
    )


def test_word_lists_of_ones_own_stand_beside_the_config(tmp_path: Path) -> None:
    (tmp_path / "ours.json").write_text("{}")
    options = {"lexicons": ["gender", "ours.json"], "attributes": ["crime"], "tests_file": "sets.json"}
    found = with_absolute_paths({"audit": [{"associations": options}]}, tmp_path)
    expected = {"lexicons": ["gender", f"{tmp_path}/ours.json"], "attributes": ["crime"],
                "tests_file": f"{tmp_path}/sets.json"}  # fmt: skip
    assert found["audit"] == [{"associations": expected}]


def test_files_of_metrics_stand_beside_the_config_and_suites_are_names(tmp_path: Path) -> None:
    values = {"evaluate": {"suites": ["bias"], "metrics": ["perplexity", {"weat": {"tests_file": "own.json"}}]}}
    found = with_absolute_paths(values, tmp_path)
    own = {"weat": {"tests_file": f"{tmp_path}/own.json"}}
    assert found["evaluate"] == {"suites": ["bias"], "metrics": ["perplexity", own]}
    assert without_paths(found)["evaluate"] == {"suites": ["bias"], "metrics": ["perplexity", {"weat": {}}]}


def test_a_changed_file_of_a_metric_changes_what_is_measured(tmp_path: Path) -> None:
    file = tmp_path / "own.json"
    hashes = []
    for text in ("{}", "[]"):
        file.write_text(text)
        hashes.append(option_files([("weat", {"tests_file": str(file)})]))
    assert hashes[0] != hashes[1] and hashes[0][0][0] == "tests_file"


def test_a_published_set_stands_beside_the_config_and_its_content_is_in_the_key(tmp_path: Path) -> None:
    metrics = [{"bold": {"data": "sets/bold"}}, {"code-names": {"search": ["libs"], "packages": ["numpy"]}}, "honest"]
    found = []
    for name in ("one", "two"):
        folder = tmp_path / name / "sets" / "bold"
        folder.mkdir(parents=True)
        (tmp_path / name / "libs").mkdir()
        (folder / "gender_prompt.json").write_text("{}")
        found.append(with_absolute_paths({"evaluate": {"metrics": metrics}}, tmp_path / name))
    own = found[0]["evaluate"]["metrics"]
    assert own[0] == {"bold": {"data": str(tmp_path / "one" / "sets" / "bold")}}
    assert own[1] == {"code-names": {"search": [str(tmp_path / "one" / "libs")], "packages": ["numpy"]}}
    assert without_paths(found[0]) == without_paths(found[1])
    assert str(tmp_path) not in str(without_paths(found[0]))
    hashes = [option_files(one["evaluate"]["metrics"]) for one in found]
    assert hashes[0] == hashes[1] != []
    (tmp_path / "two" / "sets" / "bold" / "gender_prompt.json").write_text('{"a": 1}')
    assert option_files(found[1]["evaluate"]["metrics"]) != hashes[0]


def test_a_set_of_datasets_by_name_is_no_path(tmp_path: Path) -> None:
    values = {"evaluate": {"metrics": [{"crows-pairs": {"data": {"name": "crows", "revision": "a" * 40}}}]}}
    assert with_absolute_paths(values, tmp_path) == without_paths(values) == values


def test_a_servers_name_for_its_model_is_never_a_file(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    external = {"kind": "openai", "url": "http://127.0.0.1:1/v1", "model": "run"}
    judge = {"judge": {"url": "http://127.0.0.1:1/v1", "model": "run"}}
    values = {"corpus": {}, "model": {"external": external}, "evaluate": {"metrics": [judge]}}
    found = with_absolute_paths(values, tmp_path)
    assert found["model"]["external"]["model"] == "run" and found["evaluate"]["metrics"][0]["judge"]["model"] == "run"
