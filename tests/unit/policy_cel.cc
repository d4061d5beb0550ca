// Conditions: what is accepted and its canonical text, what is refused, and every limit at it and
// one past it. The words of the errors are in tests/golden/diagnostics.
#include <doctest/doctest.h>
#include <ringfence/limits.h>

#include <algorithm>
#include <string>

#include "unit/policy_text.h"

namespace ringfence {
namespace {

using Op = ConditionNode::Op;

struct Spelling {
  const char* written;
  const char* canonical;
};

constexpr Spelling kSpellings[] = {
    {"callee.premium", "callee.premium"},
    {" callee . premium ", "callee.premium"},
    {"callee.follows( caller )", "callee.follows(caller)"},
    {"callee.premium == true", "callee.premium"},
    {"true == callee.premium", "callee.premium"},
    {"callee.premium != true", "!callee.premium"},
    {"callee.premium == false", "!callee.premium"},
    {"callee.premium in [true]", "callee.premium"},
    {"callee.premium in [false]", "!callee.premium"},
    {"callee.premium in [false, true]", "true"},
    {"(callee.premium && caller.premium) == false", "!(callee.premium && caller.premium)"},
    {"true != !callee.premium", "callee.premium"},
    {"!!callee.premium", "callee.premium"},
    {"!!!(callee.premium)", "!callee.premium"},
    {"callee.premium == caller.premium", "callee.premium == caller.premium"},
    {"callee.premium != caller.premium", "callee.premium != caller.premium"},
    {"callee.premium == callee.premium", "true"},
    {"callee.premium != callee.premium", "false"},
    {"call.media == 'video'", "call.media == 'video'"},
    {"'video' == call.media", "call.media == 'video'"},
    {"call.media == \"video\"", "call.media == 'video'"},
    {"call.media != 'video'", "call.media != 'video'"},
    {"!(call.media == 'video')", "call.media != 'video'"},
    {"call.media in ['video', 'audio']", "call.media in ['audio', 'video']"},
    {"call.media in ['video',]", "call.media == 'video'"},
    {"call.media in []", "false"},
    {"!(call.media in ['video', 'audio'])", "!(call.media in ['audio', 'video'])"},
    {"callee.contact(caller) == caller.contact(callee)",
     "callee.contact(caller) == caller.contact(callee)"},
    {"call.tenant == 5", "call.tenant == 5"},
    {"5 < call.tenant", "call.tenant > 5"},
    {"0x1F >= call.tenant", "call.tenant <= 31"},
    {"call.tenant == --5", "call.tenant == 5"},
    {"call.tenant in [7, 3, 7]", "call.tenant in [3, 7]"},
    {"call.tenant in [3]", "call.tenant == 3"},
    {"call.tenant in []", "false"},
    {"callee.since_attempt_ms(caller) < duration('3m')",
     "callee.since_attempt_ms(caller) < 180000"},
    {"callee.since_attempt_ms(caller) in [duration('1.5s'), 20]",
     "callee.since_attempt_ms(caller) in [20, 1500]"},
    {"callee.since_called_d(caller) > duration('48h')", "callee.since_called_d(caller) > 2"},
    {"callee.premium || caller.premium && callee.minor",
     "callee.premium || caller.premium && callee.minor"},
    {"(callee.premium || caller.premium) && callee.minor",
     "(callee.premium || caller.premium) && callee.minor"},
    {"callee.premium && (caller.premium && callee.minor)",
     "callee.premium && caller.premium && callee.minor"},
    {"(callee.premium || caller.premium) || (callee.minor || caller.minor)",
     "callee.premium || caller.premium || callee.minor || caller.minor"},
    {"callee.premium ? caller.premium : callee.minor",
     "callee.premium ? caller.premium : callee.minor"},
    {"callee.premium ? caller.premium : callee.minor ? caller.minor : true",
     "callee.premium ? caller.premium : callee.minor ? caller.minor : true"},
    {"callee.premium ? (callee.minor ? caller.minor : true) : false",
     "callee.premium ? (callee.minor ? caller.minor : true) : false"},
    {"(callee.premium ? callee.minor : caller.minor) ? true : false",
     "callee.premium ? callee.minor : caller.minor"},
    {"callee.premium ? false : true", "!callee.premium"},
    {"callee.premium ? true : true", "true"},
    {"true ? callee.premium : caller.premium", "callee.premium"},
    {"1 < 2 && callee.premium", "callee.premium"},
    {"callee.premium || 'a' == 'a'", "true"},
    {"callee.premium && 2 in [1, 3]", "false"},
    {"!(callee.premium || true)", "false"},
    {"callee.premium // what follows is no condition: 'x' && (", "callee.premium"},
    {"callee.premium // one\n && // two\r\n\tcaller.premium // three",
     "callee.premium && caller.premium"},
    {"callee.premium && (true ? caller.premium && callee.minor : false)",
     "callee.premium && caller.premium && callee.minor"},
    {"duration('1h') == duration('60m')", "true"},
    {"duration('1ms') < duration('1us')", "false"},
    {"-9223372036854775808 < 9223372036854775807", "true"},
};

// Depth of the typed tree: what everything that walks a condition recurses by.
size_t DepthOf(const Condition& condition, uint32_t index) {
  const ConditionNode& node = condition.nodes[index];
  switch (node.op) {
    case Op::kNot:
      return 1 + DepthOf(condition, node.a);
    case Op::kAnd:
    case Op::kOr:
      return 1 + std::max(DepthOf(condition, node.a), DepthOf(condition, node.b));
    case Op::kIf:
      return 1 + std::max({DepthOf(condition, node.a), DepthOf(condition, node.b),
                           DepthOf(condition, node.c)});
    default:
      return 1;
  }
}

std::string Repeated(size_t count, const std::string& part, const std::string& between) {
  std::string text;
  for (size_t i = 0; i < count; ++i) text += (i == 0 ? "" : between) + part;
  return text;
}

TEST_CASE("conditions have one canonical text") {
  for (const auto& [written, canonical] : kSpellings) {
    CAPTURE(written);
    const ParsedCondition parsed = ParseConditionText(written);
    CHECK(parsed.text() == canonical);
    if (!parsed.condition) continue;
    const ParsedCondition again = ParseConditionText(parsed.condition->text);
    REQUIRE(again.condition.has_value());
    CHECK(again.condition->text == parsed.condition->text);
    CHECK(again.condition->nodes.size() == parsed.condition->nodes.size());
  }
}

TEST_CASE("a list that repeats itself is a warning, not an error") {
  const ParsedCondition parsed = ParseConditionText("call.tenant in [7, 3, 7]");
  CHECK(parsed.condition.has_value());
  CHECK(parsed.errors == 0);
  CHECK(parsed.diagnostics.find("warning: a constant stands in this list twice") !=
        std::string::npos);
}

TEST_CASE("leaves carry what they test, and where it stands") {
  const Condition condition =
      ParseConditionText("callee.premium ||\n call.tenant <= 7").condition.value();
  REQUIRE(condition.nodes.size() == 3);
  const ConditionNode& test = condition.nodes[0];
  CHECK(test.op == Op::kTest);
  CHECK(Catalog::Standard().fact(test.fact).name == "callee.premium");
  CHECK(test.values == std::vector<FactCode>{1});
  const ConditionNode& compare = condition.nodes[1];
  CHECK(compare.op == Op::kCompare);
  CHECK(compare.compare == CompareOp::kLe);
  CHECK(compare.constant == 7);
  CHECK(compare.span == SourceSpan{2, 2, 19, 16});
  CHECK(condition.nodes[2].op == Op::kOr);
  CHECK(condition.nodes[2].span == SourceSpan{1, 1, 0, 35});
}

TEST_CASE("several errors of one condition are found in one run") {
  const ParsedCondition parsed =
      ParseConditionText("callee.premum && call.media == 'vidoe' || call.tenant + 1 > 99999 && !5");
  CHECK(parsed.errors == 4);
  CHECK_FALSE(parsed.condition.has_value());
}

TEST_CASE("bytes: at the limit and one past it") {
  std::string text = "callee.premium";
  text += std::string(kMaxConditionBytes - text.size(), ' ');
  CHECK(ParseConditionText(text).text() == "callee.premium");
  CHECK(ParseConditionText(text + " ").text().find("has 65537 bytes") != std::string::npos);
}

TEST_CASE("tests: at the limit and one past it, and ten thousand") {
  const auto chain = [](size_t count) { return Repeated(count, "caller.bot", "||"); };
  const ParsedCondition most = ParseConditionText(chain(kMaxConditionTerms));
  REQUIRE(most.condition.has_value());
  // A chain is balanced: 4,096 leaves are a tree 13 deep.
  CHECK(DepthOf(*most.condition, most.condition->root()) == 13);
  const ParsedCondition more = ParseConditionText(chain(kMaxConditionTerms + 1));
  CHECK(more.errors == 1);
  CHECK(more.text().find("more than 4096 tests") != std::string::npos);
  CHECK(ParseConditionText(Repeated(10000, "true", "||")).errors == 1);

  // Constants of a list count too.
  const auto list = [](size_t count) {
    return "call.tenant in [" + Repeated(count, "7", ",") + "]";
  };
  CHECK(ParseConditionText(list(kMaxConditionTerms)).errors == 0);
  CHECK(ParseConditionText(list(kMaxConditionTerms + 1)).errors == 1);
}

TEST_CASE("nesting: at the limit and one past it, and as deep as the text is long") {
  const auto nested = [](size_t depth) {
    return std::string(depth, '(') + "caller.bot" + std::string(depth, ')');
  };
  CHECK(ParseConditionText(nested(kMaxConditionDepth)).text() == "caller.bot");
  CHECK(ParseConditionText(nested(kMaxConditionDepth + 1)).errors == 1);
  CHECK(ParseConditionText(nested(20000)).errors == 1);
  CHECK(ParseConditionText(std::string(65000, '(')).errors == 1);
  CHECK(ParseConditionText(std::string(65000, '[')).errors == 1);
  CHECK(ParseConditionText(std::string(65000, '{')).errors == 1);
  CHECK(ParseConditionText(std::string(65000, '!')).errors == 1);
  CHECK(ParseConditionText(std::string(65000, '!') + "caller.bot").text() == "caller.bot");
  CHECK(ParseConditionText(std::string(65000, '-') + "5 == 5").text() == "true");

  const auto choices = [](size_t count) {
    return Repeated(count, "caller.bot ? callee.bot", " : ") + " : false";
  };
  CHECK(ParseConditionText(choices(kMaxConditionDepth)).errors == 0);
  CHECK(ParseConditionText(choices(kMaxConditionDepth + 1)).errors == 1);
  // Nesting that alternates is the deepest tree there is.
  const auto alternating = [](size_t depth) {
    std::string begin;
    std::string end;
    for (size_t i = 0; i < depth; ++i) {
      begin += "!(";
      end += i % 2 == 0 ? " || caller.minor)" : " && caller.minor)";
    }
    return begin + "caller.bot" + end;
  };
  const ParsedCondition deepest = ParseConditionText(alternating(kMaxConditionDepth));
  REQUIRE(deepest.condition.has_value());
  CHECK(DepthOf(*deepest.condition, deepest.condition->root()) == 2 * kMaxConditionDepth + 1);
  CHECK(ParseConditionText(deepest.condition->text).text() == deepest.condition->text);
}

TEST_CASE("repetitions that CEL demands of every implementation") {
  CHECK(ParseConditionText(Repeated(32, "caller.bot", " || ")).errors == 0);
  CHECK(ParseConditionText(Repeated(32, "caller.bot", " && ")).errors == 0);
  CHECK(ParseConditionText("call.tenant in [" + Repeated(32, "7", ", ") + "]").errors == 0);
  CHECK(ParseConditionText(Repeated(24, "caller.bot ? true", " : ") + " : false").errors == 0);
  CHECK(ParseConditionText(std::string(32, '(') + "caller.bot" + std::string(32, ')')).errors == 0);
}

TEST_CASE("bytes that are no text are refused") {
  for (const std::string& text :
       {std::string("callee.premium\0", 15), std::string("\xFF"),
        std::string("call.media == '\xC3'"), std::string("\xEF\xBB\xBF") + "callee.premium",
        std::string("callee.premium \x1b[31m"), std::string("'"), std::string("\""),
        std::string("'a\nb' == 'a'")}) {
    CAPTURE(text);
    const ParsedCondition parsed = ParseConditionText(text);
    CHECK_FALSE(parsed.condition.has_value());
    CHECK(parsed.errors >= 1);
    CHECK(parsed.diagnostics.find('\x1b') == std::string::npos);
  }
}

TEST_CASE("no prefix of a condition crashes or is taken for another") {
  const std::string text =
      "!(callee.follows(caller) || call.media in ['audio', \"video\"]) && call.tenant >= -0x1F // "
      "x\n"
      "? callee.since_attempt_ms(caller) < duration('1h30m') : callee.premium != true";
  for (size_t size = 0; size <= text.size(); ++size) {
    CAPTURE(size);
    const ParsedCondition parsed = ParseConditionText(text.substr(0, size));
    CHECK(parsed.condition.has_value() == (parsed.errors == 0));
  }
}

}  // namespace
}  // namespace ringfence
