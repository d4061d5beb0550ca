// A world for tests of the public classes: a store in a folder of its own, an engine, questions.
#pragma once

#include <doctest/doctest.h>
#include <ringfence/engine.h>

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "contract/temporary_folder.h"

namespace ringfence {

inline Store OpenStore(const std::string& path) {
  StoreOptions options;
  options.path = path;
  options.mode = StoreOptions::Mode::kCreate;
  Result<Store> store = Store::Open(options);
  REQUIRE_MESSAGE(store.ok(), store.status().message());
  return std::move(store).value();
}

/// Runs the body on a store in memory, and on one in a file.
inline void OnEachPublicStore(const std::function<void(Store&)>& body) {
  const TemporaryFolder folder;
  for (const std::string& path : {std::string(), folder.file("world.db")}) {
    INFO((path.empty() ? "memory" : "sqlite"));
    Store store = OpenStore(path);
    body(store);
  }
}

inline Engine OpenEngine(EngineOptions options) {
  Result<Engine> engine = Engine::Open(std::move(options));
  REQUIRE_MESSAGE(engine.ok(), engine.status().message());
  return std::move(engine).value();
}

inline Engine OpenEngine(const Store& store) {
  EngineOptions options;
  options.store = store;
  return OpenEngine(std::move(options));
}

inline Reader OpenReader(Engine& engine, std::span<FactSource* const> sources = {}) {
  Result<Reader> reader = engine.NewReader(sources);
  REQUIRE_MESSAGE(reader.ok(), reader.status().message());
  return std::move(reader).value();
}

inline Decision Ask(Reader& reader, const Question& question) {
  const Result<Decision> decision = reader.Decide(question);
  REQUIRE_MESSAGE(decision.ok(), decision.status().message());
  return *decision;
}

inline Question Between(const char* caller, const char* callee) {
  Question question;
  question.caller = caller;
  question.callee = callee;
  return question;
}

/// Facts by their text, kept alive for a Question.
class Facts {
 public:
  Facts(std::initializer_list<std::pair<const char*, const char*>> facts) {
    for (const auto& [name, value] : facts) {
      const Result<Fact> fact = Catalog::Standard().MakeFact(name, value);
      REQUIRE_MESSAGE(fact.ok(), fact.status().message());
      facts_.push_back(*fact);
    }
  }
  operator std::span<const Fact>() const { return facts_; }  // NOLINT: for Question::facts

 private:
  std::vector<Fact> facts_;
};

}  // namespace ringfence
