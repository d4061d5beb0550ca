// A log in a temporary folder, and decisions to put into it.
#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <memory>
#include <random>
#include <string>

#include "base/sha256.h"
#include "contract/temporary_folder.h"
#include "log/writer.h"

namespace ringfence {

/// A clock that stands where a test puts it.
class TestClock final : public LogClock {
 public:
  uint64_t UnixNs() override { return unix_ns; }
  uint64_t MonotonicNs() override { return monotonic_ns; }
  void Advance(uint64_t ns) { unix_ns += ns, monotonic_ns += ns; }

  std::atomic<uint64_t> unix_ns{1'793'000'000'000'000'000};  // 2026-10-26
  std::atomic<uint64_t> monotonic_ns{1'000'000'000};
};

/// A folder with a new log; its rings are removed with it.
class TestLog {
 public:
  explicit TestLog(LogFiles* files = nullptr) {
    LogInit init;
    init.path = path();
    init.keys = keys();
    init.name = "example.com/ring/test";
    Status made = InitLog(files == nullptr ? &SystemFiles() : files, init);
    REQUIRE_MESSAGE(made.ok(), made.message());
  }
  ~TestLog() {
    const Result<LogDescription> description = ReadDescription(&SystemFiles(), path());
    if (!description.ok()) return;
    std::filesystem::remove_all("/dev/shm/ringfence-" + ToHex(description->identity));
  }

  std::string path() const { return folder_.file("log"); }
  std::string keys() const { return folder_.file("log.keys"); }

  LogWriter::Setup Setup() const {
    LogWriter::Setup setup;
    setup.options.path = path();
    setup.options.keys = keys();
    setup.options.ring_entries = 64;
    setup.options.ballast_bytes = 4096;
    return setup;
  }
  std::shared_ptr<LogWriter> Open(LogWriter::Setup setup) const {
    Result<std::shared_ptr<LogWriter>> writer = LogWriter::Open(std::move(setup));
    REQUIRE_MESSAGE(writer.ok(), writer.status().message());
    return *writer;
  }

 private:
  TemporaryFolder folder_;
};

inline DecisionRecord RandomRecord(uint32_t policy, std::mt19937_64* random) {
  DecisionRecord record;
  record.policy = policy;
  record.effect = static_cast<uint8_t>((*random)() % 5);
  record.facts_schema = 1;
  record.rule = static_cast<uint16_t>((*random)() % 8);
  record.revision = (*random)();
  for (uint8_t& byte : record.caller) byte = static_cast<uint8_t>((*random)());
  for (uint8_t& byte : record.callee) byte = static_cast<uint8_t>((*random)());
  for (uint8_t& byte : record.facts_key) byte = static_cast<uint8_t>((*random)());
  for (uint32_t& word : record.facts.words) word = static_cast<uint32_t>((*random)());
  record.facts.states = GroupStates::Of((1u << kGroupCount) - 1, 0, 0);
  return record;
}

/// What another policy makes of the same call.
inline DecisionRecord ShadowOf(const DecisionRecord& record, uint32_t policy,
                               std::mt19937_64* random) {
  DecisionRecord shadow = RandomRecord(policy, random);
  shadow.caller = record.caller;
  shadow.callee = record.callee;
  shadow.facts_key = record.facts_key;
  shadow.revision = record.revision;
  return shadow;
}

}  // namespace ringfence
