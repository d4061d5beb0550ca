// What deciding again costs: pre-parsed facts, the whole way from sealed entries, another policy;
// against a bare sequential read of the same bytes. And whether memory grows with the log.
//   replay_bench [--entries N] [--benchmark_...]
//   replay_bench --replay LOG FACTS     what it calls itself for: replays, prints its peak memory
#include <benchmark/benchmark.h>
#include <ringfence/replay.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/policy_impl.h"
#include "api/store_impl.h"
#include "bench/log_support.h"
#include "bench/report.h"
#include "log/facts_keys.h"
#include "log/keys.h"
#include "log/open_facts.h"
#include "log/read.h"
#include "replay/derive.h"
#include "replay/work.h"

namespace ringfence::bench {
namespace {

constexpr size_t kUsers = 20000;
constexpr size_t kParsed = 65536;  // more facts than a cache holds

/// A log of a real engine over an SQLite store.
struct Recorded {
  explicit Recorded(size_t entries) {
    StoreOptions in_file;
    in_file.path = folder.file("calls.db");
    in_file.mode = StoreOptions::Mode::kCreate;
    store.emplace(Must(Store::Open(in_file)));
    const People people(*store, kUsers);
    options.path = folder.file("log");
    options.keys = folder.file("keys");
    options.ring_entries = 65536;
    options.block_ms = 60000;
    options.ballast_bytes = 0;
    LoggedEngine logged(options, *store);
    for (size_t i = 0; i < entries; ++i) {
      if (!logged.reader->Decide(people.Pair(i)).ok()) Fail("cannot decide");
    }
    MustOk(logged.log->Close());
  }

  ReplayReport Replayed(const std::optional<Policy>& other, int threads) const {
    ReplayOptions replay;
    replay.threads = threads;
    replay.secrets.store = store;
    replay.secrets.keys = options.keys;
    if (other) {
      replay.mode = ReplayMode::kWhatIf;
      replay.policy = other;
      replay.max_examples = 0;
    }
    const LogReader reader = Must(LogReader::Open(options.path));
    ReplayReport report = Must(Replay(reader, replay));
    const uint64_t decided = report.covered() + (other ? report.indeterminate : 0);
    if (decided != report.entries) Fail("not every entry could be decided");
    if (!other && report.changed != 0) Fail("a decision was not reproduced");
    return report;
  }

  /// Reads every byte of the entries once, as a replay does.
  uint64_t BareRead() const {
    uint64_t sum = 0;
    std::vector<char> buffer(1536 * 1024);
    for (const auto& file : std::filesystem::recursive_directory_iterator(options.path)) {
      if (file.path().extension() != ".ent") continue;
      std::ifstream stream(file.path(), std::ios::binary);
      while (stream.read(buffer.data(), static_cast<std::streamsize>(buffer.size())),
             stream.gcount() > 0) {
        for (std::streamsize i = 0; i < stream.gcount(); i += 64) {
          sum += static_cast<unsigned char>(buffer[static_cast<size_t>(i)]);
        }
      }
    }
    return sum;
  }

  Folder folder;
  std::optional<Store> store;
  LogOptions options;
};

/// Facts in clear and what was decided by them, in memory.
struct Parsed {
  struct One {
    OpenedFacts facts;
    RecordedAnswer answer;
  };

  explicit Parsed(const Recorded& log) : policy(Must(Policy::Shipped("default"))) {
    const Result<LogKeys> keys = ReadLogKeys(log.options.keys);
    if (!keys.ok()) Fail(keys.status().message());
    std::vector<Hash> seeds;
    MustOk(log.store->impl()->backend->EachLogSeed([&](const LogSeedRow& row) {
      seeds.push_back(row.seed);
      return true;
    }));
    SeedKeyRing seed_keys(*keys, kLastEpoch, std::move(seeds), 1);
    ReadRequest request;
    request.files = &SystemFiles();
    request.log = log.options.path;
    request.kind = EntryKind::kDecision;
    CtrCipher cipher;
    MustOk(ReadEntries(request, [&](const RawEntry& raw, PolicyNamesCache*) -> Result<bool> {
      const Hash* const key = seed_keys.KeyOf(raw.entry);
      if (key == nullptr) Fail("a callee without a key");
      const auto facts = OpenFacts(&cipher, *key, raw.entry, raw.details);
      if (!facts) Fail("facts that do not open");
      list.push_back({*facts, AnswerOf(raw.entry)});
      list.back().answer.read_digest = facts->record.read_digest;
      return list.size() < kParsed;
    }));
    program = ReplayProgram(policy.impl()->program, policy.impl()->layout);
    deriver.Prepare(program);
  }

  void Run() {
    for (const One& one : list) {
      DerivedAnswer derived;
      deriver.Derive(program, one.facts, {}, &derived);
      derived.answer.read_digest = digests.Of(*program.layout, derived.tested);
      if (!FirstDifference(one.answer, derived.answer).empty()) Fail("not reproduced");
    }
  }

  Policy policy;
  ReplayProgram program;
  Deriver deriver;
  ReadDigests digests;
  std::vector<One> list;
};

/// Of this process.
double PeakMegabytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::strtod(line.c_str() + 6, nullptr) / 1024;
  }
  Fail("the system does not tell a process's peak memory");
}

/// Of a process that only replays that log, as a third person does.
double PeakOfReplay(const Recorded& log) {
  const std::string facts = log.folder.file("facts");
  const FactsKeyExported keys =
      Must(ExportFactsKeys(log.options.path, log.options.keys, *log.store, {}));
  std::ofstream(facts) << keys.contents;
  const std::string self = std::filesystem::read_symlink("/proc/self/exe");
  const std::string command = self + " --replay " + log.options.path + " " + facts;
  std::FILE* const pipe = popen(command.c_str(), "r");
  double megabytes = 0;
  if (pipe == nullptr || std::fscanf(pipe, "%lf", &megabytes) != 1 || pclose(pipe) != 0) {
    Fail("cannot run " + command);
  }
  return megabytes;
}

int ReplayAlone(const char* log, const char* facts) {
  std::ifstream file(facts);
  ReplayOptions options;
  options.threads = 2;
  options.secrets.facts_keys.assign(std::istreambuf_iterator<char>(file), {});
  const LogReader reader = Must(LogReader::Open(log));
  const ReplayReport report = Must(Replay(reader, options));
  if (report.reproduced != report.entries) Fail("a decision was not reproduced");
  std::printf("%.1f\n", PeakMegabytes());
  return 0;
}

void MeasureWhole(benchmark::State& state, const Recorded& log,
                  const std::optional<Policy>& other) {
  for (auto _ : state) {
    const auto entries = static_cast<double>(log.Replayed(other, 1).entries);
    const double one = SecondsOf([&] { log.Replayed(other, 1); });
    const double two = SecondsOf([&] { log.Replayed(other, 2); });
    const double bare = SecondsOf([&] { benchmark::DoNotOptimize(log.BareRead()); });
    state.counters["ns"] = one / entries * 1e9;
    state.counters["two"] = two / entries * 1e9;
    state.counters["baseline"] = bare / entries * 1e9;
  }
}

void Register(const char* name, const std::function<void(benchmark::State&)>& run) {
  benchmark::RegisterBenchmark(name, [run](benchmark::State& state) { run(state); })
      ->Iterations(1)
      ->Unit(benchmark::kNanosecond);
}

int Main(int argc, char** argv) {
  if (argc == 4 && std::string_view(argv[1]) == "--replay") return ReplayAlone(argv[2], argv[3]);
  const size_t entries = TakeEntries(&argc, argv);
  double peak_of_quarter = 0;
  {
    const Recorded quarter(entries / 4 + 1);
    peak_of_quarter = PeakOfReplay(quarter);
  }
  const Recorded log(entries);
  const double peak = PeakOfReplay(log);
  Parsed parsed(log);
  const Policy other = Must(Policy::Shipped("x-2024"));
  Register("pre-parsed facts", [&](benchmark::State& state) {
    for (auto _ : state) {
      const double begin = ThreadNs();
      parsed.Run();
      state.counters["ns"] = (ThreadNs() - begin) / static_cast<double>(parsed.list.size());
    }
  });
  Register("reproduce", [&](benchmark::State& state) { MeasureWhole(state, log, std::nullopt); });
  Register("what if", [&](benchmark::State& state) { MeasureWhole(state, log, other); });
  Rounds rounds;
  RunRounds(&argc, argv, &rounds);
  if (rounds.failed()) return 1;
  Row parsed_row;
  parsed_row.name = "pre-parsed facts";
  parsed_row.ns_at_most = 333;
  Row whole_row, other_row;
  whole_row.name = "reproduce";
  other_row.name = "what if";
  PrintTable(rounds, {parsed_row, whole_row, other_row}, {"two"}, 1, "ns");
  const double parsed_ns = rounds.Median("pre-parsed facts", "ns");
  if (parsed_ns > 0) {
    std::printf("\npre-parsed facts: %.1f M decisions/s/core (target: at least 3)\n",
                1e3 / parsed_ns);
  }
  for (const char* name : {"reproduce", "what if"}) {
    if (!rounds.has(name)) continue;
    std::printf("%s: %.2f M decisions/s in one thread, %.2f M in two\n", name,
                1e3 / rounds.Median(name, "ns"), 1e3 / rounds.Median(name, "two"));
  }
  std::printf("peak memory of a replay: %.1f MB for %zu entries, %.1f MB for %zu\n",
              peak_of_quarter, entries / 4 + 1, peak, entries);
  return 0;
}

}  // namespace
}  // namespace ringfence::bench

int main(int argc, char** argv) { return ringfence::bench::Main(argc, argv); }
