// A store with some people and a decision log beside it, for tests of what Readers record and of
// what replays make of it.
#pragma once

#include <ringfence/log.h>
#include <ringfence/replay.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "api/store_impl.h"
#include "base/sha256.h"
#include "facts/frame.h"
#include "log/folder.h"
#include "log/keys.h"
#include "unit/api_support.h"

namespace ringfence {

/// A folder for a store and a log, and the log's rings, which go away with it.
class LogFolder {
 public:
  LogFolder() = default;
  ~LogFolder() {
    const Result<LogDescription> description = ReadDescription(&SystemFiles(), log_path());
    if (description.ok()) {
      std::filesystem::remove_all("/dev/shm/ringfence-" + ToHex(description->identity));
    }
  }
  LogFolder(const LogFolder&) = delete;
  LogFolder& operator=(const LogFolder&) = delete;

  std::string log_path() const { return folder.file("log"); }
  std::string keys_path() const { return folder.file("log.keys"); }
  LogOptions Options() const {
    LogOptions options;
    options.path = log_path();
    options.keys = keys_path();
    options.ring_entries = 64;
    options.ballast_bytes = 0;
    return options;
  }
  /// With all keys, of a log about that store's users.
  ReplayOptions KeysOf(const Store& store) const {
    ReplayOptions options;
    options.secrets.store = store;
    options.secrets.keys = keys_path();
    return options;
  }
  ReplayReport Replayed(const ReplayOptions& options) const {
    const Result<LogReader> reader = LogReader::Open(log_path());
    REQUIRE(reader.ok());
    const Result<ReplayReport> report = Replay(*reader, options);
    REQUIRE_MESSAGE(report.ok(), report.status().message());
    return *report;
  }

  TemporaryFolder folder;
};

/// A store with some people, and a log beside it.
class LogWorld : public LogFolder {
 public:
  LogWorld() : store(OpenStore(folder.file("calls.db"))) {
    REQUIRE(DecisionLog::Init({log_path(), keys_path(), "example.com/ring/test"}).ok());
    REQUIRE(store.Relate("bob", "follows", "alice").ok());
    REQUIRE(store.Block("bob", "mallory").ok());
  }

  DecisionLog Open(const LogOptions& options, bool with_store = true) const {
    Result<DecisionLog> log =
        DecisionLog::Open(options, with_store ? std::optional<Store>(store) : std::nullopt);
    REQUIRE_MESSAGE(log.ok(), log.status().message());
    return *log;
  }
  Engine EngineWith(const DecisionLog& log, bool with_store = true) const {
    EngineOptions options;
    if (with_store) options.store = store;
    options.log = log;
    return OpenEngine(std::move(options));
  }

  /// Every entry of the newest month, once the log was flushed.
  std::vector<Entry> Entries() const {
    LogFiles& files = SystemFiles();
    const Result<std::vector<std::string>> months = Months(&files, log_path());
    REQUIRE(months.ok());
    MonthReader reader(&files, log_path() + "/" + months->back());
    const Result<uint64_t> size = reader.EntriesOnDisk();
    REQUIRE(size.ok());
    std::vector<Entry> entries;
    for (uint64_t i = 0; i < *size; ++i) {
      const Result<Entry> entry = reader.ReadEntry(i);
      REQUIRE(entry.ok());
      entries.push_back(*entry);
    }
    return entries;
  }
  std::vector<Entry> Decisions() const {
    std::vector<Entry> decisions;
    for (const Entry& entry : Entries()) {
      if (entry.header.kind == EntryKind::kDecision) decisions.push_back(entry);
    }
    return decisions;
  }

  PartySecret SecretOf(const char* user) const {
    const Result<LogSeedRow> row = store.impl()->backend->FindLogSeed(user);
    REQUIRE_MESSAGE(row.ok(), row.status().message());
    PartySecret secret;
    secret.kind = PartySecret::Kind::kKnown;
    secret.seed = row->seed;
    return secret;
  }
  EpochNames NamesAt(uint64_t time_ns) const {
    const Result<LogKeys> keys = ReadLogKeys(keys_path());
    REQUIRE(keys.ok());
    const Result<Hash> key = keys->EpochKey(EpochOf(time_ns));
    REQUIRE(key.ok());
    return EpochNames(*key, EpochOf(time_ns));
  }
  FactsRecord FactsOf(const Entry& entry, const Hash& key) const {
    DecisionFields fields = entry.decision;
    CtrCipher cipher;
    ApplySeal(&cipher, key, 0, &fields);
    FactsRecord facts;
    REQUIRE(UnpackFacts(fields.sealed_facts, fields.sealed_states, &facts));
    return facts;
  }
  FactCode Code(const FactsRecord& facts, const char* name) const {
    const Result<FactId> id = Catalog::Standard().Find(name);
    REQUIRE(id.ok());
    const FactPlace& place = layout.places[*id];
    return facts.words[place.word] >> place.shift & place.mask;
  }
  static GroupState StateOf(const FactsRecord& facts, Group group) { return facts.states[group]; }

  Store store;
  Layout layout{Catalog::Standard()};
};

}  // namespace ringfence
