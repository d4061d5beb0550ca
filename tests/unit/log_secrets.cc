// What the writer leaves of facts and keys: nothing in a file of the log, nothing in a ring once it
// is sealed, and never anything there where the deciding thread seals.
#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "unit/log_writer_support.h"
#include "unit/memory_search.h"
#include "unit/seed.h"

namespace ringfence {
namespace {

/// Recognisable facts under a recognisable key.
DecisionRecord Marked(uint32_t policy, std::mt19937_64* random) {
  DecisionRecord record = RandomRecord(policy, random);
  record.detail_count = 1;
  record.detail_kinds[0] = DetailKind::kHost;
  for (uint32_t& word : record.details[0]) word = static_cast<uint32_t>((*random)());
  return record;
}

template <class Item>
std::string BytesOf(const Item& item) {
  return {reinterpret_cast<const char*>(item.data()), sizeof item};
}

std::string Contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Files below a folder that hold the bytes.
std::vector<std::string> Holding(const std::string& folder, const std::string& bytes) {
  std::vector<std::string> files;
  for (const auto& item : std::filesystem::recursive_directory_iterator(folder)) {
    if (!item.is_regular_file()) continue;
    if (Contents(item.path()).find(bytes) != std::string::npos) files.push_back(item.path());
  }
  return files;
}

struct Secrets {
  LogWriter::Setup setup;
  std::shared_ptr<LogWriter> writer;
  std::unique_ptr<Recorder> recorder;
  std::string rings;
  std::vector<DecisionRecord> records;

  Secrets(const TestLog& log, LogOptions::Sealing sealing) {
    setup = log.Setup();
    setup.threads = false;
    setup.options.sealing = sealing;
    writer = log.Open(setup);
    recorder = std::move(writer->NewRecorder()).value();
    rings = "/dev/shm/ringfence-" + ToHex(writer->description().identity);
    const uint32_t policy = writer->PolicyNumber(Hash{1}, 1, "{}").value();
    std::mt19937_64 random(Seed());
    for (int i = 0; i < 10; ++i) {
      records.push_back(Marked(policy, &random));
      RequestId receipt;
      REQUIRE(recorder->Record(records.back(), recorder->Now(), &receipt) == Recorded::kYes);
    }
  }

  /// As the fields have them: 72 bytes of facts, of a mask, and the key.
  std::vector<std::string> Needles() const {
    std::vector<std::string> needles;
    for (const DecisionRecord& record : records) {
      std::array<uint8_t, 80> facts, mask;
      std::array<uint8_t, 5> states;
      PackFacts(record.facts, &facts, &states);
      PackMask(record.details[0], &mask);
      needles.push_back(BytesOf(facts).substr(0, 16));
      needles.push_back(BytesOf(mask).substr(0, 16));
      needles.push_back(BytesOf(record.facts_key));
    }
    return needles;
  }
};

TEST_CASE("sealing by the sealer: facts and keys wait in the ring, and are zeroed") {
  const TestLog log;
  Secrets secrets(log, LogOptions::Sealing::kSealer);
  // What is looked for can be found.
  for (const std::string& needle : secrets.Needles()) {
    CHECK(Holding(secrets.rings, needle).size() == 1);
    CHECK(Holding(log.path(), needle).empty());
  }
  REQUIRE(secrets.writer->Flush().ok());
  for (const std::string& needle : secrets.Needles()) {
    CHECK(Holding(secrets.rings, needle).empty());
    CHECK(Holding(log.path(), needle).empty());
  }
  const std::string ring = Contents(secrets.rings + "/ring.0");
  CHECK(std::all_of(ring.begin() + 4096, ring.end(), [](char byte) { return byte == 0; }));
}

TEST_CASE("sealing by the deciding thread: nothing in clear, and no key, is ever in the ring") {
  const TestLog log;
  Secrets secrets(log, LogOptions::Sealing::kDecider);
  for (const std::string& needle : secrets.Needles()) {
    CHECK(Holding(secrets.rings, needle).empty());
    CHECK(Holding(log.path(), needle).empty());
  }
  REQUIRE(secrets.writer->Flush().ok());
  for (const std::string& needle : secrets.Needles()) CHECK(Holding(log.path(), needle).empty());
}

TEST_CASE("the key file's secrets are in no file of log or rings") {
  const TestLog log;
  Secrets secrets(log, LogOptions::Sealing::kSealer);
  REQUIRE(secrets.writer->Flush().ok());
  const LogKeys keys = ReadLogKeys(log.keys()).value();
  for (const Hash& key : {keys.signing_seed, keys.first_key}) {
    for (const std::string& needle : {BytesOf(key), ToHex(key)}) {
      CHECK(Holding(log.path(), needle).empty());
      CHECK(Holding(secrets.rings, needle).empty());
    }
  }
}

TEST_CASE("files are others' to read only as far as groups go; rings are ours alone") {
  const TestLog log;
  Secrets secrets(log, LogOptions::Sealing::kSealer);
  REQUIRE(secrets.writer->Flush().ok());
  using std::filesystem::perms;
  const auto mode = [](const std::string& path) {
    return std::filesystem::status(path).permissions();
  };
  CHECK(mode(secrets.rings) == perms::owner_all);
  for (const auto& item : std::filesystem::directory_iterator(secrets.rings)) {
    CHECK(mode(item.path()) == (perms::owner_read | perms::owner_write));
  }
  const perms entries = mode(secrets.writer->MonthFolder() + "/" + EntriesName(0));
  CHECK((entries & perms::others_all) == perms::none);
}

TEST_CASE(
    "nothing of a decision's facts and key stays in this process's memory once it is sealed") {
  const TestLog log;
  LogWriter::Setup setup = log.Setup();
  setup.threads = false;
  setup.options.ring_entries = 4096;
  const std::shared_ptr<LogWriter> writer = log.Open(setup);
  const uint32_t policy = writer->PolicyNumber(Hash{1}, 1, "{}").value();
  std::vector<std::unique_ptr<Recorder>> recorders;
  for (int i = 0; i < 3; ++i) recorders.push_back(std::move(writer->NewRecorder()).value());
  std::unique_ptr<Needle> key;
  Apart([&] {
    std::mt19937_64 random(Seed() + 1);  // not a record other tests have made
    DecisionRecord record = RandomRecord(policy, &random);
    key = std::make_unique<Needle>(std::span(record.facts_key).subspan(0, 24));
    // Of several rings, not in the order of their numbers: a batch is sorted.
    for (int i = 0; i < 9000; ++i) {
      RequestId receipt;
      recorders[static_cast<size_t>(2 - i % 3)]->Record(record, 1, &receipt);
    }
    Wipe(record.facts_key);
  });
  const int before = Found(*key);
  if (before < 0) {
    MESSAGE("skipped: the memory of this process cannot be looked through");
    return;
  }
  CHECK(before >= 9000);
  REQUIRE(writer->Flush().ok());
  Apart([] {});
  CHECK(Found(*key) == 0);
}

}  // namespace
}  // namespace ringfence
