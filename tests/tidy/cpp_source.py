"""As much of C++ as the checks need: where comments and literals are, and where functions end.

Takes the lines of a file and gives lines or line numbers back. It follows braces, not grammar: good
enough for code that clang-format laid out.
"""

import re

TOKEN = re.compile(
    r'(?P<raw>R"(?P<tag>[^(\s]{0,16})\(.*?\)(?P=tag)")'
    r'|(?P<line>//[^\n]*)'
    r'|(?P<block>/\*.*?\*/)'
    r'|(?P<string>"(?:\\.|[^"\\\n])*")'
    # An apostrophe between digits separates thousands.
    r"|(?P<char>(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+')",
    re.S)

CONTAINER = re.compile(
    r"^(template\s*<.*>\s*)?(inline\s+)?(typedef\s+)?(class|struct|union|enum|namespace|extern)\b",
    re.S)
ACCESS = re.compile(r"\s*(public|private|protected)\s*")
# After a parameter list, a single colon starts the initialisers of a constructor.
INITIALISERS = re.compile(r"\)[^)]*?(?<!:):(?!:)", re.S)


def blank_literals(lines, keep_comments=False):
    """The lines without the contents of strings, characters and, unless kept, comments. A kept
    comment, of either kind, becomes // on each of its lines."""

    def replace(match):
        breaks = match.group(0).count("\n")
        if match.group("line") is not None or match.group("block") is not None:
            mark = "//" if keep_comments else ""
            return mark + ("\n" + mark) * breaks
        return '""' + "\n" * breaks

    return TOKEN.sub(replace, "\n".join(lines)).split("\n")


def without_preprocessor(lines):
    kept = []
    continued = False
    for line in lines:
        directive = continued or line.lstrip().startswith("#")
        continued = directive and line.endswith("\\")
        kept.append("" if directive else line)
    return kept


def classify(head):
    """What the brace after `head` (the text since the last statement) opens: a container, whose
    contents are looked at, a function, or a value."""
    head = re.sub(r"^(\[\[.*?\]\]\s*)+", "", head.strip())
    if CONTAINER.match(head):
        # `struct Pair Make() {` is a function; `struct alignas(8) Pair {` is not.
        return "function" if re.search(r"\)\s*(const|noexcept)?$", head) else "container"
    if ")" not in head or head.endswith(("=", ",", "(", "return")):
        return "value"
    if INITIALISERS.search(head) and head[-1] not in ")}":
        return "value"
    return "function"


def function_spans(lines):
    """(first, last) line numbers, from the signature to the closing brace, of every function that
    is not inside another one."""
    text = "\n".join(without_preprocessor(blank_literals(lines)))
    spans = []
    stack = []  # (kind, line of the signature, head before the brace)
    head = ""
    head_line = line = 1
    for char in text:
        if not head.strip() and not char.isspace():
            head, head_line = "", line
        if char == "\n":
            line += 1
        inside = any(kind == "function" for kind, _, _ in stack)
        if char == "{":
            kind = "value" if inside else classify(head)
            stack.append((kind, head_line, head))
            head = ""
        elif char == "}" and stack:
            kind, first, before = stack.pop()
            if kind == "function":
                spans.append((first, line))
            # What follows a braced value belongs to the same statement.
            head = before + "}" if kind == "value" else ""
            head_line = first if kind == "value" else line
        elif char == ";" or (char == ":" and ACCESS.fullmatch(head)):
            head = ""
        else:
            head += char
    return spans
