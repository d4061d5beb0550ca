// Diagnostics word for word: carets, windows, escapes, order, bounds; and the nearest word.
#include <doctest/doctest.h>
#include <ringfence/limits.h>

#include <sstream>
#include <string>

#include "base/diagnostic.h"

namespace ringfence {
namespace {

std::string RenderAt(std::string_view text, size_t offset, size_t length) {
  Diagnostics diagnostics;
  diagnostics.Error("f", SpanAt(text, offset, length), "m");
  return diagnostics.Render(text);
}

// The lines after the first, which is the same everywhere.
std::string Below(const std::string& rendered) { return rendered.substr(rendered.find('\n') + 1); }

TEST_CASE("one diagnostic, whole") {
  const std::string_view text =
      "{\n"
      "  \"when\": \"callee.folows(caller)\"\n"
      "}\n";
  Diagnostics diagnostics;
  diagnostics.Error(
      "policy.json", SpanAt(text, text.find("callee"), 21), "unknown fact 'callee.folows(caller)'",
      "a fact of catalog 1",
      DidYouMean("callee.folows(caller)", {"callee.blocks(caller)", "callee.follows(caller)"}));
  CHECK(diagnostics.Render(text) ==
        "policy.json:2:12: error: unknown fact 'callee.folows(caller)'\n"
        "  \"when\": \"callee.folows(caller)\"\n"
        "           ^~~~~~~~~~~~~~~~~~~~~\n"
        "  expected: a fact of catalog 1\n"
        "  hint: did you mean 'callee.follows(caller)'?\n");
}

TEST_CASE("colours change nothing but the colours") {
  Diagnostics diagnostics;
  diagnostics.Error("f", SpanAt("abc", 1, 1), "m");
  diagnostics.Warning("f", SpanAt("abc", 2, 1), "n");
  const std::string colored = diagnostics.Render("abc", true);
  CHECK(colored ==
        "\x1b[1mf:1:2: \x1b[0m\x1b[1;31merror: \x1b[0mm\nabc\n \x1b[32m^\x1b[0m\n"
        "\x1b[1mf:1:3: \x1b[0m\x1b[1;35mwarning: \x1b[0mn\nabc\n  \x1b[32m^\x1b[0m\n");
}

TEST_CASE("without a place there is no source line") {
  Diagnostics diagnostics;
  diagnostics.Warning("f", {}, "m", "e", "h");
  CHECK(diagnostics.Render("text") == "f: warning: m\n  expected: e\n  hint: h\n");
  CHECK_FALSE(diagnostics.HasErrors());
}

TEST_CASE("carets at the edges") {
  CHECK(RenderAt("abc", 0, 3) == "f:1:1: error: m\nabc\n^~~\n");
  CHECK(RenderAt("abc", 3, 0) == "f:1:4: error: m\nabc\n   ^\n");
  CHECK(RenderAt("abc", 99, 99) == "f:1:4: error: m\nabc\n   ^\n");
  CHECK(RenderAt("", 0, 0) == "f:1:1: error: m\n\n^\n");
  CHECK(RenderAt("abc\r\ndef\r\n", 5, 3) == "f:2:1: error: m\ndef\n^~~\n");
  CHECK(RenderAt("abc\r\ndef", 1, 6) == "f:1:2: error: m\nabc\n ^~\n");  // to the line's end
  CHECK(RenderAt("abc\ndef", 3, 1) == "f:1:4: error: m\nabc\n   ^\n");   // the newline itself
  CHECK(RenderAt("abc\n", 4, 0) == "f:2:1: error: m\n\n^\n");            // after the last one
}

TEST_CASE("columns count code points, and escapes move the caret") {
  CHECK(RenderAt("\xC3\xA9\xF0\x9F\x98\x80z", 6, 1) ==
        "f:1:3: error: m\n\xC3\xA9\xF0\x9F\x98\x80z\n  ^\n");
  CHECK(RenderAt("\tab", 1, 1) == "f:1:2: error: m\n ab\n ^\n");
  CHECK(RenderAt(std::string_view("a\0b", 3), 2, 1) == "f:1:3: error: m\na\\x00b\n     ^\n");
  CHECK(RenderAt("a\xFF\xFEz", 1, 2) == "f:1:2: error: m\na\\xFF\\xFEz\n ^~~~~~~~\n");
  CHECK(RenderAt("\x1b[2J\xE2\x80\xAE", 0, 1) ==
        "f:1:1: error: m\n\\x1B[2J\\xE2\\x80\\xAE\n^~~~\n");
}

TEST_CASE("nothing in a message reaches the terminal unescaped") {
  Diagnostics diagnostics;
  diagnostics.Error("f\x1b", {}, "m\n\x07", "e\x9B", "h\t");
  CHECK(diagnostics.Render("") ==
        "f\\x1B: error: m\\x0A\\x07\n  expected: e\\x9B\n  hint: h\\x09\n");
}

TEST_CASE("long lines are shown around the span in at most 100 columns") {
  const std::string hundred(100, 'a');
  CHECK(Below(RenderAt(hundred, 99, 1)) == hundred + "\n" + std::string(99, ' ') + "^\n");

  const std::string left = "X" + std::string(500, 'b');
  CHECK(Below(RenderAt(left, 0, 1)) == "X" + std::string(93, 'b') + "...\n^\n");

  const std::string right = std::string(500, 'a') + "X";
  CHECK(Below(RenderAt(right, 500, 1)) ==
        "..." + std::string(93, 'a') + "X\n" + std::string(96, ' ') + "^\n");

  const std::string middle = std::string(5000, 'a') + "XYZ" + std::string(5000, 'b');
  CHECK(Below(RenderAt(middle, 5000, 3)) == "..." + std::string(45, 'a') + "XYZ" +
                                                std::string(46, 'b') + "...\n" +
                                                std::string(48, ' ') + "^~~\n");

  const std::string wide = "a" + std::string(5000, 'X') + "b";  // a span wider than the window
  CHECK(Below(RenderAt(wide, 1, 5000)) ==
        "..." + std::string(94, 'X') + "...\n   ^" + std::string(93, '~') + "\n");
}

TEST_CASE("windows are at most 100 columns wherever the span is, in any script") {
  std::string text;
  for (int i = 0; i < 400; ++i) text += i % 3 == 0 ? "\xF0\x9F\x98\x80" : i % 3 == 1 ? "\x01" : "y";
  for (size_t offset = 0; offset <= text.size(); ++offset) {
    std::istringstream lines(Below(RenderAt(text, offset, 7)));
    std::string source, caret;
    std::getline(lines, source);
    std::getline(lines, caret);
    size_t columns = 0;
    for (const char c : source) columns += (c & 0xC0) != 0x80;
    REQUIRE(columns <= 100);
    REQUIRE(caret.size() <= 101);
    REQUIRE(caret.find('^') != std::string::npos);
  }
}

TEST_CASE("diagnostics come by offset, equal ones in the order added") {
  Diagnostics diagnostics;
  diagnostics.Error("f", SpanAt("abc", 2, 1), "third");
  diagnostics.Warning("f", SpanAt("abc", 0, 1), "first");
  diagnostics.Error("f", SpanAt("abc", 0, 1), "second");
  REQUIRE(diagnostics.items().size() == 3);
  CHECK(diagnostics.items()[0].message == "first");
  CHECK(diagnostics.items()[1].message == "second");
  CHECK(diagnostics.items()[2].message == "third");
  CHECK(diagnostics.errors() == 2);
  CHECK(diagnostics.warnings() == 1);
}

TEST_CASE("what is beyond the limit is counted, and errors displace warnings") {
  Diagnostics diagnostics;
  for (size_t i = 0; i < kMaxDiagnostics; ++i) diagnostics.Warning("f", {}, "w");
  CHECK(diagnostics.Render("").find("not shown") == std::string::npos);
  CHECK_FALSE(diagnostics.full());
  diagnostics.Warning("f", {}, "late");
  CHECK(diagnostics.items().back().message == "w");
  diagnostics.Error("f", {}, "the error");
  CHECK(diagnostics.items().size() == kMaxDiagnostics);
  CHECK(diagnostics.items().back().message == "the error");
  CHECK(diagnostics.Render("").ends_with("f: error: the error\n2 more warnings not shown\n"));

  for (size_t i = 0; i < kMaxDiagnostics; ++i) diagnostics.Error("f", {}, "e");
  CHECK(diagnostics.full());
  CHECK(diagnostics.items().size() == kMaxDiagnostics);
  CHECK(diagnostics.errors() == kMaxDiagnostics + 1);
  CHECK(diagnostics.Render("").ends_with(
      "f: error: e\n1 more error and 101 more warnings not shown\n"));
}

TEST_CASE("the nearest word is within a third of the length") {
  const std::vector<std::string_view> words = {"follows", "blocks", "messaged", "contact"};
  CHECK(Nearest("folows", words) == "follows");    // one missing
  CHECK(Nearest("fololws", words) == "follows");   // one transposed
  CHECK(Nearest("foll0ws", words) == "follows");   // one replaced
  CHECK(Nearest("followss", words) == "follows");  // one too many
  CHECK(Nearest("blcoks", words) == "blocks");
  CHECK(Nearest("kcolbs", words) == "");
  CHECK(Nearest("xyz", words) == "");
  CHECK(Nearest("", words) == "");
  CHECK(Nearest("follows", {}) == "");
  CHECK(Nearest("ab", {"ac"}) == "");       // a third of two is none
  CHECK(Nearest("abc", {"abd"}) == "abd");  // a third of three is one
  CHECK(Nearest("abc", {"acb"}) == "acb");
  CHECK(Nearest("abcd", {"abxx", "abce", "abcf"}) == "abce");  // the first of equals
  CHECK(Nearest("abcdef", {"badcef"}) == "badcef");            // two transpositions
  CHECK(Nearest("abcdef", {"badcfe"}) == "");                  // three
  CHECK(Nearest(std::string(1 << 20, 'a'), {"a"}) == "");
  CHECK(DidYouMean("folows", words) == "did you mean 'follows'?");
  CHECK(DidYouMean("zzz", words) == "");
}

}  // namespace
}  // namespace ringfence
