// What the decision log costs: nanoseconds added to the deciding thread, the whole way to a signed
// checkpoint, and verification, against bare hashing of the same entries with OpenSSL.
//   log_bench [--entries N] [--benchmark_...]
#include <benchmark/benchmark.h>
#include <openssl/evp.h>
#include <ringfence/engine.h>
#include <ringfence/log.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "api/log_impl.h"
#include "bench/log_support.h"
#include "bench/random.h"
#include "bench/report.h"
#include "log/writer.h"
#include "unit/allocations.h"

namespace ringfence::bench {
namespace {

constexpr size_t kEntryBytes = 182;
constexpr size_t kHotPairs = 1000;
constexpr size_t kUsers = 100000;
constexpr size_t kBurst = 4096;

// --- The deciding thread

DecisionLog NewLog(LogOptions options, const Store& store, const char* suffix) {
  options.path += suffix;
  options.keys += suffix;
  MustOk(DecisionLog::Init({options.path, options.keys, NewName(), 1, 90}));
  return Must(DecisionLog::Open(options, store));
}

/// The same questions with a log and without, in turns; the sealer catches up between the bursts.
/// With a shadow: with it and without, both with a log.
struct Deciding {
  Deciding(Store& store, const People& who, const LogOptions& options, size_t distinct,
           const std::optional<Policy>& shadow)
      : people(who), pairs(distinct) {
    EngineOptions plain;
    plain.store = store;
    if (shadow) plain.log = NewLog(options, store, "-bare");
    bare_log = plain.log;
    bare_engine.emplace(Must(Engine::Open(plain)));
    bare.emplace(Must(bare_engine->NewReader()));
    log = plain.log = NewLog(options, store, "");
    plain.shadow = shadow;
    engine.emplace(Must(Engine::Open(plain)));
    logged.emplace(Must(engine->NewReader()));
  }

  double Burst(Reader& reader, size_t from) {
    const double begin = ThreadNs();
    for (size_t i = 0; i < kBurst; ++i) {
      const Result<Decision> decision = reader.Decide(people.Pair((from + i) % pairs));
      if (!decision.ok()) Fail(decision.status().message());
      benchmark::DoNotOptimize(decision->effect);
    }
    return (ThreadNs() - begin) / kBurst;
  }

  void Run(benchmark::State& state) {
    double with = 0, without = 0;
    uint64_t allocations = 0;
    size_t bursts = 0;
    const auto measure_bare = [&] { without += Burst(*bare, bursts * kBurst); };
    const auto measure_logged = [&] {
      const uint64_t before = Allocations();
      with += Burst(*logged, bursts * kBurst);
      allocations += Allocations() - before;
    };
    for (auto _ : state) {
      // What comes first finds colder caches: between two that are alike it takes turns.
      const bool turned = bare_log && bursts % 2 == 1;
      turned ? measure_logged() : measure_bare();
      if (bare_log) Wait(turned ? *log : *bare_log);
      turned ? measure_bare() : measure_logged();
      ++bursts;
      state.PauseTiming();
      Wait(*log);
      if (bare_log) Wait(*bare_log);
      state.ResumeTiming();
    }
    const auto count = static_cast<double>(bursts);
    state.counters["ns"] = (with - without) / count;
    state.counters["logged"] = with / count;
    state.counters["bare"] = without / count;
    state.counters["times"] = with / without;
    state.counters["allocs"] = static_cast<double>(allocations) / (count * kBurst);
    const LogCounters counters = log->Counters();
    if (counters.recorded != counters.decisions) Fail("decisions were not recorded");
  }

  /// Not Flush, which writes to the store each time.
  static void Wait(const DecisionLog& sealing) {
    while (sealing.Counters().sealed < sealing.Counters().recorded) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

  const People& people;
  size_t pairs;
  std::optional<Engine> bare_engine, engine;
  std::optional<Reader> bare, logged;
  std::optional<DecisionLog> bare_log, log;
};

// --- Bare hashing

/// An RFC 6962 root with nothing but EVP calls, over entries in memory.
class BareTree {
 public:
  using Digest = std::array<uint8_t, 32>;
  BareTree() : md_(EVP_MD_fetch(nullptr, "SHA256", nullptr)), context_(EVP_MD_CTX_new()) {
    EVP_DigestInit_ex2(context_, md_, nullptr);
  }
  ~BareTree() {
    EVP_MD_CTX_free(context_);
    EVP_MD_free(md_);
  }

  Digest Root(const uint8_t* entries, size_t count) {
    std::vector<Digest> level(count);
    for (size_t i = 0; i < count; ++i) {
      std::array<uint8_t, kEntryBytes + 1> leaf{};
      std::memcpy(leaf.data() + 1, entries + i * (kEntryBytes + 2) + 2, kEntryBytes);
      level[i] = Hash(leaf.data(), leaf.size());
    }
    while (level.size() > 1) {
      size_t out = 0;
      for (size_t i = 0; i + 1 < level.size(); i += 2) {
        std::array<uint8_t, 65> node{1};
        std::memcpy(node.data() + 1, level[i].data(), 32);
        std::memcpy(node.data() + 33, level[i + 1].data(), 32);
        level[out++] = Hash(node.data(), node.size());
      }
      if (level.size() % 2 != 0) level[out++] = level.back();
      level.resize(out);
    }
    return level[0];
  }

 private:
  Digest Hash(const uint8_t* bytes, size_t size) {
    Digest digest;
    EVP_DigestInit_ex2(context_, nullptr, nullptr);
    EVP_DigestUpdate(context_, bytes, size);
    EVP_DigestFinal_ex(context_, digest.data(), nullptr);
    return digest;
  }
  EVP_MD* md_;
  EVP_MD_CTX* context_;
};

/// Seconds for all entries, in `threads` threads of equal shares.
double BareSeconds(const std::vector<uint8_t>& entries, size_t threads) {
  const size_t count = entries.size() / (kEntryBytes + 2);
  return SecondsOf([&] {
    std::vector<std::thread> workers;
    for (size_t i = 0; i < threads; ++i) {
      const size_t from = count * i / threads, to = count * (i + 1) / threads;
      workers.emplace_back([&, from, to] {
        BareTree tree;
        benchmark::DoNotOptimize(tree.Root(entries.data() + from * (kEntryBytes + 2), to - from));
      });
    }
    for (std::thread& worker : workers) worker.join();
  });
}

// --- A whole log

struct WholeLog {
  WholeLog(Store& store, const People& people, size_t decisions) {
    options.path = folder.file("log");
    options.keys = folder.file("keys");
    options.ring_entries = 65536;
    options.block_ms = 60000;
    LoggedEngine logged(options, store);
    DecisionLog& log = *logged.log;
    // The log's policy number 0 is that of this decision.
    if (!logged.reader->Decide(people.Pair(0)).ok()) Fail("cannot decide");
    const std::shared_ptr<LogWriter>& writer = log.impl()->writer;
    const std::unique_ptr<Recorder> recorder = Must(writer->NewRecorder());
    const std::vector<DecisionRecord> records = Records();
    seconds = SecondsOf([&] {
      RequestId receipt;
      for (size_t i = 0; i < decisions; ++i) {
        const DecisionRecord& record = records[i % records.size()];
        if (recorder->Record(record, recorder->Now(), &receipt) != Recorded::kYes) {
          Fail("cannot record");
        }
      }
      MustOk(log.Flush());
    });
    const LogCounters counters = log.Counters();
    if (counters.recorded != counters.decisions) Fail("decisions were not recorded");
    MustOk(log.Close());
    Load();
  }

  /// What deciding threads hand over, made beforehand: each with a key of its own.
  static std::vector<DecisionRecord> Records() {
    Random random(1);
    std::vector<DecisionRecord> records(kHotPairs);
    for (DecisionRecord& record : records) {
      record.facts_schema = 1;
      for (uint8_t& byte : record.facts_key) byte = static_cast<uint8_t>(random.Below(256));
      for (uint8_t& byte : record.callee) byte = static_cast<uint8_t>(random.Below(256));
      for (uint32_t& word : record.facts.words)
        word = static_cast<uint32_t>(random.Below(1u << 31));
    }
    return records;
  }

  void Load() {
    for (const auto& file : std::filesystem::recursive_directory_iterator(options.path)) {
      if (!file.is_regular_file() || file.path().filename() == "ballast") continue;
      bytes += file.file_size();
      if (file.path().extension() != ".ent") continue;
      std::ifstream stream(file.path(), std::ios::binary);
      std::vector<uint8_t> part(file.file_size());
      stream.read(reinterpret_cast<char*>(part.data()), static_cast<std::streamsize>(part.size()));
      entries.insert(entries.end(), part.begin(), part.end());
    }
  }

  Folder folder;
  LogOptions options;
  double seconds = 0;
  uint64_t bytes = 0;            ///< of all files
  std::vector<uint8_t> entries;  ///< on-disk form
};

void MeasureWhole(benchmark::State& state, Store& store, const People& people, size_t count) {
  for (auto _ : state) {
    const WholeLog log(store, people, count);
    const auto entries = static_cast<double>(log.entries.size() / (kEntryBytes + 2));
    const double bare = BareSeconds(log.entries, 1), bare_two = BareSeconds(log.entries, 2);
    const LogReader reader = Must(LogReader::Open(log.options.path));
    LogVerifyOptions verify;
    verify.threads = 2;
    const double verified = SecondsOf([&] {
      if (!Must(reader.Verify(verify)).findings.empty()) Fail("the log does not verify");
    });
    state.counters["end_to_end"] = log.seconds / entries * 1e9;
    state.counters["verify"] = verified / entries * 1e9;
    state.counters["bare1"] = bare / entries * 1e9;
    state.counters["bare2"] = bare_two / entries * 1e9;
    state.counters["speed_end_to_end"] = bare / log.seconds;
    state.counters["speed_verify"] = bare_two / verified;
    state.counters["bytes"] = static_cast<double>(log.bytes) / entries;
  }
}

/// One decision at a time, each waiting for the disk.
void MeasureDurable(benchmark::State& state, Store& store, const People& people) {
  const Folder folder;
  LogOptions options;
  options.path = folder.file("log");
  options.keys = folder.file("keys");
  options.ack = LogOptions::Ack::kDurable;
  LoggedEngine logged(options, store);
  std::vector<double> times;
  for (auto _ : state) {
    for (size_t i = 0; i < 200; ++i) {
      times.push_back(SecondsOf([&] {
        if (!logged.reader->Decide(people.Pair(i)).ok()) Fail("cannot decide");
      }));
    }
  }
  std::sort(times.begin(), times.end());
  state.counters["p50_us"] = times[times.size() / 2] * 1e6;
  state.counters["p99_us"] = times[times.size() * 99 / 100] * 1e6;
}

struct Setting {
  const char* name;
  bool sqlite;
  LogOptions::Sealing sealing;
  LogOptions::Collect collect;
  size_t pairs;
  bool target;
  const char* shadow = nullptr;
};

constexpr const char* kWithShadow = "with shadow";

constexpr Setting kSettings[] = {
    {"pre-loaded, names cached", false, LogOptions::Sealing::kSealer, LogOptions::Collect::kRead,
     kHotPairs, true},
    {"the deciding thread seals", false, LogOptions::Sealing::kDecider, LogOptions::Collect::kRead,
     kHotPairs, false},
    {"collect all", false, LogOptions::Sealing::kSealer, LogOptions::Collect::kAll, kHotPairs,
     false},
    {"cold names", false, LogOptions::Sealing::kSealer, LogOptions::Collect::kRead, kUsers / 2,
     false},
    {"SQLite, names cached", true, LogOptions::Sealing::kSealer, LogOptions::Collect::kRead,
     kHotPairs, false},
    {"SQLite, collect all", true, LogOptions::Sealing::kSealer, LogOptions::Collect::kAll,
     kHotPairs, false},
    {"SQLite, cold names", true, LogOptions::Sealing::kSealer, LogOptions::Collect::kRead,
     kUsers / 2, false},
    {kWithShadow, false, LogOptions::Sealing::kSealer, LogOptions::Collect::kRead, kHotPairs, false,
     "x-2024"},
};

void PrintWhole(const Rounds& rounds) {
  if (!rounds.has("whole log")) return;
  const auto median = [&](const char* counter) { return rounds.Median("whole log", counter); };
  std::printf("\nbare hashing, ns an entry: %.0f in one thread, %.0f in two\n", median("bare1"),
              median("bare2"));
  std::printf(
      "end to end (record, seal, sync, read back, sign): %.0f ns, %.2f of the speed of "
      "bare hashing in one thread (target: at least 0.40)\n",
      median("end_to_end"), median("speed_end_to_end"));
  std::printf(
      "verify, two threads: %.0f ns, %.2f of the speed of bare hashing in two (target: at "
      "least 0.80)\n",
      median("verify"), median("speed_verify"));
  std::printf("%.0f bytes a decision\n", median("bytes"));
  if (rounds.has("durable")) {
    std::printf("durable, one thread: p50 %.0f us, p99 %.0f us\n",
                rounds.Median("durable", "p50_us"), rounds.Median("durable", "p99_us"));
  }
}

int Main(int argc, char** argv) {
  const size_t entries = TakeEntries(&argc, argv);
  const Folder folder;
  StoreOptions in_file;
  in_file.path = folder.file("calls.db");
  in_file.mode = StoreOptions::Mode::kCreate;
  Store memory = Must(Store::Open({}));
  Store sqlite = Must(Store::Open(in_file));
  const People in_memory(memory, kUsers), in_sqlite(sqlite, kUsers);
  std::vector<std::unique_ptr<Deciding>> deciding;
  std::vector<Row> rows;
  for (const Setting& setting : kSettings) {
    LogOptions options;
    const std::string number = std::to_string(deciding.size());
    options.path = folder.file("log" + number);
    options.keys = folder.file("keys" + number);
    options.ring_entries = 32768;  // a burst and its shadows, twice over
    options.sealing = setting.sealing;
    options.collect = setting.collect;
    options.ballast_bytes = 0;
    std::optional<Policy> shadow;
    if (setting.shadow != nullptr) shadow = Must(Policy::Shipped(setting.shadow));
    deciding.push_back(std::make_unique<Deciding>(setting.sqlite ? sqlite : memory,
                                                  setting.sqlite ? in_sqlite : in_memory, options,
                                                  setting.pairs, shadow));
    Deciding* const one = deciding.back().get();
    benchmark::RegisterBenchmark(setting.name, [one](benchmark::State& state) { one->Run(state); });
    Row row;
    row.name = setting.name;
    if (setting.target) row.ns_at_most = 120;
    row.no_allocation = true;
    rows.push_back(row);
  }
  benchmark::RegisterBenchmark("whole log", [&](benchmark::State& state) {
    MeasureWhole(state, memory, in_memory, entries);
  })->Iterations(1);
  benchmark::RegisterBenchmark("durable", [&](benchmark::State& state) {
    MeasureDurable(state, memory, in_memory);
  })->Iterations(1);
  Rounds rounds;
  RunRounds(&argc, argv, &rounds);
  std::printf("added to the deciding thread\n");
  PrintTable(rounds, rows, {"logged", "bare", "allocs"}, 1, "ns");
  if (rounds.has(kWithShadow)) {
    std::printf("\nwith shadow: a decision costs %.2f times one that is recorded without\n",
                rounds.Median(kWithShadow, "times"));
  }
  PrintWhole(rounds);
  return ExitCode(rounds, rows);
}

}  // namespace
}  // namespace ringfence::bench

int main(int argc, char** argv) { return ringfence::bench::Main(argc, argv); }
