// VerifyProgram accepts what the compiler makes and refuses it after a change in any one field.
#include <doctest/doctest.h>

#include <functional>
#include <limits>

#include "compile/compile.h"
#include "program/program.h"
#include "unit/policy_builder.h"

namespace ringfence {
namespace {

const Layout& StandardLayout() {
  static const Layout layout(Catalog::Standard());
  return layout;
}

/// Every kind of fact: settings with unset, relation, enum, int, int that can be unset.
Program GoodProgram() {
  PolicyBuilder builder;
  builder.Outcome("quiet", Effect::kSilence)
      .Default("allow_verified", 1)
      .Floor("blocked", Test("callee.blocks(caller)"), "refuse")
      .Rule("verified", Test("callee.allow_verified") && Test("caller.verified"), "ring")
      .Rule("abroad", Compare("callee.country", CompareOp::kGe, 500), "quiet")
      .Rule("few", Compare("caller.cohort", CompareOp::kLt, 100), "ring")
      .Decision("path", {"direct", "relay"})
      .Rule("asks", Test("callee.relay_calls") || Test("call.media", {"video"}), "relay");
  Diagnostics diagnostics;
  return Compile(StandardLayout(), builder.document(), {}, "p.json", &diagnostics).value();
}

size_t NodeOf(const Program& program, std::string_view fact, size_t decision = 0) {
  const std::vector<ProgramNode>& nodes = program.decisions[decision].nodes;
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].fact == FactNamed(fact)) return i;
  }
  FAIL("no node tests " << fact);
  return 0;
}

struct Mutation {
  std::string finding;  ///< what the message must name
  std::function<void(Program&)> mutate;
};

void CheckRefused(const std::vector<Mutation>& mutations) {
  const Program good = GoodProgram();
  REQUIRE_MESSAGE(VerifyProgram(StandardLayout(), good).ok(),
                  VerifyProgram(StandardLayout(), good).message());
  for (size_t i = 0; i < mutations.size(); ++i) {
    INFO("mutation " << i << ": " << mutations[i].finding);
    Program bad = good;
    mutations[i].mutate(bad);
    const Status status = VerifyProgram(StandardLayout(), bad);
    CHECK(status.code() == StatusCode::kCorrupt);
    INFO(status.message());
    CHECK(status.message().find(mutations[i].finding) != std::string::npos);
  }
}

TEST_CASE("the header of a program") {
  CheckRefused({
      {"policy name", [](Program& p) { p.policy_name.clear(); }},
      {"policy digest", [](Program& p) { p.digest_hex.pop_back(); }},
      {"policy digest", [](Program& p) { p.digest_hex[5] = 'G'; }},
      {"number of decisions", [](Program& p) { p.decisions.clear(); }},
      {"number of decisions", [](Program& p) { p.decisions.resize(kMaxDecisions + 1); }},
      {"decision 'path' twice", [](Program& p) { p.decisions.push_back(p.decisions[1]); }},
      {"decision 'path': name", [](Program& p) { std::swap(p.decisions[0], p.decisions[1]); }},
      {"largest number of nodes", [](Program& p) { ++p.max_nodes; }},
      {"largest number of nodes", [](Program& p) { --p.max_nodes; }},
      {"number of unset values", [](Program& p) { p.unset_values.pop_back(); }},
      {"unset value of callee.allow_verified",
       [](Program& p) { p.unset_values[FactNamed("callee.allow_verified")] = 2; }},
      {"unset value of call.media",
       [](Program& p) { p.unset_values[FactNamed("call.media")] = 1; }},
      {"the edge of unset is not its default's",
       [](Program& p) { p.unset_values[FactNamed("callee.allow_verified")] = 0; }},
      {"the edge of unset is not its default's",
       [](Program& p) { p.unset_values[FactNamed("callee.country")] = 999; }},
  });
}

TEST_CASE("the outcomes of a program") {
  CheckRefused({
      {"number of outcomes", [](Program& p) { p.outcomes.clear(); }},
      {"number of outcomes", [](Program& p) { p.outcomes.resize(kMaxOutcomes + 1); }},
      {"outcome '': name", [](Program& p) { p.outcomes[2].name.clear(); }},
      {"outcome 'ring': name", [](Program& p) { p.outcomes[2].name = "ring"; }},
      {"effect", [](Program& p) { p.outcomes[2].effect = static_cast<Effect>(5); }},
      {"signal", [](Program& p) { p.outcomes[2].signal = static_cast<Signal>(kSignalCount); }},
      {"record", [](Program& p) { p.outcomes[2].record = static_cast<Record>(3); }},
      {"SIP status", [](Program& p) { p.outcomes[2].sip_status = 99; }},
      {"SIP status", [](Program& p) { p.outcomes[2].sip_status = 700; }},
      {"told", [](Program& p) { p.outcomes[2].told.clear(); }},
      {"unknown_callee does not refuse", [](Program& p) { p.outcomes[1].effect = Effect::kRing; }},
  });
}

TEST_CASE("the rules of a decision") {
  const auto rules = [](Program& p) -> std::vector<ProgramRule>& { return p.decisions[0].rules; };
  CheckRefused({
      {"rule '': id", [&](Program& p) { rules(p)[2].id.clear(); }},
      {"rule 'blocked': id", [&](Program& p) { rules(p)[2].id = "blocked"; }},
      {"reason", [&](Program& p) { rules(p)[2].reason.clear(); }},
      {"what it leads to", [&](Program& p) { rules(p)[2].then = 3; }},
      {"what it leads to", [&](Program& p) { p.decisions[1].rules[0].then = 2; }},
      {"rule 'verified': floor",
       [&](Program& p) {
         rules(p)[1].floor = false;
         rules(p)[2].floor = true;
       }},
      {"rule 'unknown_callee': floor", [&](Program& p) { rules(p)[0].floor = true; }},
      {"rule 'otherwise': floor", [&](Program& p) { rules(p)[5].floor = true; }},
      {"rule 'verified': reserved", [&](Program& p) { rules(p)[2].reserved = true; }},
      {"rule 'unknown_callee': reserved", [&](Program& p) { rules(p)[0].reserved = false; }},
      {"rule 'otherwise': reserved", [&](Program& p) { rules(p)[5].reserved = false; }},
      {"place of unknown_callee", [&](Program& p) { std::swap(rules(p)[0].id, rules(p)[1].id); }},
      {"unknown_callee does not refuse", [&](Program& p) { rules(p)[0].then = 0; }},
      {"place of otherwise", [&](Program& p) { rules(p)[5].id = "other"; }},
      {"place of otherwise", [](Program& p) { --p.decisions[0].otherwise; }},
      {"place of on_unavailable", [&](Program& p) { rules(p)[6].id = "other"; }},
      {"place of on_unavailable", [](Program& p) { ++p.decisions[0].on_unavailable; }},
      {"number of rules", [&](Program& p) { rules(p).resize(2); }},
      {"number of rules", [](Program& p) { p.decisions[1].rules.resize(1); }},
      {"place of otherwise", [&](Program& p) { rules(p).pop_back(); }},
      {"condition without a test", [&](Program& p) { rules(p)[2].when.nodes.clear(); }},
      {"condition without text", [&](Program& p) { rules(p)[2].when.text.clear(); }},
      {"condition's operator",
       [&](Program& p) { rules(p)[2].when.nodes[0].op = static_cast<ConditionNode::Op>(9); }},
      {"condition's comparison",
       [&](Program& p) { rules(p)[3].when.nodes[0].compare = static_cast<CompareOp>(6); }},
      {"condition's fact", [&](Program& p) { rules(p)[2].when.nodes[0].fact = 256; }},
      {"condition's fact", [&](Program& p) { rules(p)[2].when.nodes[0].other = 256; }},
      {"condition's order", [&](Program& p) { rules(p)[2].when.nodes[2].a = 2; }},
      {"condition's order", [&](Program& p) { rules(p)[2].when.nodes[2].b = 3; }},
      {"condition's order", [&](Program& p) { rules(p)[0].when.nodes[1].a = 1; }},
      {"condition's order",
       [&](Program& p) {
         rules(p)[2].when.nodes[2].op = ConditionNode::Op::kIf;
         rules(p)[2].when.nodes[2].c = 2;
       }},
  });
}

TEST_CASE("what a decision says of itself") {
  CheckRefused({
      {"name", [](Program& p) { p.decisions[0].name = "rings"; }},
      {"name", [](Program& p) { p.decisions[1].name.clear(); }},
      {"values", [](Program& p) { p.decisions[0].values = {"direct"}; }},
      {"values", [](Program& p) { p.decisions[1].values.clear(); }},
      {"values", [](Program& p) { p.decisions[1].values[1] = "direct"; }},
      {"values", [](Program& p) { p.decisions[1].values[1].clear(); }},
      {"values", [](Program& p) { p.decisions[1].values.resize(kMaxPathValues + 1, "x"); }},
      {"expected reads", [](Program& p) { p.decisions[0].expected_reads = -1; }},
      {"expected reads", [](Program& p) { p.decisions[0].expected_reads = kGroupCount + 1; }},
      {"expected reads",
       [](Program& p) {
         p.decisions[0].expected_reads = std::numeric_limits<double>::quiet_NaN();
       }},
      {"nodes created", [](Program& p) { p.decisions[0].nodes_created = 3; }},
      {"reason of the order", [](Program& p) { p.decisions[0].order_reason.clear(); }},
      {"order of facts",
       [](Program& p) { p.decisions[0].order.push_back(p.decisions[0].order[0]); }},
      {"order of facts", [](Program& p) { p.decisions[0].order[0] = 300; }},
      {"fact is not in the order", [](Program& p) { p.decisions[0].order.pop_back(); }},
      {"order names a fact that no node tests",
       [](Program& p) { p.decisions[0].order.push_back(FactNamed("call.media")); }},
      {"order of facts on a path",
       [](Program& p) { std::swap(p.decisions[0].order[0], p.decisions[0].order[1]); }},
  });
}

TEST_CASE("the nodes of a decision") {
  const auto node = [](Program& p, std::string_view fact) -> ProgramNode& {
    return p.decisions[0].nodes[NodeOf(p, fact)];
  };
  constexpr std::string_view kBool = "callee.allow_verified", kInt = "callee.country";
  CheckRefused({
      {"fact", [&](Program& p) { node(p, kBool).fact = 299; }},
      {"place of the fact", [&](Program& p) { node(p, kBool).fact = FactNamed("callee.premium"); }},
      {"place of the fact", [&](Program& p) { ++node(p, kBool).place.word; }},
      {"place of the fact", [&](Program& p) { ++node(p, kBool).place.shift; }},
      {"place of the fact", [&](Program& p) { ++node(p, kBool).place.group; }},
      {"place of the fact", [&](Program& p) { ++node(p, kBool).place.mask; }},
      {"type of the fact", [&](Program& p) { node(p, kBool).is_int = true; }},
      {"type of the fact", [&](Program& p) { node(p, kInt).is_int = false; }},
      {"number of codes", [&](Program& p) { ++node(p, kBool).code_count; }},
      {"number of codes", [&](Program& p) { --node(p, kInt).code_count; }},
      {"number of classes", [&](Program& p) { --node(p, kBool).class_count; }},
      {"number of classes", [&](Program& p) { ++node(p, kBool).class_count; }},
      {"number of classes", [&](Program& p) { node(p, kInt).class_count = 1; }},
      {"number of classes", [&](Program& p) { node(p, kInt).class_count = 0xFFFFFFFF; }},
      {"edges", [&](Program& p) { ++node(p, kBool).first_edge; }},
      {"edges", [&](Program& p) { node(p, kInt).first_edge = 0xFFFFFFFF; }},
      {"cuts", [&](Program& p) { ++node(p, kBool).first_cut; }},
      {"cuts", [&](Program& p) { ++node(p, kInt).first_cut; }},
      {"cuts", [&](Program& p) { node(p, kInt).first_cut = 0xFFFFFFFF; }},
      {"number of nodes", [](Program& p) { p.decisions[0].nodes.push_back({}); }},
  });
}

TEST_CASE("the edges and cuts of a decision") {
  const auto edge = [](Program& p, std::string_view fact, uint32_t code) -> Ref& {
    return p.decisions[0].edges[p.decisions[0].nodes[NodeOf(p, fact)].first_edge + code];
  };
  const auto cut = [](Program& p, std::string_view fact, uint32_t index) -> FactCode& {
    return p.decisions[0].cuts[p.decisions[0].nodes[NodeOf(p, fact)].first_cut + index];
  };
  CheckRefused({
      {"root is not the first node", [](Program& p) { p.decisions[0].root = 1; }},
      {"root: edge leads nowhere", [](Program& p) { p.decisions[0].root = 1000; }},
      {"a node that no path reaches", [](Program& p) { p.decisions[0].root = kLeafBit; }},
      {"root: leaf is no rule", [](Program& p) { p.decisions[0].root = kLeafBit | 7; }},
      {"root: leads to on_unavailable", [](Program& p) { p.decisions[0].root = kLeafBit | 6; }},
      {"number of edges", [](Program& p) { p.decisions[0].edges.push_back(kLeafBit); }},
      {"number of classes", [](Program& p) { p.decisions[0].edges.resize(1); }},
      {"edges", [](Program& p) { p.decisions[0].edges.pop_back(); }},
      {"edge leads nowhere", [&](Program& p) { edge(p, "callee.known", 0) = 1000; }},
      {"edge leads backward", [&](Program& p) { edge(p, "callee.country", 2) = 0; }},
      {"leaf is no rule", [&](Program& p) { edge(p, "callee.known", 0) = kLeafBit | 7; }},
      {"leads to on_unavailable", [&](Program& p) { edge(p, "callee.known", 0) = kLeafBit | 6; }},
      {"a node that no path reaches",
       [&](Program& p) { edge(p, "callee.known", 1) = kLeafBit | 0; }},
      {"the edge of unset is not its default's",
       [&](Program& p) { edge(p, "callee.allow_verified", 0) = kLeafBit | 1; }},
      {"number of cuts", [](Program& p) { p.decisions[0].cuts.push_back(7); }},
      {"cuts", [](Program& p) { p.decisions[0].cuts.pop_back(); }},
      {"no edge for unset", [&](Program& p) { cut(p, "callee.country", 0) = 2; }},
      {"order of cuts", [&](Program& p) { cut(p, "callee.country", 0) = 0; }},
      {"order of cuts", [&](Program& p) { cut(p, "callee.country", 1) = 1; }},
      {"order of cuts", [&](Program& p) { cut(p, "callee.country", 1) = 1001; }},
  });
}

TEST_CASE("an edge that goes forward to a test of the same fact") {
  Program bad = GoodProgram();
  ProgramDecision& ring = bad.decisions[0];
  REQUIRE(VerifyProgram(StandardLayout(), bad).ok());
  // A copy of the last node, to which all edges of the last node lead.
  const ProgramNode last = ring.nodes.back();
  ring.nodes.push_back(last);
  ring.nodes.back().first_edge = static_cast<uint32_t>(ring.edges.size());
  ring.nodes.back().first_cut = static_cast<uint32_t>(ring.cuts.size());
  for (uint32_t i = 0; i < last.class_count; ++i) {
    ring.edges.push_back(ring.edges[last.first_edge + i]);
    ring.edges[last.first_edge + i] = static_cast<Ref>(ring.nodes.size() - 1);
  }
  for (uint32_t i = 0; last.is_int && i + 1 < last.class_count; ++i) {
    ring.cuts.push_back(ring.cuts[last.first_cut + i]);
  }
  bad.max_nodes = static_cast<uint32_t>(ring.nodes.size());
  CHECK(VerifyProgram(StandardLayout(), bad).message().find("order of facts on a path") !=
        std::string::npos);
}

}  // namespace
}  // namespace ringfence
