"""What holds of every page that the tool makes: checked by a parser that is not ours.

Takes the bytes of a page; gives a list of what is wrong. Python 3 standard library only.
"""
import base64
import hashlib
import re
import unicodedata
from html.parser import HTMLParser

VOID = {"meta", "br", "input"}
HTML = {"html", "head", "title", "style", "script", "body", "a", "header", "p", "span", "h1", "h2",
        "h3", "nav", "ul", "li", "main", "section", "div", "dl", "dt", "dd", "table", "caption",
        "thead", "tbody", "tfoot", "tr", "th", "td", "figure", "figcaption", "details", "summary",
        "article", "code", "bdi", "pre", "label", "select", "option", "footer", "strong"} | VOID
SVG = {"svg", "title", "desc", "rect", "path", "line", "text", "tspan", "g"}
ATTRIBUTES = {"class", "id", "lang", "charset", "http-equiv", "content", "name", "href", "role",
              "aria-label", "aria-hidden", "tabindex", "scope", "colspan", "hidden", "value",
              "type", "placeholder", "autocomplete", "title", "data-change", "data-was", "data-now",
              "width", "height", "viewbox", "preserveaspectratio", "x", "y", "x1", "x2", "y1", "y2",
              "dx", "d", "transform", "text-anchor"}


class Parser(HTMLParser):
    """Collects elements with their attributes, and what is wrong with how they nest."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.problems = []
        self.open = []       # (tag, attributes, tags of children)
        self.elements = []   # (tag, attributes, names of the elements around)
        self.text = []
        self.raw = {"style": [], "script": []}
        self.finished = []   # (tag, attributes, tags of children)

    def wrong(self, text):
        self.problems.append(f"line {self.getpos()[0]}: {text}")

    def handle_starttag(self, tag, attrs):
        around = [name for name, _, _ in self.open]
        in_svg = "svg" in around
        if tag not in (SVG if in_svg else HTML | {"svg"}):
            self.wrong(f"<{tag}> is not among the elements of our pages")
        if len({name for name, _ in attrs}) != len(attrs):
            self.wrong(f"<{tag}> has an attribute twice")
        for name, value in attrs:
            if name not in ATTRIBUTES:
                self.wrong(f"attribute {name} of <{tag}>")
            if name == "href" and not (value or "").startswith("#"):
                self.wrong(f"a link to {value!r}")
        if self.open:
            self.open[-1][2].append(tag)
        self.elements.append((tag, dict(attrs), around))
        if tag not in VOID:
            self.open.append((tag, dict(attrs), []))

    def handle_endtag(self, tag):
        if not self.open or self.open[-1][0] != tag:
            self.wrong(f"</{tag}> where {self.open[-1][0] if self.open else 'nothing'} is open")
            return
        self.finished.append(self.open.pop())

    def handle_startendtag(self, tag, attrs):
        self.wrong(f"<{tag}/>: HTML has no such thing")

    def handle_data(self, data):
        inside = self.open[-1][0] if self.open else None
        if inside in self.raw:
            self.raw[inside].append(data)
        else:
            self.text.append(data)

    def handle_comment(self, data):
        self.wrong(f"a comment: {data[:40]!r}")

    def handle_pi(self, data):
        self.wrong("a processing instruction")

    def unknown_decl(self, data):
        self.wrong("a declaration")


def policy_of(parser):
    for tag, attributes, _ in parser.elements:
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy":
            return attributes["content"]
    return ""


def check_policy(parser):
    policy = policy_of(parser)
    if not policy.startswith("default-src 'none'; "):
        yield "the Content-Security-Policy does not begin by allowing nothing"
    if "unsafe" in policy or "data:" in policy or "*" in policy:
        yield f"the policy allows too much: {policy}"
    for tag in "style", "script":
        texts = parser.raw[tag]
        if len(texts) != 1:
            yield f"{len(texts)} <{tag}> with contents, expected one"
            continue
        digest = base64.b64encode(hashlib.sha256(texts[0].encode()).digest()).decode()
        if f"{tag}-src 'sha256-{digest}'" not in policy:
            yield f"the policy does not have the hash of <{tag}>"
    style = "".join(parser.raw["style"])
    if re.search(r"@import|url\(|@font-face", style):
        yield "the stylesheet loads something"


def check_access(parser):
    """What people need who do not see the page, or use no mouse."""
    ids = [attributes["id"] for _, attributes, _ in parser.elements if "id" in attributes]
    for name in {name for name in ids if ids.count(name) > 1}:
        yield f"id {name} is there twice"
    for tag, attributes, around in parser.elements:
        if tag == "a" and attributes["href"][1:] not in ids:
            yield f"a link to {attributes['href']}, which is not there"
        if tag in ("select", "input") and "label" not in around:
            yield f"<{tag}> without a label"
        if tag == "svg" and "svg" not in around and attributes.get("role") != "img" \
                and attributes.get("aria-hidden") != "true":
            yield "an <svg> that is neither described nor hidden"
    for tag, attributes, children in parser.finished:
        if tag == "svg" and attributes.get("role") == "img" and children[:2] != ["title", "desc"]:
            yield "an <svg> without title and description"
        if tag == "table" and children[:1] != ["caption"]:
            yield "a <table> without caption"
    headings = [int(tag[1]) for tag, _, _ in parser.elements if re.fullmatch("h[1-6]", tag)]
    if headings[:1] != [1] or headings.count(1) != 1:
        yield "not exactly one <h1>, at the beginning"
    if any(after > before + 1 for before, after in zip(headings, headings[1:])):
        yield "a level of headings is left out"


def check_characters(page):
    for number, line in enumerate(page.split("\n"), 1):
        for character in line:
            if unicodedata.category(character) in ("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp") \
                    and character != "\t":
                yield f"line {number}: U+{ord(character):04X}"
                break


def parse(data):
    parser = Parser()
    parser.feed(data.decode("utf-8"))
    parser.close()
    return parser


def problems(data):
    try:
        page = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return [f"not UTF-8: {error}"]
    parser = parse(data)
    found = list(parser.problems)
    if parser.open:
        found.append(f"left open: {[tag for tag, _, _ in parser.open]}")
    if not page.startswith("<!DOCTYPE html>"):
        found.append("no doctype")
    if re.search(r"https?:|//[a-z]", re.sub(r"(?m)^\s*//.*$", "", page)):
        found.append("an address of the network")
    for check in check_policy, check_access:
        found += check(parser)
    found += check_characters(page)
    return found
