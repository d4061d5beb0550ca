// The JSON reader on texts it refuses: each error word for word, at its place.
#include <doctest/doctest.h>
#include <ringfence/limits.h>

#include <random>
#include <string>

#include "base/json.h"
#include "unit/seed.h"

namespace ringfence {
namespace {

std::string Errors(std::string_view text) {
  Diagnostics diagnostics;
  JsonValue value;
  value.type = JsonValue::Type::kBool;
  const bool parsed = ParseJson(text, "f", diagnostics, &value);
  if (parsed) return "(accepted)";
  REQUIRE(diagnostics.HasErrors());
  REQUIRE(value.type == JsonValue::Type::kNull);
  return diagnostics.Render(text);
}

const std::string kValue =
    "  expected: a value: an object, an array, a string in double quotes, an integer, true, false "
    "or null\n";
const std::string kInteger =
    "  expected: an integer from -9223372036854775808 to 9223372036854775807\n";

TEST_CASE("empty and huge") {
  CHECK(Errors("") == "f: error: the text is empty\n" + kValue);
  CHECK(Errors(" \n") == "f:2:1: error: unexpected end of the text\n\n^\n" + kValue);
  CHECK(Errors("// only a comment") ==
        "f:1:18: error: unexpected end of the text\n"
        "// only a comment\n                 ^\n" +
            kValue);
  CHECK(Errors(std::string(kMaxJsonBytes + 1, '[')) ==
        "f: error: the text has 1048577 bytes\n  expected: at most 1048576 bytes\n");
}

TEST_CASE("not text") {
  CHECK(Errors("\xEF\xBB\xBF{}") ==
        "f:1:1: error: a byte order mark\n\\xEF\\xBB\\xBF{}\n^~~~~~~~~~~~\n"
        "  expected: UTF-8 without a byte order mark\n");
  CHECK(Errors("{\n\"a\": \"\xC3(\"}") ==
        "f:2:7: error: a byte that is not valid UTF-8\n\"a\": \"\\xC3(\"}\n      ^~~~\n"
        "  expected: UTF-8 text\n");
  CHECK(Errors("{} // \xFF") ==
        "f:1:7: error: a byte that is not valid UTF-8\n{} // \\xFF\n      ^~~~\n"
        "  expected: UTF-8 text\n");
  CHECK(Errors("/* \xE2\x82 */ 1").starts_with("f:1:4: error: a byte that is not valid UTF-8\n"));
  CHECK(Errors("\"\xED\xA0\x80\"").starts_with("f:1:2: error: a byte that is not valid UTF-8\n"));
  CHECK(Errors(std::string_view("{}\0garbage", 10)) ==
        "f:1:3: error: a NUL byte\n{}\\x00garbage\n  ^~~~\n  expected: text\n");
  CHECK(Errors(std::string_view("\0", 1)).starts_with("f:1:1: error: a NUL byte\n"));
  CHECK(Errors(std::string_view("\"a\0\"", 4)).starts_with("f:1:3: error: a NUL byte\n"));
  CHECK(Errors(std::string_view("{\0}\0", 4)).starts_with("f:1:2: error: a NUL byte\n"));
  CHECK(Errors(std::string_view("\xFF\xFE{\0}\0", 6))
            .starts_with("f:1:1: error: a byte that is not valid UTF-8\n"));
}

TEST_CASE("missing and stray tokens") {
  CHECK(Errors("{\"a\": 1\n \"b\": 2}") ==
        "f:2:2: error: unexpected '\"'\n \"b\": 2}\n ^\n"
        "  expected: ',' or '}' after an object member\n");
  CHECK(Errors("[1 2]") ==
        "f:1:4: error: unexpected '2'\n[1 2]\n   ^\n"
        "  expected: ',' or ']' after an array element\n");
  CHECK(Errors("[01]") ==
        "f:1:3: error: unexpected '1'\n[01]\n  ^\n"
        "  expected: ',' or ']' after an array element\n");
  CHECK(Errors("{\"a\" 1}") ==
        "f:1:6: error: unexpected '1'\n{\"a\" 1}\n     ^\n  expected: ':' after a key\n");
  CHECK(Errors("{a: 1}") ==
        "f:1:2: error: unexpected 'a'\n{a: 1}\n ^\n  expected: a key in double quotes, or '}'\n");
  CHECK(Errors("{,}") ==
        "f:1:2: error: unexpected ','\n{,}\n ^\n  expected: a key in double quotes, or '}'\n");
  CHECK(Errors("[,]") == "f:1:2: error: unexpected ','\n[,]\n ^\n" + kValue);
  CHECK(Errors("[1,,2]") == "f:1:4: error: unexpected ','\n[1,,2]\n   ^\n" + kValue);
  CHECK(Errors("{\"a\"::1}") == "f:1:6: error: unexpected ':'\n{\"a\"::1}\n     ^\n" + kValue);
  CHECK(Errors("{\"a\": }") == "f:1:7: error: unexpected '}'\n{\"a\": }\n      ^\n" + kValue);
  CHECK(Errors("[1}") ==
        "f:1:3: error: unexpected '}'\n[1}\n  ^\n"
        "  expected: ',' or ']' after an array element\n");
  CHECK(Errors("]") == "f:1:1: error: unexpected ']'\n]\n^\n" + kValue);
}

TEST_CASE("anything after the value") {
  const std::string nothing = "  expected: nothing after the value but whitespace and comments\n";
  CHECK(Errors("{} x") == "f:1:4: error: unexpected 'x'\n{} x\n   ^\n" + nothing);
  CHECK(Errors("{}{}") == "f:1:3: error: unexpected '{'\n{}{}\n  ^\n" + nothing);
  CHECK(Errors("1,") == "f:1:2: error: unexpected ','\n1,\n ^\n" + nothing);
  CHECK(Errors("[]]") == "f:1:3: error: unexpected ']'\n[]]\n  ^\n" + nothing);
}

TEST_CASE("words that are no values") {
  CHECK(Errors("[tru]") == "f:1:2: error: unexpected 'tru'\n[tru]\n ^~~\n" + kValue +
                               "  hint: did you mean 'true'?\n");
  CHECK(Errors("[True]") == "f:1:2: error: unexpected 'True'\n[True]\n ^~~~\n" + kValue +
                                "  hint: did you mean 'true'?\n");
  CHECK(Errors("nul") ==
        "f:1:1: error: unexpected 'nul'\nnul\n^~~\n" + kValue + "  hint: did you mean 'null'?\n");
  CHECK(Errors("['a']") == "f:1:2: error: unexpected '''\n['a']\n ^\n" + kValue +
                               "  hint: strings are written in double quotes\n");
  CHECK(Errors("[NaN]") == "f:1:2: error: unexpected 'NaN'\n[NaN]\n ^~~\n" + kValue);
  CHECK(Errors("[-]") == "f:1:2: error: unexpected '-'\n[-]\n ^\n" + kValue);
  CHECK(Errors("[+1]") == "f:1:2: error: unexpected '+1'\n[+1]\n ^~\n" + kValue);
  CHECK(Errors("[-Infinity]").starts_with("f:1:2: error: unexpected '-Infinity'\n"));
  CHECK(Errors("[\x01]") == "f:1:2: error: unexpected '\\x01'\n[\\x01]\n ^~~~\n" + kValue);
}

TEST_CASE("numbers that are no int64") {
  const std::string fraction = ": error: a fraction or an exponent in a number\n";
  const std::string range = ": error: an integer out of range\n";
  CHECK(Errors("{\"a\": 1.5}") == "f:1:7" + fraction + "{\"a\": 1.5}\n      ^~~\n" + kInteger);
  for (const char* const number : {"1.0", "1e3", "-1E-3", "0.1", "1.", "1e", "1e+", "1e999", "-0.0",
                                   "1.0000000000e-2147483639"}) {
    INFO(number);
    const std::string text(number);
    CHECK(Errors(text) ==
          "f:1:1" + fraction + text + "\n^" + std::string(text.size() - 1, '~') + "\n" + kInteger);
  }
  for (const char* const number :
       {"9223372036854775808", "-9223372036854775809", "18446744073709551615",
        "18446744073709551616", "123456789012345678901234567890"}) {
    INFO(number);
    CHECK(Errors(number).starts_with("f:1:1" + range));
  }
  CHECK(Errors(std::string(400, '9')).starts_with("f:1:1" + range));
  CHECK(Errors(std::string(100000, '9')).starts_with("f:1:1" + range));
  CHECK(Errors(std::string(400, '9') + ".5").starts_with("f:1:1" + fraction));
}

TEST_CASE("strings that do not end") {
  const std::string open = ": error: a string that is not closed on its line\n";
  CHECK(Errors("[\"abc") == "f:1:2" + open + "[\"abc\n ^~~~\n  expected: '\"'\n");
  CHECK(Errors("{\"a\": \"b,\r\n\"c\": 1}") ==
        "f:1:7" + open + "{\"a\": \"b,\n      ^~~\n  expected: '\"'\n");
  CHECK(Errors("{\"a\n\": 1}").starts_with("f:1:2" + open));
  CHECK(Errors("\"a\\") == "f:1:1" + open + "\"a\\\n^~~\n  expected: '\"'\n");
  CHECK(Errors("\"a\\\nb\"").starts_with("f:1:1" + open));
  CHECK(Errors("\"a\\\r\nb\"").starts_with("f:1:1" + open));
}

TEST_CASE("strings with what they may not have") {
  const std::string one_of = "  expected: one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX\n";
  CHECK(Errors("\"a\tb\"") ==
        "f:1:3: error: a control character in a string\n\"a b\"\n  ^\n"
        "  expected: an escape such as \\t or \\u0009\n");
  CHECK(Errors("\"\\x41\"") ==
        "f:1:2: error: an unknown escape in a string\n\"\\x41\"\n ^~\n" + one_of);
  CHECK(Errors("\"\\\xC3\xA9\"") ==
        "f:1:2: error: an unknown escape in a string\n\"\\\xC3\xA9\"\n ^~\n" + one_of);
  const std::string hex = "  expected: \\u and four of 0-9 a-f A-F\n";
  CHECK(Errors(R"("\u00g0")") ==
        "f:1:2: error: an escape without four hexadecimal digits\n\"\\u00g0\"\n ^~~~~~\n" + hex);
  CHECK(Errors(R"("\u12")") ==
        "f:1:2: error: an escape without four hexadecimal digits\n\"\\u12\"\n ^~~~\n" + hex);
  CHECK(Errors(R"({"\u":1})").starts_with("f:1:3: error: an escape without four"));
}

TEST_CASE("lone surrogates and NUL") {
  const std::string pair = "  expected: an escaped pair such as \\uD83D\\uDE00\n";
  CHECK(Errors(R"("a\uD800")") ==
        "f:1:3: error: a high surrogate without a low one after it\n\"a\\uD800\"\n  ^~~~~~\n" +
            pair);
  CHECK(Errors(R"("\uD800\u0041")").starts_with("f:1:2: error: a high surrogate without"));
  CHECK(Errors(R"("\uD800\uD800")").starts_with("f:1:2: error: a high surrogate without"));
  CHECK(Errors(R"("\uDBFFx")").starts_with("f:1:2: error: a high surrogate without"));
  CHECK(Errors("[\n\"\xC3\xA9\\uDC00\"]") ==
        "f:2:3: error: a low surrogate without a high one before it\n"
        "\"\xC3\xA9\\uDC00\"]\n  ^~~~~~\n" +
            pair);
  CHECK(Errors(R"({"\uDFFF": "\uDC00"})").find("f:1:3: error: a low") == 0);
  CHECK(Errors(R"({"\uDFFF": "\uDC00"})").find("f:1:13: error: a low") != std::string::npos);
  CHECK(Errors(R"("\uD83D\uDE00\uDE00")").starts_with("f:1:14: error: a low surrogate"));
  CHECK(Errors(R"(["\\u0000", "\u0000"])") ==
        "f:1:14: error: NUL in a string\n[\"\\\\u0000\", \"\\u0000\"]\n             ^~~~~~\n"
        "  expected: any other character\n");
}

TEST_CASE("comments that are none") {
  CHECK(Errors("{} /* a *") ==
        "f:1:4: error: a comment that is not closed\n{} /* a *\n   ^~\n"
        "  expected: '*/'\n");
  CHECK(Errors("[1, /*]") ==
        "f:1:5: error: a comment that is not closed\n[1, /*]\n    ^~\n"
        "  expected: '*/'\n");
  CHECK(Errors("{ / }") ==
        "f:1:3: error: unexpected '/'\n{ / }\n  ^\n  expected: '//' or '/*' for a comment\n");
  CHECK(Errors("/*/").starts_with("f:1:1: error: a comment that is not closed\n"));
  CHECK(Errors("# x").starts_with("f:1:1: error: unexpected '#'\n"));
}

TEST_CASE("nesting one too deep") {
  const std::string text =
      std::string(kMaxJsonDepth + 1, '[') + std::string(kMaxJsonDepth + 1, ']');
  CHECK(Errors(text).starts_with("f:1:65: error: objects and arrays nested too deeply\n"));
  CHECK(Errors(text).ends_with("  expected: at most 64 levels\n"));
  CHECK(Errors(std::string(kMaxJsonBytes, '[')).starts_with("f:1:65: error: objects and arrays"));
  std::string objects;
  for (int i = 0; i < 100000; ++i) objects += "{\"a\":";
  CHECK(Errors(objects).starts_with("f:1:321: error: objects and arrays"));
}

TEST_CASE("every duplicate key is reported at its place") {
  CHECK(
      Errors("{\"a\": 1,\n \"b\": {\"c\": 1, \"c\": 2},\n \"A\": 3,\n \"a\": 4, \"\\u0061\": 5}") ==
      "f:2:16: error: duplicate key 'c'\n \"b\": {\"c\": 1, \"c\": 2},\n               ^~~\n"
      "  expected: each key once in an object\n  hint: it was first given in line 2\n"
      "f:4:2: error: duplicate key 'a'\n \"a\": 4, \"\\u0061\": 5}\n ^~~\n"
      "  expected: each key once in an object\n  hint: it was first given in line 1\n"
      "f:4:10: error: duplicate key 'a'\n \"a\": 4, \"\\u0061\": 5}\n         ^~~~~~~~\n"
      "  expected: each key once in an object\n  hint: it was first given in line 1\n");
  std::string lines = "{\n\"a\": 0";
  for (int i = 0; i < 60; ++i) lines += ",\n\"a\": 0";
  const std::string errors = Errors(lines + "}");
  size_t hints = 0;
  for (size_t at = 0; (at = errors.find("first given in line 2\n", at)) != std::string::npos;
       ++at) {
    ++hints;
  }
  CHECK(hints == 60);
  CHECK(Errors("[{\"a\": 1}, {\"a\": 1}]") == "(accepted)");
  CHECK(Errors("{\"e\xCC\x81\": 1, \"\xC3\xA9\": 1}") == "(accepted)");  // compared exactly
}

TEST_CASE("errors in values do not hide each other or a later syntax error") {
  const std::string errors = Errors("{\"a\": 1.5, \"a\": 9223372036854775808}");
  CHECK(errors.find("f:1:7: error: a fraction") != std::string::npos);
  CHECK(errors.find("f:1:12: error: duplicate key") != std::string::npos);
  CHECK(errors.find("f:1:17: error: an integer out of range") != std::string::npos);
  const std::string both = Errors("[1.5, x]");
  CHECK(both.find("f:1:2: error: a fraction") != std::string::npos);
  CHECK(both.find("f:1:7: error: unexpected 'x'") != std::string::npos);
}

constexpr std::string_view kSample =
    "// caf\xC3\xA9\n{\"a\": [1, -20, true, false, null,], /* b */ \"k\\u00e9\\uD83D\\uDE00\": "
    "{\"x\\n\": \"\xF0\x9F\x98\x80\\\\\"},\r\n \"z\": []}";

TEST_CASE("truncated at every byte") {
  REQUIRE(Errors(kSample) == "(accepted)");
  for (size_t length = 0; length < kSample.size(); ++length) {
    INFO(length);
    const std::string_view text = kSample.substr(0, length);
    Diagnostics diagnostics;
    JsonValue value;
    REQUIRE_FALSE(ParseJson(text, "f", diagnostics, &value));
    REQUIRE(diagnostics.items().size() == 1);
    const SourceSpan& span = diagnostics.items()[0].span;
    REQUIRE(span.offset + span.length <= length);
    if (length > 0) REQUIRE(span == SpanAt(text, span.offset, span.length));
    REQUIRE_FALSE(diagnostics.items()[0].expected.empty());
  }
}

TEST_CASE("random damage is refused with places inside the text, or accepted") {
  std::mt19937_64 random(Seed());
  const std::string_view bytes(
      "{}[],:\"\\/*u0D8eE.-+ \n\0\xC3\xFF"
      "1t",
      26);
  int refused = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string text(kSample);
    for (uint64_t edits = 1 + random() % 3; edits > 0; --edits) {
      const size_t at = random() % text.size();
      const char byte = bytes[random() % bytes.size()];
      switch (random() % 3) {
        case 0:
          text[at] = byte;
          break;
        case 1:
          text.insert(text.begin() + static_cast<ptrdiff_t>(at), byte);
          break;
        default:
          text.erase(at, 1);
      }
    }
    Diagnostics diagnostics;
    JsonValue value;
    const bool parsed = ParseJson(text, "f", diagnostics, &value);
    REQUIRE(parsed == !diagnostics.HasErrors());
    refused += !parsed;
    for (const Diagnostic& item : diagnostics.items()) {
      INFO(diagnostics.Render(text));
      REQUIRE(item.span.offset + item.span.length <= text.size());
      REQUIRE(item.span == SpanAt(text, item.span.offset, item.span.length));
      REQUIRE_FALSE(item.expected.empty());
    }
  }
  CHECK(refused > 1000);
}

TEST_CASE("a megabyte of errors costs no more than a megabyte of JSON") {
  std::string keys = "{", nuls = "\"", halves = "[";
  while (keys.size() < kMaxJsonBytes - 16) keys += "\"a\":0,";
  while (nuls.size() < kMaxJsonBytes - 16) nuls += "\\u0000";
  while (halves.size() < kMaxJsonBytes - 16) halves += "0.5,";
  for (const std::string& text : {keys + "}", nuls + "\"", halves + "]"}) {
    const std::string errors = Errors(text);
    CHECK(errors.ends_with(" more errors not shown\n"));
    CHECK(errors.size() < 100 * 1000);
  }
}

}  // namespace
}  // namespace ringfence
