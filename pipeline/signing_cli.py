"""Commands of signed evidence: keys, sign, verify, bundle, ledger, sign-model."""

from pathlib import Path
from typing import Annotated

import typer

from .app import Json, Quiet, Run, app

Passphrase = Annotated[
    Path | None,
    typer.Option("--passphrase-file", help="A file whose first line is the key's passphrase [default: ask]."),
]
keys_app = typer.Typer(no_args_is_help=True, help="Make keys to sign with.")
app.add_typer(keys_app, name="keys")


@keys_app.command()
def new(
    path: Annotated[Path, typer.Argument(help="The private key's file; the public one is written beside it as .pub.")],
    passphrase: Annotated[bool, typer.Option("--passphrase", help="Ask for a passphrase that locks the key.")] = False,
    passphrase_file: Passphrase = None,
    model: Annotated[
        bool, typer.Option("--model", help="A key on P-256 for 'headwater sign-model' in place of Ed25519.")
    ] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Make a key: Ed25519, readable by you alone; an existing file is never overwritten."""
    from . import signing_command

    signing_command.make_key(path, passphrase, passphrase_file, model=model, json=json, quiet=quiet)


@app.command()
def sign(
    run: Run,
    key: Annotated[Path | None, typer.Option("--key", "-k", help="Your private key (PEM).")] = None,
    name: Annotated[str, typer.Option("--name", help="Who signs.")] = "",
    role: Annotated[str, typer.Option("--role", help="In which role.")] = "",
    decision: Annotated[str, typer.Option("--decision", help="go, no-go or reviewed.")] = "",
    statement: Annotated[str, typer.Option("--statement", help="A sentence that is signed along.")] = "",
    time: Annotated[str | None, typer.Option("--time", help="When, in ISO 8601 [default: now].")] = None,
    without_check: Annotated[bool, typer.Option("--without-check", help="Sign a run that nobody has judged.")] = False,
    bundle: Annotated[Path | None, typer.Option("--bundle", help="Write the signed bundle to this file too.")] = None,
    passphrase_file: Passphrase = None,
    finish: Annotated[
        bool, typer.Option("--finish", help="Only put in place what an interrupted signing left.")
    ] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Sign a judged run: a name, a role and a decision over all of its evidence; a later change voids it."""
    from . import signing_command

    given = signing_command.Given(key, name, role, decision, statement, time, passphrase_file)
    if finish:
        return signing_command.finish(run, json=json, quiet=quiet)
    signing_command.sign(run, given, bundle, without_check=without_check, json=json, quiet=quiet)


@app.command()
def verify(
    target: Annotated[
        Path, typer.Argument(help="A bundle, a signed run folder, or with --signature a model's folder.")
    ],
    key: Annotated[
        list[Path] | None, typer.Option("--key", "-k", help="A signer's public key, known from elsewhere; repeatable.")
    ] = None,
    head: Annotated[str | None, typer.Option("--head", help="A hash of the ledger that was kept elsewhere.")] = None,
    model_key: Annotated[
        Path | None, typer.Option("--model-key", help="The public key of the model's signature.")
    ] = None,
    signature: Annotated[
        Path | None, typer.Option("--signature", help="Verify a model's folder against this signature.")
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Verify a bundle or a signed run, offline; exit code 4 if any byte was changed."""
    from . import signing_command

    if signature is not None:
        return signing_command.verify_checkpoint(target, signature, model_key, json=json, quiet=quiet)
    signing_command.verify_target(target, key or [], head, model_key, json=json, quiet=quiet)


@app.command()
def bundle(
    run: Run,
    out: Annotated[Path, typer.Option("--out", "-o", help="The file to write, such as release.zip.")],
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Pack what a reviewer needs of a signed run into one file: report, evidence, signatures; no data, no weights."""
    from . import signing_command

    signing_command.write_bundle(run, out, json=json, quiet=quiet)


@app.command()
def ledger(
    run: Run,
    head: Annotated[
        bool, typer.Option("--head", help="Print only the hash of the last entry, to keep elsewhere.")
    ] = False,
    json: Json = False,
) -> None:
    """Print what happened to a run, in order; the chain is checked on the way."""
    from . import signing_command

    signing_command.print_ledger(run, head, json=json)


@app.command("sign-model")
def sign_model(
    target: Annotated[Path, typer.Argument(help="A run folder, or the folder of a checkpoint.")],
    key: Annotated[Path, typer.Option("--key", "-k", help="A private key on P-256, P-384 or P-521 (PEM).")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="The signature [default: beside the checkpoint, with .sig].")
    ] = None,
    passphrase_file: Passphrase = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Sign a model's files in the OpenSSF Model Signing format, which other tools verify too."""
    from . import signing_command

    signing_command.sign_checkpoint(target, key, out, passphrase_file, json=json, quiet=quiet)
