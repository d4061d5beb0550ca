// Canonical text: printing and parsing again gives the same text, on fixed and on random documents;
// the digest depends on what a policy means and on nothing else.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "unit/policy_text.h"
#include "unit/seed.h"

namespace ringfence {
namespace {

const Catalog& Facts() { return Catalog::Standard(); }

std::string Printed(const std::string& text) {
  const ParsedPolicy parsed = ParsePolicyText(text);
  REQUIRE_MESSAGE(parsed.document.has_value(), parsed.diagnostics << text);
  return PrintDocument(Facts(), *parsed.document);
}
std::string Digest(const std::string& text) {
  const ParsedPolicy parsed = ParsePolicyText(text);
  REQUIRE_MESSAGE(parsed.document.has_value(), parsed.diagnostics);
  return PolicyDigest(Facts(), *parsed.document);
}

constexpr const char* kWritten = R"json(// A policy as people write it.
{ "decisions": {
    "path": { "values": ["direct", "relay"], "otherwise": "direct", "on_unavailable": "relay",
      "rules": [
        { "then": "relay", "when": "callee.relay_calls||caller.relay_calls", "id": "either" } ] },
    "ring": {
      "on_unavailable": { "then": "private", "doc": "dropped" },
      "otherwise": { "then": "private", "reason": "no rule admits" },
      "rules": [
        { "id": "off", "when": "!callee.calls_enabled", "then": "private", "doc": "dropped" },
        { "id": "ok", "when": "callee.follows(caller) == true", "then": "ring",
          "reason": "followed" } ] } },
  "defaults": { "premium": true, "call_audience": "nobody", "country": 7 },
  "outcomes": { "private": { "signal": "offline", "effect": "refuse" },
                "mute": { "effect": "silence", "signal": "nothing" } },
  "unknown_callee": "private", "catalog": 1, "policy": "written",
  "invariants": [ { "id": "i",
    "that": "(callee.premium ? ring.effect == 'ring' : 1 < 2) && !(ring.rule in ['ok', 'off'])" } ],
  "discloses": [ { "why": "the button says so", "fact": "callee.blocks(caller)" },
                 { "fact": "callee.calls_enabled", "why": "so does this" } ],
})json";

constexpr const char* kCanonical = R"json({
  "policy": "written",
  "catalog": 1,
  "defaults": {
    "premium": true,
    "call_audience": "nobody",
    "country": 7
  },
  "outcomes": {
    "private": {
      "effect": "refuse",
      "signal": "offline",
      "record": "nothing",
      "sip": 480,
      "told": "unavailable"
    },
    "mute": {
      "effect": "silence",
      "signal": "nothing",
      "record": "missed",
      "told": "unavailable"
    }
  },
  "unknown_callee": "private",
  "decisions": {
    "ring": {
      "combine": "first-applicable",
      "rules": [
        {
          "id": "off",
          "when": "!callee.calls_enabled",
          "then": "private"
        },
        {
          "id": "ok",
          "when": "callee.follows(caller)",
          "then": "ring",
          "reason": "followed"
        }
      ],
      "otherwise": {
        "then": "private",
        "reason": "no rule admits"
      },
      "on_unavailable": "private"
    },
    "path": {
      "values": [
        "direct",
        "relay"
      ],
      "combine": "first-applicable",
      "rules": [
        {
          "id": "either",
          "when": "callee.relay_calls || caller.relay_calls",
          "then": "relay"
        }
      ],
      "otherwise": "direct",
      "on_unavailable": "relay"
    }
  },
  "invariants": [
    {
      "id": "i",
      "that": "(callee.premium ? ring.effect == 'ring' : true) && !(ring.rule in ['off', 'ok'])"
    }
  ],
  "discloses": [
    {
      "fact": "callee.calls_enabled",
      "why": "so does this"
    },
    {
      "fact": "callee.blocks(caller)",
      "why": "the button says so"
    }
  ]
}
)json";

constexpr const char* kDumped = R"(policy written catalog 1
default premium = true
default call_audience = nobody
default country = 7
outcome ring: ring signal=ringing record=missed sip=180 told=ringing built-in
outcome refuse: refuse signal=offline record=nothing sip=480 told=unavailable built-in
outcome private: refuse signal=offline record=nothing sip=480 told=unavailable
outcome mute: silence signal=nothing record=missed sip=none told=unavailable
unknown_callee -> private
decision ring combine=first-applicable
  rule off: !callee.calls_enabled -> private
  rule ok: callee.follows(caller) -> ring reason="followed"
  rule otherwise: true -> private reason="no rule admits"
  rule on_unavailable: true -> private
decision path combine=first-applicable values=direct,relay
  rule either: callee.relay_calls || caller.relay_calls -> relay
  rule otherwise: true -> direct
  rule on_unavailable: true -> relay
invariant i: (callee.premium ? ring.effect == 'ring' : true) && !(ring.rule in ['off', 'ok'])
discloses callee.calls_enabled: "so does this"
discloses callee.blocks(caller): "the button says so"
)";

TEST_CASE("canonical text and dump, word for word") {
  CHECK(Printed(kWritten) == kCanonical);
  CHECK(Printed(kCanonical) == kCanonical);
  CHECK(DumpDocument(Facts(), *ParsePolicyText(kWritten).document) == kDumped);
}

std::string Changed(const std::string& from, const std::string& to) {
  std::string text = kCanonical;
  const size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

TEST_CASE("the digest is that of the meaning") {
  const std::string digest = Digest(kCanonical);
  CHECK(digest.size() == 64);
  CHECK(Digest(kWritten) == digest);
  CHECK(Digest(std::string(kCanonical) + "// note\n") == digest);
  CHECK(Digest(Changed("!callee.calls_enabled", "callee.calls_enabled != true")) == digest);
  CHECK(Digest(Changed("\"written\"", "\"other\"")) != digest);
  CHECK(Digest(Changed("callee.follows(caller)", "caller.follows(callee)")) != digest);
  CHECK(Digest(Changed("\"country\": 7", "\"country\": 8")) != digest);
  CHECK(Digest(Changed("\"reason\": \"followed\"", "\"reason\": \"follows\"")) != digest);
  CHECK(Digest(Changed("\"sip\": 480", "\"sip\": 486")) != digest);
  CHECK(Digest(Changed("first-applicable", "deny-overrides")) != digest);
  CHECK(Digest(Changed("so does this", "so does that")) != digest);
}

// Random texts. Every part is chosen among everything the language has.
class Random {
 public:
  explicit Random(uint64_t seed) : bits_(seed) {}

  std::string Policy() {
    decisions_ = {"ring"};
    std::string text = R"({ "policy": "p)" + Number(99) + R"(", "catalog": 1, )" + Defaults();
    text += R"("outcomes": { )" + List(1 + Below(5), ", ", [&](size_t i) { return Outcome(i); }) +
            " }, ";
    text += R"("unknown_callee": ")" + std::string(Below(2) == 0 ? "refuse" : "o0") + R"(", )";
    text += R"("decisions": { )" + Decision("ring");
    for (size_t i = Below(3); i > 0; --i) text += ", " + Decision("d" + std::to_string(i));
    text += R"( }, "invariants": [ )" + List(Below(4), ", ", [&](size_t i) {
              in_invariant_ = true;
              const std::string that = Condition(0);
              in_invariant_ = false;
              return R"({ "id": "i)" + std::to_string(i) + R"(", "that": ")" + that + "\" }";
            });
    return text + " ] " + Discloses() + "}";
  }

 private:
  std::string Discloses() {
    std::vector<std::string> facts = {"callee.blocks(caller)", "callee.minor", "callee.dnd"};
    std::shuffle(facts.begin(), facts.end(), bits_);
    return R"(, "discloses": [ )" +
           List(Below(4), ", ",
                [&](size_t i) {
                  return R"({ "fact": ")" + facts[i] + R"(", "why": "w)" + Number(9) + R"(" })";
                }) +
           " ] ";
  }
  size_t Below(size_t limit) { return static_cast<size_t>(bits_() % limit); }
  std::string Number(size_t limit) { return std::to_string(Below(limit + 1)); }
  template <class T>
  const T& Pick(const std::vector<T>& from) {
    return from[Below(from.size())];
  }
  template <class Make>
  static std::string List(size_t count, const std::string& between, const Make& make) {
    std::string text;
    for (size_t i = 0; i < count; ++i) text += (i == 0 ? "" : between) + make(i);
    return text;
  }

  std::string Defaults() {
    return R"("defaults": { )" +
           std::string(Below(2) == 0 ? R"("premium": true)" : R"("country": 999)") +
           (Below(2) == 0 ? R"(, "call_audience": "friends")" : "") + " }, ";
  }

  std::string Outcome(size_t i) {
    const std::string name = "\"o" + std::to_string(i) + "\": { ";
    const std::string rank =
        R"(, "rank": )" + std::string(Below(2) == 0 ? "-" : "") + Number(5) + " }";
    if (i == 0) return name + R"("effect": "refuse", "signal": "busy")" + rank;
    switch (Below(4)) {
      case 0:
        return name + R"("effect": "ring", "signal": "nothing")" + rank;
      case 1:
        return name + R"("effect": "silence", "record": "message", "sip": 181)" + rank;
      case 2:
        return name + R"("effect": "refuse", "signal": "retry_later", "retry_after": 9)" + rank;
      default:
        return name + R"("effect": "screen", "told": "x-y_z")" + rank;
    }
  }

  std::string Decision(const std::string& name) {
    const bool ring = name == "ring";
    // "highest" needs ranks, which the built-in outcomes have not: o0 is always there.
    const std::vector<std::string> then =
        ring ? std::vector<std::string>{"o0"} : std::vector<std::string>{"v0", "v1", "v2"};
    const std::vector<std::string> combines =
        ring ? std::vector<std::string>{"first-applicable", "deny-overrides", "permit-overrides",
                                        "highest"}
             : std::vector<std::string>{"first-applicable", "highest"};
    size_t id = 0;
    const auto rule = [&](size_t) {
      return R"({ "id": "r)" + std::to_string(id++) + R"(", "when": ")" + Condition(0) +
             R"(", "then": ")" + Pick(then) + "\"" +
             (Below(3) == 0 ? R"(, "reason": "wh\u0079 é \"no\"")" : "") + " }";
    };
    std::string text = "\"" + name + "\": { " + (ring ? "" : R"("values": ["v0", "v1", "v2"], )");
    text += R"("combine": ")" + Pick(combines) + R"(", "floor": [ )" + List(Below(3), ", ", rule);
    text +=
        R"( ], "rules": [ )" + List(Below(6), ", ", rule) + R"( ], "otherwise": ")" + Pick(then);
    text += R"(", "on_unavailable": { "then": ")" + Pick(then) + R"(", "reason": "r" } })";
    if (!ring) decisions_.push_back(name);
    return text;
  }

  // Written with more parentheses and spaces than needed.
  std::string Condition(size_t depth) {
    const size_t choice = depth > 5 ? 0 : Below(9);
    switch (choice) {
      case 5:
        return "!" + Inner(depth);
      case 6:
        return List(2 + Below(4), " && ", [&](size_t) { return Inner(depth); });
      case 7:
        return List(2 + Below(4), "||", [&](size_t) { return Inner(depth); });
      case 8:
        return Inner(depth) + " ? " + Inner(depth) + ":" + Inner(depth);
      default:
        return Leaf();
    }
  }
  std::string Inner(size_t depth) {
    if (Below(40) == 0) return Below(2) == 0 ? "true" : "false";
    return "( " + Condition(depth + 1) + " )";
  }

  std::string Leaf() {
    if (in_invariant_ && Below(3) == 0) return Term();
    const std::span<const FactInfo> facts = Facts().facts();
    const FactInfo& fact = facts[Below(facts.size())];
    const std::string same = Same(fact);
    if (!same.empty() && Below(4) == 0) return fact.name + (Below(2) == 0 ? " == " : "!=") + same;
    const auto constant = [&](size_t) { return Constant(fact); };
    if (Below(4) == 0) return fact.name + " in [" + List(Below(4), ",", constant) + "]";
    const std::vector<std::string> order = {"<", "<=", ">", ">="};
    if (fact.type == FactType::kInt && Below(2) == 0) {
      const std::string compare = Pick(order);
      return Below(2) == 0 ? fact.name + compare + Constant(fact)
                           : Constant(fact) + compare + fact.name;
    }
    if (fact.type == FactType::kBool && Below(2) == 0) return fact.name;
    return Constant(fact) + (Below(2) == 0 ? "==" : " != ") + fact.name;
  }

  std::string Same(const FactInfo& fact) {
    if (fact.type == FactType::kInt) return {};
    for (size_t i = Below(Facts().size()), n = 0; n < Facts().size(); ++n) {
      const FactInfo& other = Facts().fact(static_cast<FactId>((i + n) % Facts().size()));
      if (other.type == fact.type && other.members == fact.members) return other.name;
    }
    return {};
  }

  std::string Constant(const FactInfo& fact) {
    if (fact.type == FactType::kBool) return Below(2) == 0 ? "true" : "false";
    if (fact.type == FactType::kEnum) {
      const std::string quote = Below(2) == 0 ? "'" : "\\\"";
      return quote + Pick(fact.members) + quote;
    }
    const auto span = static_cast<size_t>(fact.highest - fact.lowest + 1);
    return std::to_string(fact.lowest + static_cast<int64_t>(Below(span)));
  }

  std::string Term() {
    const std::string decision = Pick(decisions_);
    if (decision == "ring" && Below(2) == 0) {
      return Below(2) == 0 ? "ring.effect != 'ring'" : "ring.signal in ['busy', 'ringing']";
    }
    if (Below(2) == 0) return decision + ".rule in ['otherwise', 'on_unavailable']";
    return decision + (decision == "ring" ? ".outcome == 'o0'" : ".outcome != 'v1'");
  }

  std::mt19937_64 bits_;
  std::vector<std::string> decisions_;
  bool in_invariant_ = false;
};

bool SameNodes(const Condition& a, const Condition& b) {
  return std::ranges::equal(a.nodes, b.nodes, [](const ConditionNode& x, const ConditionNode& y) {
    return x.op == y.op && x.value == y.value && x.compare == y.compare && x.fact == y.fact &&
           x.other == y.other && x.a == y.a && x.b == y.b && x.c == y.c &&
           x.constant == y.constant && x.values == y.values && x.constants == y.constants;
  });
}

void CheckSameRules(const std::vector<Rule>& a, const std::vector<Rule>& b) {
  REQUIRE(a.size() == b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    CHECK(a[i].id == b[i].id);
    CHECK(a[i].then == b[i].then);
    CHECK(a[i].reason == b[i].reason);
    CHECK(a[i].when.text == b[i].when.text);
    CHECK(SameNodes(a[i].when, b[i].when));
  }
}

TEST_CASE("random documents print to a text that parses to the same document") {
  Random random(Seed());
  size_t nodes = 0;
  for (int round = 0; round < 300; ++round) {
    const std::string text = random.Policy();
    CAPTURE(text);
    const ParsedPolicy first = ParsePolicyText(text);
    REQUIRE_MESSAGE(first.document.has_value(), first.diagnostics);
    const std::string printed = PrintDocument(Facts(), *first.document);
    const ParsedPolicy second = ParsePolicyText(printed);
    REQUIRE_MESSAGE(second.document.has_value(), second.diagnostics);
    CHECK(PrintDocument(Facts(), *second.document) == printed);
    CHECK(DumpDocument(Facts(), *second.document) == DumpDocument(Facts(), *first.document));
    REQUIRE(second.document->decisions.size() == first.document->decisions.size());
    for (size_t i = 0; i < first.document->decisions.size(); ++i) {
      CheckSameRules(first.document->decisions[i].floor, second.document->decisions[i].floor);
      CheckSameRules(first.document->decisions[i].rules, second.document->decisions[i].rules);
      for (const Rule& rule : first.document->decisions[i].rules) nodes += rule.when.nodes.size();
    }
    for (size_t i = 0; i < first.document->invariants.size(); ++i) {
      CHECK(SameNodes(first.document->invariants[i].that, second.document->invariants[i].that));
    }
  }
  CHECK(nodes > 3000);
}

}  // namespace
}  // namespace ringfence
