// Questions and sources for tests of frames: facts by name, sources that do what a test says.
#pragma once

#include <doctest/doctest.h>
#include <ringfence/catalog.h>
#include <ringfence/fact_source.h>

#include <functional>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "facts/frame.h"

namespace ringfence {

inline const Layout& TheLayout() {
  static const Layout layout(Catalog::Standard());
  return layout;
}

inline FactId Id(std::string_view name) {
  const Result<FactId> id = Catalog::Standard().Find(name);
  CAPTURE(name);
  REQUIRE(id.ok());
  return *id;
}

/// A question from alice to bob that carries facts, and the frame begun for it.
struct Asked {
  using Carried = std::initializer_list<std::pair<const char*, const char*>>;

  explicit Asked(Carried carried = {}) {
    for (const auto& [name, value] : carried) {
      const Result<Fact> fact = Catalog::Standard().MakeFact(name, value);
      REQUIRE(fact.ok());
      facts.push_back(*fact);
    }
    question.caller = "alice";
    question.callee = "bob";
    question.facts = facts;
  }
  Asked(const Asked&) = delete;

  Status Begin() { return BeginFrame(TheLayout(), question, &frame); }
  std::string BeginError() {
    const Status status = Begin();
    CHECK(status.code() == StatusCode::kInvalidArgument);
    return status.message();
  }
  /// From the sources given; the first `hosts` of them are the host's.
  void Load(Group group, std::vector<FactSource*> sources, size_t hosts = 0) {
    LoadGroup(TheLayout(), group, question, sources, hosts, &frame);
  }

  bool Unavailable(std::string_view name) const { return frame.unavailable.Contains(Id(name)); }
  /// As the catalog formats it; "unavailable" if it is.
  std::string Value(std::string_view name) const {
    const FactId id = Id(name);
    if (frame.unavailable.Contains(id)) return "unavailable";
    return Catalog::Standard().FormatValue(id, frame.Get(TheLayout().places[id]));
  }

  std::vector<Fact> facts;
  Question question;
  Frame frame;
};

/// Does as it is told, and counts.
class ScriptedSource final : public FactSource {
 public:
  using Script = std::function<ReadState(Group, GroupWriter&)>;

  explicit ScriptedSource(Script script) : script_(std::move(script)) {}
  explicit ScriptedSource(ReadState state)
      : script_([state](Group, GroupWriter&) { return state; }) {}

  ReadState Read(Group group, const Question&, GroupWriter& out) noexcept override {
    ++reads;
    return script_(group, out);
  }

  int reads = 0;

 private:
  Script script_;
};

}  // namespace ringfence
