// The time of each question about policies as a whole: of all shipped sets together, of the one
// that takes longest, and of a family of 200 rules.
//   analyze_bench [--benchmark_...]
#include <benchmark/benchmark.h>
#include <ringfence/analyze.h>
#include <ringfence/policy.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bench/policies.h"
#include "bench/report.h"

namespace ringfence::bench {
namespace {

constexpr double kMs = 1e6;
constexpr int kTenants = 200;

/// One policy with a file of cases, and the same policy without its last rule but one.
struct Subject {
  std::string name;
  Policy policy;
  std::string cases;
};

/// What is asked of a policy. False: it failed, and the message says how.
using Ask = std::function<Status(const Subject&)>;

struct Question {
  std::string name;
  Ask ask;
};

template <class T>
Status StatusOf(const Result<T>& result) {
  return result.ok() ? Status() : result.status();
}

std::vector<Question> Questions() {
  const auto prove = [](bool unavailable) {
    return [unavailable](const Subject& subject) {
      ProveOptions options;
      options.unavailable = unavailable;
      return StatusOf(Prove(subject.policy, options));
    };
  };
  return {
      {"prove", prove(false)},
      {"prove --unavailable", prove(true)},
      {"diff with default",
       [](const Subject& subject) {
         static const Policy other = Policy::Shipped("default").value();
         return StatusOf(DiffPolicies(other, subject.policy, {}));
       }},
      {"mutate",
       [](const Subject& subject) {
         return StatusOf(MutatePolicy(subject.policy, subject.cases, "cases.json"));
       }},
      {"cases",
       [](const Subject& subject) {
         return StatusOf(GenerateCases(subject.policy, "policy.json"));
       }},
  };
}

Subject MakeSubject(std::string name, Policy policy) {
  const auto cases = GenerateCases(policy, "policy.json");
  return {std::move(name), std::move(policy), cases.ok() ? cases->text : std::string()};
}

void Add(const std::string& name, const std::vector<const Subject*>& subjects, const Ask& ask,
         double ms_at_most, std::vector<Row>* rows) {
  Row row;
  row.name = name;
  row.ns_at_most = ms_at_most * kMs;
  rows->push_back(row);
  benchmark::RegisterBenchmark(name.c_str(), [subjects, ask](benchmark::State& state) {
    const double start = ThreadNs();
    for ([[maybe_unused]] auto _ : state) {
      for (const Subject* subject : subjects) {
        const Status status = ask(*subject);
        // A limit that is said so is an answer; it counts as one, and is named.
        if (status.code() == StatusCode::kLimit) {
          state.counters["over limit"] = 1;
        } else if (!status.ok()) {
          return state.SkipWithError(status.message().c_str());
        }
      }
    }
    state.counters["ns"] = (ThreadNs() - start) / static_cast<double>(state.iterations());
  });
}

/// Seconds of this thread that one question takes once.
double Once(const Ask& ask, const Subject& subject) {
  const double start = ThreadNs();
  static_cast<void>(ask(subject));
  return ThreadNs() - start;
}

int Main(int argc, char** argv) {
  std::vector<Subject> shipped;
  for (const std::string& name : Policy::ShippedNames()) {
    shipped.push_back(MakeSubject(name, Policy::Shipped(name).value()));
  }
  const Subject tenants = MakeSubject("tenants(200)", Policy::Compile(Tenants(kTenants)).value());
  std::vector<const Subject*> all;
  for (const Subject& subject : shipped) all.push_back(&subject);
  std::vector<Row> rows;
  for (const Question& question : Questions()) {
    const Subject* worst = all[0];
    double longest = 0;
    for (const Subject* subject : all) {
      const double time = Once(question.ask, *subject);
      if (time <= longest) continue;
      longest = time;
      worst = subject;
    }
    const double together = question.name == "prove" ? 1000 : 60000;
    Add(question.name + ": all shipped sets", all, question.ask, together, &rows);
    Add(question.name + ": the longest, " + worst->name, {worst}, question.ask, 5000, &rows);
    Add(question.name + ": " + tenants.name, {&tenants}, question.ask, 5000, &rows);
  }
  Rounds rounds;
  RunRounds(&argc, argv, &rounds);
  PrintTable(rounds, rows, {"over limit"}, kMs, "ms");
  return rounds.failed() ? 1 : 0;
}

}  // namespace
}  // namespace ringfence::bench

int main(int argc, char** argv) { return ringfence::bench::Main(argc, argv); }
