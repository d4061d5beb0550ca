// What benchmarks of the decision log share: people in a store, an engine that records.
#pragma once

#include <ringfence/engine.h>
#include <ringfence/log.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bench/support.h"

namespace ringfence::bench {

/// A store knows a log by its name.
inline std::string NewName() {
  static int logs = 0;
  return "bench.example/ring/n" + std::to_string(++logs);
}

struct People {
  std::vector<int64_t> handles;

  People(Store& store, size_t users) {
    auto transaction = Must(store.Begin());
    const FactId follows = Must(store.catalog().FindRelation("follows"));
    for (size_t i = 0; i < users; i += 2) {
      const std::string a = "user" + std::to_string(i), b = "user" + std::to_string(i + 1);
      MustOk(transaction.Relate(b, follows, a, 1));
    }
    Must(transaction.Commit());
    EngineOptions options;
    options.store = store;
    Engine engine = Must(Engine::Open(std::move(options)));
    Reader reader = Must(engine.NewReader());
    for (size_t i = 0; i < users; ++i) {
      handles.push_back(Must(reader.Resolve("user" + std::to_string(i))));
    }
  }

  Question Pair(size_t i) const {
    Question question;
    question.caller = Party::Handle(handles[2 * i % handles.size()]);
    question.callee = Party::Handle(handles[(2 * i + 1) % handles.size()]);
    return question;
  }
};

/// An engine over a store that records in a new log.
struct LoggedEngine {
  LoggedEngine(const LogOptions& options, Store& store) {
    MustOk(DecisionLog::Init({options.path, options.keys, NewName(), 1, 90}));
    log.emplace(Must(DecisionLog::Open(options, store)));
    EngineOptions engine_options;
    engine_options.store = store;
    engine_options.log = log;
    engine.emplace(Must(Engine::Open(std::move(engine_options))));
    reader.emplace(Must(engine->NewReader()));
  }
  std::optional<DecisionLog> log;
  std::optional<Engine> engine;
  std::optional<Reader> reader;
};

inline double SecondsOf(const auto& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// Takes `--entries N` out of the arguments; 0 is no number of entries.
inline size_t TakeEntries(int* argc, char** argv) {
  size_t entries = 1000000;
  int kept = 1;
  for (int i = 1; i < *argc; ++i) {
    if (std::strcmp(argv[i], "--entries") == 0 && i + 1 < *argc) {
      entries = std::strtoull(argv[++i], nullptr, 10);
    } else {
      argv[kept++] = argv[i];
    }
  }
  *argc = kept;
  if (entries == 0) Fail("--entries takes a number");
  return entries;
}

}  // namespace ringfence::bench
