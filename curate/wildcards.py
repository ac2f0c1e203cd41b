"""Patterns with ``*`` (any run of characters) and, on demand, a ``$`` at the end, matched in bounded time."""


def matches(pattern: str, text: str, anchored: bool = True) -> bool:
    """Whether the whole of ``text`` (``anchored``), or a start of it, fits ``pattern``; case counts.

    Every piece between stars is looked for at its first place only, which is right because a star may stand for
    anything. At most ``len(pattern) * len(text)`` comparisons, whatever the pattern.

    >>> matches("wiki*", "wikipedia/en"), matches("*.org", "example.com"), matches("/a*b", "/axxbc", anchored=False)
    (True, False, True)
    """
    first, *rest = pattern.split("*")
    if not text.startswith(first):
        return False
    if not rest:
        return not anchored or text == pattern
    position = len(first)
    *middle, last = rest
    for piece in middle if anchored else rest:
        found = text.find(piece, position)
        if found < 0:
            return False
        position = found + len(piece)
    return not anchored or (len(text) - len(last) >= position and text.endswith(last))
