// A decision log whose clock a test holds, for engines: months, days and epochs pass as it says.
#pragma once

#include <doctest/doctest.h>
#include <ringfence/log.h>

#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "api/log_impl.h"
#include "base/sha256.h"
#include "contract/temporary_folder.h"
#include "log/keys.h"
#include "log/writer.h"
#include "unit/log_writer_support.h"

namespace ringfence {

/// A folder with a log that begins at a time of the past; its rings are removed with it.
class ClockedLog {
 public:
  explicit ClockedLog(uint64_t begins_ns, std::string name = "example.com/ring/test")
      : name_(std::move(name)) {
    clock.unix_ns = begins_ns;
    REQUIRE(DecisionLog::Init({path(), keys(), name_}).ok());
    // A new key file begins with the epoch of today.
    Result<LogKeys> made = ReadLogKeys(keys());
    REQUIRE(made.ok());
    made->first_epoch = EpochOf(begins_ns);
    std::filesystem::remove(keys());
    REQUIRE(CreateLogKeys(keys(), *made).ok());
    rings_ = "/dev/shm/ringfence-" + ToHex(made->identity);
  }
  ~ClockedLog() { std::filesystem::remove_all(rings_); }

  std::string path() const { return folder_.file("log"); }
  std::string keys() const { return folder_.file("log.keys"); }
  std::string file(const std::string& name) const { return folder_.file(name); }
  const std::string& name() const { return name_; }

  LogOptions Options() const {
    LogOptions options;
    options.path = path();
    options.keys = keys();
    options.ballast_bytes = 0;
    options.block_ms = 60000;
    options.flush_ms = 10000;
    options.checkpoint_ms = 60000;
    options.heartbeat_s = 0;
    return options;
  }

  /// As DecisionLog::Open with that store, but for the clock. Entries that wait in the store stay
  /// there, and so does no copy of the checkpoint.
  DecisionLog Open(LogOptions options, const std::optional<Store>& store) {
    // There is no other way to a DecisionLog: one of another log, which is given our writer.
    const std::string other = folder_.file("other" + std::to_string(++opened_));
    REQUIRE(DecisionLog::Init({other, other + ".keys", name_ + "/other"}).ok());
    LogOptions first = options;
    first.path = other;
    first.keys = other + ".keys";
    first.ring_entries = 16;
    Result<DecisionLog> log = DecisionLog::Open(first);
    REQUIRE_MESSAGE(log.ok(), log.status().message());
    REQUIRE(log->Close().ok());
    LogWriter::Setup setup;
    setup.options = std::move(options);
    setup.clock = &clock;
    Result<std::shared_ptr<LogWriter>> writer = LogWriter::Open(std::move(setup));
    REQUIRE_MESSAGE(writer.ok(), writer.status().message());
    log->impl()->writer = *std::move(writer);
    log->impl()->store = store;
    return *log;
  }

  TestClock clock;

 private:
  TemporaryFolder folder_;
  std::string name_, rings_;
  int opened_ = 0;
};

}  // namespace ringfence
