// The JSON reader on texts it accepts: values, exact places, places inside strings, and the limits.
#include <doctest/doctest.h>
#include <ringfence/limits.h>

#include <functional>
#include <random>
#include <string>

#include "base/json.h"
#include "base/json_writer.h"
#include "base/utf8.h"
#include "unit/seed.h"

namespace ringfence {
namespace {

using Type = JsonValue::Type;

JsonValue Parse(std::string_view text) {
  Diagnostics diagnostics;
  JsonValue value;
  const bool parsed = ParseJson(text, "f", diagnostics, &value);
  INFO(diagnostics.Render(text));
  REQUIRE(parsed);
  REQUIRE(diagnostics.items().empty());
  return value;
}

bool Accepts(std::string_view text) {
  Diagnostics diagnostics;
  JsonValue value;
  return ParseJson(text, "f", diagnostics, &value);
}

void Visit(const JsonValue& value, const std::function<void(const JsonValue&)>& visit) {
  visit(value);
  for (const JsonValue& item : value.items) Visit(item, visit);
  for (const JsonValue::Member& member : value.members) Visit(member.value, visit);
}

void Write(const JsonValue& value, JsonWriter* out) {
  switch (value.type) {
    case Type::kNull:
      out->Null();
      break;
    case Type::kBool:
      out->Bool(value.boolean);
      break;
    case Type::kInt:
      out->Int(value.integer);
      break;
    case Type::kString:
      out->String(value.string);
      break;
    case Type::kArray:
      out->BeginArray();
      for (const JsonValue& item : value.items) Write(item, out);
      out->EndArray();
      break;
    case Type::kObject:
      out->BeginObject();
      for (const JsonValue::Member& member : value.members) {
        out->Key(member.key);
        Write(member.value, out);
      }
      out->EndObject();
      break;
  }
}

std::string Written(const JsonValue& value, JsonWriter::Style style = JsonWriter::Style::kCompact) {
  JsonWriter writer(style);
  Write(value, &writer);
  return writer.Finish();
}

// Every place in a tree is what its value was written as, and its line and column are those of its
// offset.
void CheckPlaces(const JsonValue& root, std::string_view text) {
  Visit(root, [text](const JsonValue& value) {
    const SourceSpan& span = value.span;
    REQUIRE(span == SpanAt(text, span.offset, span.length));
    REQUIRE(Written(Parse(text.substr(span.offset, span.length))) == Written(value));
    for (const JsonValue::Member& member : value.members) {
      const SourceSpan& key = member.key_span;
      REQUIRE(key == SpanAt(text, key.offset, key.length));
      REQUIRE(Parse(text.substr(key.offset, key.length)).string == member.key);
    }
  });
}

TEST_CASE("every kind of value") {
  const JsonValue root =
      Parse(R"({"null": null, "yes": true, "no": false, "int": -42, "text": "a\"b",)"
            R"( "list": [1, []], "": {}})");
  REQUIRE(root.type == Type::kObject);
  REQUIRE(root.members.size() == 7);
  CHECK(root.members[0].key == "null");
  CHECK(root.members[6].key == "");
  CHECK(root.Find("null")->type == Type::kNull);
  CHECK(root.Find("yes")->boolean);
  CHECK(root.Find("no")->type == Type::kBool);
  CHECK_FALSE(root.Find("no")->boolean);
  CHECK(root.Find("int")->integer == -42);
  CHECK(root.Find("text")->string == "a\"b");
  CHECK(root.Find("list")->items.size() == 2);
  CHECK(root.Find("list")->items[1].type == Type::kArray);
  CHECK(root.Find("")->type == Type::kObject);
  CHECK(root.Find("Null") == nullptr);
  CHECK(root.Find("list")->Find("x") == nullptr);
  CHECK(ToString(root.type) == "an object");
  CHECK(ToString(Type::kInt) == "an integer");
}

TEST_CASE("a value alone is a text") {
  CHECK(Parse("null").type == Type::kNull);
  CHECK(Parse(" true ").boolean);
  CHECK(Parse("\"\"").string == "");
  CHECK(Parse("[]").items.empty());
}

TEST_CASE("all of int64 and nothing else") {
  CHECK(Parse("9223372036854775807").integer == INT64_MAX);
  CHECK(Parse("-9223372036854775808").integer == INT64_MIN);
  CHECK(Parse("0").integer == 0);
  CHECK(Parse("-0").integer == 0);
  CHECK(Parse("4294967296").integer == 4294967296);
  CHECK(Parse("-2147483649").integer == -2147483649);
}

TEST_CASE("comments and trailing commas") {
  const std::string text =
      "// before, with \"quotes\" and { brackets\n"
      "{ /* in\n * the /* middle **/ \"a\" /**/ : // after\r\n"
      "  [1, 2,], /* caf\xC3\xA9 */ \"b\": {\"c\": \"// no comment /*\",},\n"
      "} // at the end";
  const JsonValue root = Parse(text);
  CHECK(Written(root) == R"({"a":[1,2],"b":{"c":"// no comment /*"}})");
  CheckPlaces(root, text);
  CHECK(root.Find("a")->span == SourceSpan{4, 3, static_cast<uint32_t>(text.find("[1")), 7});
  CHECK(root.Find("b")->span.line == 4);
  CHECK(root.Find("b")->span.column == 28);  // one column for the two bytes before it
}

TEST_CASE("escapes are decoded") {
  CHECK(Parse(R"("\" \\ \/ \b \f \n \r \t")").string == "\" \\ / \b \f \n \r \t");
  CHECK(Parse(R"("\u0041\u00e9\u20AC\uD83D\uDE00\uFFFF")").string ==
        "A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\xEF\xBF\xBF");
  CHECK(Parse("\"\x7F\"").string == "\x7F");
}

TEST_CASE("places are exact: line, column in code points, offset, length") {
  const std::string text = "{\n  \"\xC3\xA9\": [true,\r\n\t-12, \"x\"]}";
  const JsonValue root = Parse(text);
  CHECK(root.span == SourceSpan{1, 1, 0, static_cast<uint32_t>(text.size())});
  CHECK(root.members[0].key_span == SourceSpan{2, 3, 4, 4});
  const JsonValue& list = root.members[0].value;
  CHECK(list.span == SourceSpan{2, 8, 10, 18});
  CHECK(list.items[0].span == SourceSpan{2, 9, 11, 4});
  CHECK(list.items[1].span == SourceSpan{3, 2, 19, 3});
  CHECK(list.items[2].span == SourceSpan{3, 7, 24, 3});
  CheckPlaces(root, text);
}

TEST_CASE("a place inside a string") {
  const std::string text = R"(  ["ab\n\u00e9\uD83D\uDE00z"])";
  const JsonValue value = Parse(text).items[0];
  const auto at = [&](size_t begin, size_t length) {
    const SourceSpan span = SpanInString(value, begin, length, text);
    CHECK(span == SpanAt(text, span.offset, span.length));
    return text.substr(span.offset, span.length);
  };
  CHECK(at(0, 1) == "a");
  CHECK(at(0, 2) == "ab");
  CHECK(at(1, 2) == "b\\n");
  CHECK(at(2, 1) == "\\n");
  CHECK(at(3, 2) == "\\u00e9");
  CHECK(at(4, 1) == "\\u00e9");          // the second byte of two
  CHECK(at(5, 1) == "\\uD83D\\uDE00");   // the first of four
  CHECK(at(8, 2) == "\\uD83D\\uDE00z");  // from the last of four
  CHECK(at(9, 99) == "z");
  CHECK(at(0, 99) == R"(ab\n\u00e9\uD83D\uDE00z)");
  CHECK(SpanInString(value, 10, 0, text) == SourceSpan{1, 28, 27, 0});  // the closing quote
  CHECK(SpanInString(value, 99, 99, text) == SourceSpan{1, 28, 27, 0});
  CHECK(SpanInString(value, 0, 0, text) == SourceSpan{1, 5, 4, 0});
}

TEST_CASE("places inside random strings, against a table made while writing them") {
  const std::string_view written[] = {"a",   "\xC3\xA9", "\xF0\x9F\x98\x80", "\\t",
                                      "\\/", "\\u0041",  "\\u20ac",          "\\uD83D\\uDE00"};
  const std::string_view decoded[] = {"a", "\xC3\xA9", "\xF0\x9F\x98\x80", "\t",
                                      "/", "A",        "\xE2\x82\xAC",     "\xF0\x9F\x98\x80"};
  std::mt19937_64 random(Seed());
  for (int round = 0; round < 200; ++round) {
    std::string text = "\n\"", expected;
    std::vector<size_t> piece_begin, piece_end;  // by decoded byte, offsets in the text
    for (size_t n = random() % 8; n > 0; --n) {
      const size_t i = random() % std::size(written);
      for (size_t byte = 0; byte < decoded[i].size(); ++byte) {
        piece_begin.push_back(text.size());
        piece_end.push_back(text.size() + written[i].size());
      }
      text += written[i];
      expected += decoded[i];
    }
    text += '"';
    const JsonValue value = Parse(text);
    REQUIRE(value.string == expected);
    for (size_t begin = 0; begin < expected.size(); ++begin) {
      for (size_t length = 1; begin + length <= expected.size(); ++length) {
        const SourceSpan span = SpanInString(value, begin, length, text);
        const size_t end = piece_end[begin + length - 1];
        REQUIRE(span == SpanAt(text, piece_begin[begin], end - piece_begin[begin]));
      }
    }
  }
}

TEST_CASE("at the limits") {
  const auto nested = [](size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  CHECK(Accepts(nested(kMaxJsonDepth)));
  CHECK_FALSE(Accepts(nested(kMaxJsonDepth + 1)));
  std::string objects = "1";
  for (size_t i = 0; i < kMaxJsonDepth; ++i) objects = "{\"a\":" + objects + "}";
  CHECK(Accepts(objects));
  CHECK_FALSE(Accepts("[" + objects + "]"));
  CHECK(Accepts("[" + nested(kMaxJsonDepth - 1) + "," + nested(kMaxJsonDepth - 1) + "]"));

  CHECK(Accepts("1" + std::string(kMaxJsonBytes - 1, ' ')));
  CHECK_FALSE(Accepts("1" + std::string(kMaxJsonBytes, ' ')));
  CHECK(Accepts('"' + std::string(kMaxJsonBytes - 2, 'x') + '"'));
}

// A random text and, by construction, its compact form.
std::string RandomText(std::mt19937_64& random, int depth, std::string* compact) {
  const char* const gaps[] = {"", " ", "\n", "\t\r\n", "/* \xC3\xA9 */", "// \"\n"};
  const auto gap = [&] { return gaps[random() % std::size(gaps)]; };
  const char* const scalars[] = {"null", "true", "false", "0", "-1", "\"\"", "\"\xC3\xA9\\n\""};
  const uint64_t kind = random() % (depth > 0 ? 4 : 2);
  std::string text = gap();
  if (kind < 2) {
    const char* const scalar = scalars[random() % std::size(scalars)];
    *compact += scalar;
    return text + scalar + gap();
  }
  text += kind == 2 ? '[' : '{';
  *compact += kind == 2 ? '[' : '{';
  const size_t count = random() % 4;
  for (size_t i = 0; i < count; ++i) {
    if (i > 0) *compact += ',';
    if (kind == 3) {
      const std::string key = "\"k" + std::to_string(i) + "\"";
      text += gap() + key + gap() + ":";
      *compact += key + ":";
    }
    text += RandomText(random, depth - 1, compact);
    if (i + 1 < count || random() % 2 == 0) text += ',';
  }
  text += gap();
  text += kind == 2 ? ']' : '}';
  *compact += kind == 2 ? ']' : '}';
  return text + gap();
}

TEST_CASE("random texts: the tree is what was written, at its places") {
  std::mt19937_64 random(Seed());
  for (int round = 0; round < 300; ++round) {
    std::string compact;
    const std::string text = RandomText(random, 4, &compact);
    INFO(text);
    const JsonValue root = Parse(text);
    REQUIRE(Written(root) == compact);
    REQUIRE(Written(Parse(Written(root, JsonWriter::Style::kPretty))) == compact);
    CheckPlaces(root, text);
  }
}

}  // namespace
}  // namespace ringfence
