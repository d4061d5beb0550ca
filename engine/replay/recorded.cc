// See recorded.h.
#include "replay/recorded.h"

#include <ringfence/limits.h>

#include <array>
#include <utility>

#include "base/check.h"
#include "base/sha256.h"
#include "log/blobs.h"
#include "replay/vocabulary.h"

namespace ringfence {
namespace {

// A log has tens of policies. One made to hurt could have a million, each to be compiled.
constexpr size_t kMostPolicies = 1024;
constexpr size_t kMostReferences = size_t{1} << 16;

std::vector<std::string> PathNames(const ReplayProgram& program) {
  if (program.path == 0) return {};
  return program.program->decisions[program.path].values;
}

}  // namespace

PolicyNames NamesOf(const ReplayProgram& program, std::string digest) {
  PolicyNames names;
  names.digest = std::move(digest);
  const std::vector<ProgramRule>& rules = program.program->decisions[0].rules;
  names.rules.reserve(rules.size());
  for (const ProgramRule& rule : rules) names.rules.push_back(rule.id);
  names.outcomes.reserve(program.program->outcomes.size());
  for (const ProgramOutcome& outcome : program.program->outcomes) {
    names.outcomes.push_back(outcome.name);
  }
  names.paths = PathNames(program);
  return names;
}

std::string_view ToString(NotReplayable reason) {
  constexpr std::array<std::string_view, kNotReplayableReasons> kNames = {
      "alone",  "catalog", "damaged",        "diverges", "engine",
      "erased", "gap",     "policy_missing", "wrong_key"};
  return kNames[static_cast<size_t>(reason)];
}

SameAnswers::SameAnswers(const ReplayProgram& from, const ReplayProgram& to)
    : to_outcomes_(to.program->outcomes.size()) {
  for (const ProgramOutcome& a : from.program->outcomes) {
    for (const ProgramOutcome& b : to.program->outcomes) outcomes_.push_back(SameOutcome(a, b));
  }
  std::vector<std::string> from_paths = PathNames(from), to_paths = PathNames(to);
  from_paths.insert(from_paths.begin(), std::string());
  to_paths.insert(to_paths.begin(), std::string());
  to_paths_ = to_paths.size();
  for (const std::string& a : from_paths) {
    for (const std::string& b : to_paths) paths_.push_back(a == b);
  }
}

Result<const RecordedPolicy*> RecordedPolicies::Get(const std::string& month, uint64_t policy_ref,
                                                    uint64_t index) {
  if (policy_ref >= index) return &none_;
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = by_entry_.find({month, policy_ref});
  if (found != by_entry_.end()) return found->second;
  // A log that names a new one with every decision is not worth remembering.
  if (by_entry_.size() >= kMostReferences) by_entry_.clear();
  MonthReader reader(files_, log_ + "/" + month);
  const Result<Entry> entry = reader.ReadEntry(policy_ref);
  if (!entry.ok() && entry.status().code() == StatusCode::kIo) return entry.status();
  const RecordedPolicy* policy = &none_;
  if (entry.ok() && entry->header.kind == EntryKind::kPolicy) {
    PolicyPayload payload;
    ringfence::Get(*entry, &payload);
    auto known = by_blob_.find({std::string(), payload.blob});
    if (known == by_blob_.end()) known = by_blob_.find({month, payload.blob});
    if (known == by_blob_.end() && by_blob_.size() < kMostPolicies) {
      auto read = std::make_unique<RecordedPolicy>();
      read->digest = ToHex(payload.digest);
      if (Status status = ReadBlob(&reader, payload.blob, read.get()); !status.ok()) return status;
      // What is missing in one month may be there in another.
      const std::string missing_in = read->names.digest.empty() ? month : std::string();
      known = by_blob_.emplace(std::pair(missing_in, payload.blob), std::move(read)).first;
    }
    // An entry that names another digest than its blob's lies about one of them.
    if (known != by_blob_.end() && known->second->digest == ToHex(payload.digest)) {
      policy = known->second.get();
    }
  }
  by_entry_[{month, policy_ref}] = policy;
  return policy;
}

Status RecordedPolicies::ReadBlob(MonthReader* month, const Hash& hash,
                                  RecordedPolicy* policy) const {
  const Result<std::string> text = month->Blob(hash, kMaxLogBlobBytes);
  if (!text.ok()) return text.status().code() == StatusCode::kIo ? text.status() : Status();
  const Result<PolicyBlob> blob = ParsePolicyBlob(*text);
  if (!blob.ok()) return Status();
  policy->names = PolicyNames::Of(*blob, PolicyBlobDigest(*blob));
  policy->digest = policy->names.digest;
  policy->why = NotReplayable::kCatalog;
  const std::optional<FactSet> unknown = FactsNotIn(blob->catalog, catalog_);
  if (!unknown) return Status();
  policy->unknown = *unknown;
  policy->why = NotReplayable::kEngine;
  Result<CompiledPolicy> compiled = compile_(blob->policy);
  if (!compiled.ok()) return Status();
  policy->compiled = std::move(compiled).value();
  policy->usable = NamesOf(policy->compiled.program, policy->digest) == policy->names;
  return Status();
}

const SameAnswers& RecordedPolicies::Compare(const RecordedPolicy* from, const RecordedPolicy* to) {
  CHECK(from->usable && to->usable);
  const std::lock_guard<std::mutex> lock(mutex_);
  std::unique_ptr<SameAnswers>& same = compared_[{from, to}];
  if (same == nullptr) {
    same = std::make_unique<SameAnswers>(from->compiled.program, to->compiled.program);
  }
  return *same;
}

}  // namespace ringfence
