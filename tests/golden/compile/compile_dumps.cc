// What each stage of the compiler makes of small policies, against the listings beside this file. A
// listing that differs is written to the working directory as NAME.actual, to be read and compared.
#include <doctest/doctest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "compile/compile.h"
#include "unit/policy_builder.h"

namespace ringfence {
namespace {

std::string ReadListing(const std::string& name) {
  std::ifstream file(RINGFENCE_SOURCE_DIR "/tests/golden/compile/" + name + ".txt");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string DumpStages(const Document& document) {
  const Layout layout(Catalog::Standard());
  Diagnostics diagnostics;
  std::string diagrams;
  const std::optional<Program> program =
      Compile(layout, document, {}, "policy.json", &diagnostics, &diagrams);
  REQUIRE(program.has_value());
  std::string listing = DumpProgram(Catalog::Standard(), *program);
  // The digest covers the catalog, which grows; it has tests of its own.
  const size_t digest = listing.find(program->digest_hex);
  REQUIRE(digest != std::string::npos);
  listing.replace(digest, program->digest_hex.size(), "(digest)");
  return "--- document\n" + DumpDocument(Catalog::Standard(), document) + "--- diagram\n" +
         diagrams + "--- program\n" + listing;
}

void CheckListing(const std::string& name, const Document& document) {
  const std::string actual = DumpStages(document), expected = ReadListing(name);
  if (actual == expected) return;
  std::ofstream(name + ".actual") << actual;
  CHECK_MESSAGE(actual == expected, name << ".txt is not " << name << ".actual");
}

TEST_CASE("the seeds: a block refuses, then the switch, then whom the callee follows") {
  CheckListing(
      "seeds",
      PolicyBuilder()
          .Floor("blocked", Test("callee.blocks(caller)") || Test("caller.blocks(callee)"),
                 "refuse")
          .Rule("calls-off", !Test("callee.calls_enabled"), "refuse")
          .Rule("followed", Test("callee.allow_followed") && Test("callee.follows(caller)"), "ring")
          .Rule("contact",
                Test("callee.allow_contacts") && Test("callee.contact(caller)", {"match"}), "ring")
          .Decision("path", {"direct", "relay"})
          .Rule("asks", Test("callee.relay_calls") || Test("caller.relay_calls"), "relay")
          .OnUnavailable("relay")
          .document());
}

TEST_CASE("ints become intervals, unset stays an edge of its own, defaults of the policy apply") {
  CheckListing(
      "intervals",
      PolicyBuilder()
          .Outcome("quiet", Effect::kSilence)
          .Default("country", 276)
          .Default("unknown_callers", 3)
          .Rule("night",
                Compare("callee.local_minute", CompareOp::kGe, 1320) ||
                    Compare("callee.local_minute", CompareOp::kLt, 420),
                "quiet")
          .Rule("abroad", !IntIn("callee.country", {40, 276, 756}), "refuse")
          .Rule("screened", Test("callee.unknown_callers", {"screen", "voicemail"}), "quiet")
          .Otherwise("ring")
          .document());
}

TEST_CASE("permits before denials, whatever the document's order") {
  CheckListing(
      "permit_overrides",
      PolicyBuilder()
          .Combine(Combine::kPermitOverrides)
          .Rule("spam", Test("caller.reputation", {"spam", "fraud"}), "refuse")
          .Rule("same", Same("callee.mark(caller)", "caller.mark(callee)", CompareOp::kEq), "ring")
          .Rule("never", Constant(false), "ring")
          .document());
}

}  // namespace
}  // namespace ringfence
