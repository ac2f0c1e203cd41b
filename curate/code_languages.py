"""The programming language of a file: by its name, its first line, or its content where nothing else tells."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

# language: extensions. What two languages share stands in AMBIGUOUS.
PROGRAMMING: dict[str, tuple[str, ...]] = {
    "Ada": (".adb", ".ads"),
    "Assembly": (".asm", ".nasm"),
    "C": (".c",),
    "C#": (".cs", ".csx"),
    "C++": (".cpp", ".cc", ".cxx", ".hpp", ".hh", ".hxx", ".ipp", ".tpp"),
    "CMake": (".cmake",),
    "CUDA": (".cu", ".cuh"),
    "Clojure": (".clj", ".cljs", ".cljc"),
    "CoffeeScript": (".coffee",),
    "Common Lisp": (".lisp", ".lsp"),
    "D": (".di",),
    "Dart": (".dart",),
    "Dockerfile": (".dockerfile",),
    "Elixir": (".ex", ".exs"),
    "Elm": (".elm",),
    "Emacs Lisp": (".el",),
    "Erlang": (".erl", ".hrl"),
    "F#": (".fsi", ".fsx"),
    "Fortran": (".f90", ".f95", ".f03", ".f08", ".for"),
    "Go": (".go",),
    "Groovy": (".groovy", ".gradle"),
    "Haskell": (".hs", ".lhs"),
    "Java": (".java",),
    "JavaScript": (".js", ".mjs", ".cjs", ".jsx"),
    "Julia": (".jl",),
    "Kotlin": (".kt", ".kts"),
    "Lua": (".lua",),
    "Makefile": (".mk", ".mak"),
    "Nim": (".nim",),
    "Nix": (".nix",),
    "OCaml": (".mli",),
    "PHP": (".php", ".phtml"),
    "Pascal": (".pas", ".dpr"),
    "Perl": (".pm", ".plx"),
    "PowerShell": (".ps1", ".psm1", ".psd1"),
    "Python": (".py", ".pyi", ".pyw", ".pyx", ".pxd"),
    "R": (".r",),
    "Racket": (".rkt",),
    "Ruby": (".rb", ".rake", ".gemspec"),
    "Rust": (".rs",),
    "SQL": (".sql",),
    "Scala": (".scala", ".sbt"),
    "Scheme": (".scm", ".ss"),
    "Shell": (".sh", ".bash", ".zsh", ".ksh", ".fish"),
    "Solidity": (".sol",),
    "Swift": (".swift",),
    "SystemVerilog": (".sv", ".svh"),
    "Tcl": (".tcl",),
    "Terraform": (".tf",),
    "TypeScript": (".tsx", ".mts", ".cts"),
    "VHDL": (".vhd", ".vhdl"),
    "Verilog": (".vh",),
    "Visual Basic": (".vb", ".bas"),
    "WebAssembly": (".wat",),
    "Zig": (".zig",),
}
MARKUP: dict[str, tuple[str, ...]] = {
    "CSS": (".css", ".scss", ".sass", ".less"),
    "HTML": (".html", ".htm", ".xhtml"),
    "Svelte": (".svelte",),
    "TeX": (".tex", ".sty"),
    "Vue": (".vue",),
}
DATA: dict[str, tuple[str, ...]] = {
    "INI": (".ini", ".cfg"),
    "JSON": (".json",),
    "TOML": (".toml",),
    "XML": (".xml", ".xsd", ".xsl"),
    "YAML": (".yaml", ".yml"),
}
LANGUAGES = tuple(sorted({*PROGRAMMING, *MARKUP, *DATA, "Coq", "MATLAB", "Objective-C", "Prolog"}))
_BY_SUFFIX = {
    suffix: name for table in (PROGRAMMING, MARKUP, DATA) for name, found in table.items() for suffix in found
}
_BY_NAME = {
    "cmakelists.txt": "CMake",
    "dockerfile": "Dockerfile",
    "containerfile": "Dockerfile",
    "gemfile": "Ruby",
    "rakefile": "Ruby",
    "vagrantfile": "Ruby",
    "makefile": "Makefile",
    "gnumakefile": "Makefile",
    "jenkinsfile": "Groovy",
    "sconstruct": "Python",
    "wscript": "Python",
    ".bashrc": "Shell",
    ".profile": "Shell",
}
_INTERPRETERS = {
    "bash": "Shell", "dash": "Shell", "fish": "Shell", "ksh": "Shell", "sh": "Shell", "zsh": "Shell",
    "deno": "TypeScript", "elixir": "Elixir", "escript": "Erlang", "groovy": "Groovy", "julia": "Julia",
    "lua": "Lua", "make": "Makefile", "node": "JavaScript", "nodejs": "JavaScript", "ocaml": "OCaml", "perl": "Perl",
    "php": "PHP", "pwsh": "PowerShell", "pypy": "Python", "python": "Python", "racket": "Racket", "rscript": "R",
    "ruby": "Ruby", "runhaskell": "Haskell", "swift": "Swift", "tclsh": "Tcl",
}  # fmt: skip
# suffix: languages that use it, each with a line that only it has; the last one where none is found.
AMBIGUOUS: dict[str, tuple[tuple[str, str], ...]] = {
    ".d": (("Makefile", r"^[^\s:]{1,200}\.o:"), ("D", r"")),
    ".f": (("Fortran", r"(?i)^[cC*!]|^[ \t]*(?:subroutine|program|integer|real)\b"), ("Fortran", r"")),
    ".fs": (("F#", r"^[ \t]*(?:let|open|module|namespace|type)\s"), ("F#", r"")),
    ".h": (
        ("Objective-C", r"^[ \t]*@(?:interface|protocol|property|class|end)\b|^#import\b"),
        ("C++", r"^[ \t]*(?:class \w|template ?<|namespace \w|using \w|public:|private:|virtual )|\bstd::"),
        ("C", r""),
    ),
    ".m": (
        ("Objective-C", r"^[ \t]*@(?:interface|implementation|protocol|property|end)\b|^#import\b"),
        ("MATLAB", r""),
    ),
    ".ml": (("OCaml", r""),),
    ".pl": (("Prolog", r"^:-|^[a-z]\w{0,60}\([^)]{0,200}\)\s*:-"), ("Perl", r"")),
    ".s": (("Assembly", r""),),
    ".ts": (("XML", r"^[ \t]*<(?:\?xml|!DOCTYPE TS|TS)\b"), ("TypeScript", r"")),
    ".v": (("Coq", r"^[ \t]*(?:Theorem|Lemma|Require|Proof)\b"), ("Verilog", r"")),
}
_HEAD = 20_000
_SIGNS: dict[str, tuple[str, ...]] = {
    "C": (
        r'^#include[ \t]*[<"]',
        r"^[ \t]*(?:static )?(?:int|void|char|double|struct \w+)[ \t]+\**\w+[ \t]*\(",
        r"^#(?:define|if\w*)[ \t]",
    ),
    "C++": (r"^#include[ \t]*<(?:iostream|vector|string|map|memory)>", r"\bstd::\w", r"^[ \t]*template[ \t]*<"),
    "Go": (r"^package \w+$", r"^func (?:\(\w+ \*?\w+\) )?\w+\(", r"^import (?:\(|\")"),
    "Java": (
        r"^package [\w.]+;",
        r"^import (?:static )?[\w.]+\*?;",
        r"^[ \t]*(?:public|private|protected) (?:static |final )*\w",
    ),
    "JavaScript": (
        r"^[ \t]*(?:const|let|var) \w+ = ",
        r"\bfunction[ \t]*\w*\(|=> \{",
        r"\b(?:require\(|module\.exports|console\.log\()",
    ),
    "PHP": (r"<\?php", r"^[ \t]*\$\w+ = ", r"^[ \t]*(?:public |private )?function \w+\("),
    "Python": (
        r"^[ \t]*(?:async )?def \w+\(.{0,200}\)(?: -> .{1,80})?:$",
        r"^(?:import [\w.]+|from [\w.]+ import )",
        r"^[ \t]*(?:if|for|while|with|class|elif|except) .{1,200}:$",
    ),
    "Ruby": (r"^[ \t]*def \w+[?!]?(?:\(.{0,200}\))?$", r"^[ \t]*end$", r"^require ['\"]|\bdo \|\w"),
    "Rust": (r"^[ \t]*(?:pub )?fn \w+", r"^use (?:std|crate|super)::", r"^[ \t]*(?:let mut |impl\b|#\[derive\()"),
    "Shell": (
        r"^[ \t]*(?:if \[|then$|fi$|done$|esac$)",
        r"^[ \t]*(?:export \w+=|echo |set -[eux])",
        r"\$\{?\w+\}?.{0,100}\|",
    ),
    "SQL": (
        r"(?i:^[ \t]*create (?:table|index|view)\b)",
        r"(?i:^[ \t]*(?:select|insert into|update)\b)",
        r"(?i:^[ \t]*(?:from|where|group by|values)\b)",
    ),
}
_COMPILED = {name: tuple(re.compile(sign, re.MULTILINE) for sign in signs) for name, signs in _SIGNS.items()}


def language_of_name(name: str, text: str = "") -> str:
    """The language that a file's name tells, with the help of its text where two languages share an ending; else ""."""
    path = PurePosixPath(name.replace("\\", "/"))
    if path.name.lower() in _BY_NAME:
        return _BY_NAME[path.name.lower()]
    suffix = path.suffix.lower()
    if suffix not in AMBIGUOUS:
        return _BY_SUFFIX.get(suffix, "")
    head = text[:_HEAD]
    return next(language for language, sign in AMBIGUOUS[suffix] if re.search(sign, head, re.MULTILINE))


def language_of_shebang(text: str) -> str:
    """The language of the interpreter that the first line names (``#!/usr/bin/env python3``); else ""."""
    if not text.startswith("#!"):
        return ""
    words = text[2:200].split("\n", 1)[0].split()
    if words and words[0].endswith("/env"):
        words = [word for word in words[1:] if not word.startswith("-") and "=" not in word]
    name = re.match(r"[A-Za-z]*", words[0].rsplit("/", 1)[-1]) if words else None
    return _INTERPRETERS.get(name[0].lower(), "") if name else ""


def language_of_content(text: str) -> str:
    """The language whose typical lines stand in the text: at least two kinds of them, and more than of any other."""
    head = text[:_HEAD]
    scores = sorted(_scores(head), reverse=True)
    if not scores or (len(scores) > 1 and scores[0][:2] == scores[1][:2]):
        return ""
    kinds, lines, name = scores[0]
    return name if kinds >= 2 and lines >= 3 else ""


def code_language(name: str, text: str) -> str:
    """The language of a file by name, then first line, then content; "" for what is no code."""
    return language_of_name(name, text) or language_of_shebang(text) or ("" if name else language_of_content(text))


def _scores(head: str) -> Iterator[tuple[int, int, str]]:
    for name, signs in _COMPILED.items():
        counts = [sum(1 for _ in zip(sign.finditer(head), range(5), strict=False)) for sign in signs]
        kinds = sum(count > 0 for count in counts)
        if kinds >= 2:
            yield kinds, sum(counts), name
