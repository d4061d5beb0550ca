// Drawings of shipped rule sets, word for word: tests/golden/graph/NAME.dot. A change to one is to
// be looked at as a picture before it is written anew with --update=graph.
#include <doctest/doctest.h>
#include <ringfence/graph.h>

#include <fstream>
#include <string>
#include <vector>

#include "golden/files.h"
#include "unit/seed.h"

namespace ringfence {
namespace {

/// All decisions, as `ringfence graph NAME --decision all` prints them.
std::string DotOf(const std::string& name) {
  const Policy policy = Policy::Shipped(name).value();
  std::vector<DecisionGraph> graphs;
  for (const Policy::DecisionStats& decision : policy.Stats()) {
    graphs.push_back(MakeGraph(policy, {decision.name, nullptr}).value());
  }
  return GraphDot(graphs);
}

TEST_CASE("drawings of a plain set, of one with two decisions, of one with numbers") {
  for (const std::string name : {"default", "telegram", "android-zen"}) {
    const std::filesystem::path golden = kSource / "tests/golden/graph" / (name + ".dot");
    const std::string dot = DotOf(name);
    if (Argument("update") == "graph") std::ofstream(golden, std::ios::binary) << dot;
    const std::string expected = ReadFile(golden);
    if (dot != expected) std::ofstream(name + ".dot.actual", std::ios::binary) << dot;
    CHECK_MESSAGE(dot == expected, name << ".dot is not " << name << ".dot.actual");
  }
}

}  // namespace
}  // namespace ringfence
