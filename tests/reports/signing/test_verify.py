import json
import multiprocessing
import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from headwater.core import IncompleteError, IntegrityError, UsageError, canonical_json
from headwater.reports import LEDGER, append_entry, head, read_ledger
from headwater.reports.signing import (
    Signer,
    fingerprint,
    finish_signing,
    read_signatures,
    refuse_signed,
    sign_run,
    signing,
    verification_lines,
    verify,
)
from headwater.reports.signing.dsse import seal
from headwater.reports.signing.signatures import ledger_data, open_envelope
from headwater.reports.signing.statement import TEST_RESULT, SignOff

from .made import ANNA, BORIS, KEY, OTHER, TIME, judge, lay_out, make_run, signed_run

ENVELOPE = "signatures/001.dsse.json"
COVERED = ["manifest.json", "config.yaml", "evidence.jsonl", "policy.json", "audit.json", "corpus.txt", "report.html",
           "report.json", LEDGER, ENVELOPE]  # fmt: skip


@pytest.fixture
def signed(tmp_path: Path) -> Path:
    return signed_run(tmp_path / "run")


def holds(folder: Path) -> bool:
    try:
        return verify(folder).holds
    except IntegrityError:
        return False


def test_a_signed_run_holds(signed: Path) -> None:
    found = verify(signed, [fingerprint(KEY.public_key())], head(signed))
    assert found.holds and found.anchored == 3
    assert found.signatures[0].sign_off is not None and found.signatures[0].sign_off.name == "Anna"


@pytest.mark.parametrize("name", COVERED)
def test_no_byte_of_a_signed_run_can_change(signed: Path, name: str) -> None:
    content = (signed / name).read_bytes()
    for place in range(len(content)):
        changed = bytearray(content)
        changed[place] ^= 1 << place % 8
        (signed / name).write_bytes(changed)
        assert not holds(signed), place


@pytest.mark.parametrize("name", COVERED)
@pytest.mark.parametrize("change", ["gone", "longer", "shorter", "link"])
def test_no_file_of_a_signed_run_can_go_grow_or_become_a_link(signed: Path, name: str, change: str) -> None:
    if name == "corpus.txt" and change == "link":
        pytest.skip("the manifest checks what a link leads to")
    content = (signed / name).read_bytes()
    (signed / name).unlink()
    if change == "link":
        (signed / "elsewhere").write_bytes(content)
        (signed / name).symlink_to(signed / "elsewhere")
    elif change != "gone":
        (signed / name).write_bytes(content + b"\n" if change == "longer" else content[:-1])
    if name == ENVELOPE and change == "gone":
        assert "missing" in verify(signed).problems[0]
    assert not holds(signed)


def test_an_edit_voids_the_sign_off_and_says_which(signed: Path) -> None:
    with (signed / "policy.json").open("a") as file:
        file.write(" ")
    (found,) = read_signatures(signed)
    assert (found.holds, found.fault, found.files) == (False, "changed", ("policy.json",))


def test_evidence_that_comes_later_voids_it(signed: Path) -> None:
    judge(signed, "fail")
    (found,) = read_signatures(signed)
    assert (found.fault, found.files) == ("changed", ("evidence.jsonl",))


def test_a_stage_report_that_comes_later_voids_it(signed: Path) -> None:
    shutil.copy(signed / "audit.json", signed / "evaluation.json")
    (found,) = read_signatures(signed)
    assert (found.fault, found.files) == ("added", ("evaluation.json",))


def test_a_later_event_does_not_void_it_but_is_noted(signed: Path) -> None:
    append_entry(signed, "exported", TIME)
    found = verify(signed)
    assert found.holds
    assert "1 entry of the ledger came after" in found.notes[0]


def test_signing_again_after_a_new_judgement_leaves_the_first_void(signed: Path) -> None:
    judge(signed, "fail")
    sign_run(signed, OTHER, BORIS, lay_out)
    found = verify(signed)
    assert found.holds
    assert [one.holds for one in found.signatures] == [False, True]
    assert "no longer in force" in found.notes[0]


def test_with_a_second_signer_the_evidence_of_the_first_still_holds(signed: Path) -> None:
    sign_run(signed, OTHER, BORIS, lay_out)
    found = verify(signed)
    assert [(one.holds, one.page) for one in found.signatures] == [(True, False), (True, True)]
    assert "its evidence still holds" in found.notes[0]
    assert json.loads((signed / "report.json").read_text()) == ["Anna", "Boris"]


def test_another_key_than_the_known_one_does_not_hold(signed: Path) -> None:
    assert "not by one given with --key" in verify(signed, [fingerprint(OTHER.public_key())]).problems[0]


def test_a_known_first_signer_does_not_vouch_for_the_page_of_a_second(signed: Path) -> None:
    sign_run(signed, OTHER, BORIS, lay_out)
    anna, boris = fingerprint(KEY.public_key()), fingerprint(OTHER.public_key())
    assert not verify(signed, [anna]).holds
    assert verify(signed, [anna, boris]).holds


def test_without_a_known_key_it_says_that_nobody_is_proved(signed: Path) -> None:
    text = "\n".join(verification_lines(verify(signed)))
    assert "itself brings: nothing was changed since, but who signed is not proved" in text
    assert "whoever owns the run can write everything anew" in text


def test_every_signer_whose_key_nobody_gave_is_named(signed: Path) -> None:
    sign_run(signed, OTHER, BORIS, lay_out)
    anna, boris = fingerprint(KEY.public_key()), fingerprint(OTHER.public_key())
    who = [[line for line in verification_lines(verify(signed, known)) if line.startswith("  who:")]
           for known in ([], [boris], [anna, boris])]  # fmt: skip
    assert f"signed by keys {anna} and {boris}, which" in who[0][0]
    assert f"also signed by key {anna}, which" in who[1][0] and boris not in who[1][0]
    assert who[2] == []


def test_a_replaced_key_is_noticed(signed: Path) -> None:
    """Somebody signs the statement with a key of their own and leaves the name."""
    path = signed / ENVELOPE
    _, sign_off = open_envelope(path.read_bytes(), "x")
    path.write_bytes(seal(sign_off.to_json(), OTHER, sign_off.fingerprint).content)
    assert read_signatures(signed)[0].fault == "forged"


def test_a_whole_forgery_by_the_owner_holds_until_the_key_is_compared(tmp_path: Path) -> None:
    """The limit that every output states: all can be written anew by whoever owns the folder."""
    forged = make_run(tmp_path / "run", seed=2)
    judge(forged)
    sign_run(forged, OTHER, ANNA, lay_out)
    assert verify(forged).holds
    assert not verify(forged, [fingerprint(KEY.public_key())]).holds


def test_a_ledger_cut_back_to_a_whole_line_shows_only_against_an_anchor(signed: Path) -> None:
    append_entry(signed, "exported", TIME)
    anchor = head(signed)
    lines = (signed / LEDGER).read_bytes().splitlines(keepends=True)
    (signed / LEDGER).write_bytes(b"".join(lines[:-1]))
    assert verify(signed).holds
    assert "anchored" in verify(signed, head=anchor).problems[0]


def test_the_signature_of_another_run_does_not_count(signed: Path, tmp_path: Path) -> None:
    other = signed_run(tmp_path / "other", seed=7)
    shutil.copy(other / ENVELOPE, signed / ENVELOPE)
    assert not read_signatures(signed)[0].holds
    assert not holds(signed)


def test_the_signature_and_the_ledger_of_another_run_do_not_count(signed: Path, tmp_path: Path) -> None:
    other = signed_run(tmp_path / "other", seed=7)
    for name in (ENVELOPE, LEDGER, "report.html", "report.json", "policy.json"):
        shutil.copy(other / name, signed / name)
    assert read_signatures(signed)[0].fault == "changed"
    assert not holds(signed)


def test_a_second_envelope_of_the_same_sign_off_does_not_count(signed: Path) -> None:
    shutil.copy(signed / ENVELOPE, signed / "signatures/002.dsse.json")
    assert not holds(signed)


def test_a_genuine_signature_that_the_ledger_does_not_know_does_not_count(signed: Path) -> None:
    _, sign_off = open_envelope((signed / ENVELOPE).read_bytes(), "x")
    envelope = seal(sign_off.to_json() | {}, KEY, sign_off.fingerprint)
    lines = (signed / LEDGER).read_bytes().splitlines(keepends=True)
    (signed / LEDGER).write_bytes(b"".join(lines[:-1]))
    assert ledger_data(sign_off, envelope.content)["envelope"]
    assert read_signatures(signed)[0].fault == "unlisted"


def test_a_run_that_nobody_judged_is_not_signed(tmp_path: Path) -> None:
    make_run(tmp_path / "run")
    with pytest.raises(IncompleteError, match="headwater check"):
        sign_run(tmp_path / "run", KEY, ANNA, lay_out)
    found = sign_run(tmp_path / "run", KEY, ANNA, lay_out, without_check=True)
    assert found.sign_off is not None and found.sign_off.result == ""
    assert "was not judged" in "\n".join(verification_lines(verify(tmp_path / "run")))


def test_a_run_that_changed_since_it_was_judged_is_not_signed_with_that_verdict(tmp_path: Path) -> None:
    folder = make_run(tmp_path / "run")
    judge(folder)
    make_run(folder, seed=2)
    with pytest.raises(IncompleteError, match="since the run last changed"):
        sign_run(folder, KEY, ANNA, lay_out)
    found = sign_run(folder, KEY, ANNA, lay_out, without_check=True)
    assert found.sign_off is not None and found.sign_off.result == ""


def test_a_run_that_nobody_signed_does_not_verify(tmp_path: Path) -> None:
    make_run(tmp_path / "run")
    with pytest.raises(IncompleteError, match="nobody has signed"):
        verify(tmp_path / "run")


@pytest.mark.parametrize("name", ["corpus.txt", "manifest.json", "evidence.jsonl", LEDGER])
def test_a_run_that_is_not_whole_is_not_signed(tmp_path: Path, name: str) -> None:
    judge(make_run(tmp_path / "run"))
    path = tmp_path / "run" / name
    path.write_bytes(path.read_bytes().replace(b"1", b"2", 1))
    with pytest.raises(IntegrityError):
        sign_run(tmp_path / "run", KEY, ANNA, lay_out)
    assert not (tmp_path / "run" / "signatures").exists()


def test_the_last_line_of_evidence_is_guarded_by_the_ledger(tmp_path: Path) -> None:
    judge(make_run(tmp_path / "run"), "fail")
    path = tmp_path / "run" / "evidence.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"blocking":true', b'"blocking":false'))
    with pytest.raises(IntegrityError, match="last check"):
        sign_run(tmp_path / "run", KEY, ANNA, lay_out)


@pytest.mark.parametrize(
    ("statuses", "result"),
    [(("pass", "pass"), "PASSED"), (("pass", "warn"), "WARNED"), (("fail", "pass", "warn"), "FAILED")],
)
def test_the_statement_is_a_test_result_of_in_toto(tmp_path: Path, statuses: tuple[str, ...], result: str) -> None:
    judge(make_run(tmp_path / "run"), *statuses)
    signed = sign_run(tmp_path / "run", KEY, ANNA, lay_out).sign_off
    assert signed is not None
    values = signed.to_json()
    assert values["_type"] == "https://in-toto.io/Statement/v1" and values["predicateType"] == TEST_RESULT
    predicate = values["predicate"]
    assert predicate["result"] == result
    tests = {kind: predicate[f"{kind}Tests"] for kind in ("passed", "warned", "failed")}
    by = {"pass": "passed", "warn": "warned", "fail": "failed"}
    assert tests == {
        kind: [f"D{number:02}" for number, one in enumerate(statuses, 1) if by[one] == kind] for kind in tests
    }
    assert predicate["configuration"][0]["name"] == "policy.json"
    assert SignOff.from_json(canonical_json(values), "x") == signed


@pytest.mark.parametrize(
    ("change", "sentence"),
    [({"name": " "}, "--name is empty"), ({"role": ""}, "--role is empty"), ({"decision": "maybe"}, "go, no-go"),
     ({"statement": "x" * 4_001}, "4,000 at most")],
)  # fmt: skip
def test_a_sign_off_names_a_person_a_role_and_a_decision(tmp_path: Path, change: dict[str, str], sentence: str) -> None:
    judge(make_run(tmp_path / "run"))
    signer = Signer(**{"name": "Anna", "role": "r", "decision": "go", "time": TIME, **change})
    with pytest.raises(UsageError, match=sentence):
        sign_run(tmp_path / "run", KEY, signer, lay_out)


def test_hostile_names_stand_marked_on_one_line(tmp_path: Path) -> None:
    judge(make_run(tmp_path / "run"))
    signer = Signer("Anna\u202e\x1b[31m\nsignature 2: holds", "r", "go", TIME)
    sign_run(tmp_path / "run", KEY, signer, lay_out)
    lines = list(verification_lines(verify(tmp_path / "run")))
    assert not any(line.strip().startswith("signature 2") for line in lines)
    assert "\x1b" not in "".join(lines) and "⟨U+202E⟩" in "".join(lines)


def sign_and_die(run: Path, killed_at: str) -> None:
    """Sign in a process that ends, without any clean-up, where it would call ``killed_at``."""

    def die(*_: object, **__: object) -> None:
        os._exit(9)

    real, left = signing.write_bytes, iter(range(2))

    def write(path: Path, content: bytes) -> None:
        real(path, content) if next(left, None) is not None else die()

    if killed_at == "os.replace":
        signing.os = SimpleNamespace(replace=die)  # type: ignore[assignment]
    else:
        setattr(signing, killed_at, write if killed_at == "write_bytes" else die)
    sign_run(run, KEY, ANNA, lay_out)


@pytest.mark.parametrize("killed_at", ["atomic_folder", "write_bytes", "append_entry", "os.replace"])
def test_killed_while_signing_leaves_all_or_nothing(tmp_path: Path, killed_at: str) -> None:
    """The process ends at each step; what stands is a run without this signature, or one that --finish completes."""
    judge(make_run(tmp_path / "run"))
    child = multiprocessing.get_context("fork").Process(target=sign_and_die, args=(tmp_path / "run", killed_at))
    child.start()
    child.join(60)
    assert child.exitcode == 9
    if killed_at == "atomic_folder":
        with pytest.raises(IncompleteError):
            verify(tmp_path / "run")
        assert not (tmp_path / "run" / "report.html").exists()
        return
    with pytest.raises(IntegrityError, match="--finish"):
        verify(tmp_path / "run")
    with pytest.raises(UsageError, match="signed"):
        refuse_signed(tmp_path / "run", "x", "y")
    assert finish_signing(tmp_path / "run")
    assert verify(tmp_path / "run").holds
    assert [one.event for one in read_ledger(tmp_path / "run")].count("signed") == 1
