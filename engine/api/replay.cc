// Replay on the replay stage: keys from what the caller has, recorded policies compiled here.
#include "replay/replay.h"

#include <ringfence/replay.h>

#include <utility>

#include "api/log_secrets.h"
#include "api/policy_impl.h"
#include "log/files.h"
#include "log/parallel.h"

namespace ringfence {
namespace {

CompiledPolicy CompiledOf(const Policy& policy) {
  const std::shared_ptr<const Policy::Impl>& impl = policy.impl();
  CompiledPolicy compiled;
  compiled.program = ReplayProgram(impl->program, impl->layout);
  compiled.name = policy.name();
  compiled.owner = impl;
  return compiled;
}

Result<std::unique_ptr<FactsKeyRing>> KeysFor(const LogDescription& description,
                                              const LogSecrets& secrets, int threads) {
  if (!secrets.facts_keys.empty()) {
    return ExportedKeysOf(secrets.facts_keys, description);
  }
  if (!secrets.store || secrets.keys.empty()) return std::unique_ptr<FactsKeyRing>();
  const Result<LogKeys> keys = LogKeysOf(secrets.keys, description);
  if (!keys.ok()) return keys.status();
  Result<std::vector<Hash>> seeds = AllSeeds(*secrets.store);
  if (!seeds.ok()) return seeds.status();
  return std::unique_ptr<FactsKeyRing>(
      std::make_unique<SeedKeyRing>(*keys, EpochNow(), *std::move(seeds), ThreadCount(threads)));
}

}  // namespace

Result<ReplayReport> Replay(const LogReader& log, const ReplayOptions& options) {
  if ((options.mode == ReplayMode::kWhatIf) != options.policy.has_value()) {
    return Status(StatusCode::kInvalidArgument,
                  options.policy ? "a policy is for asking what it would have done (kWhatIf)"
                                 : "what would which policy have done? None was given");
  }
  if (options.mode != ReplayMode::kWhatIf && (options.against || !options.situations.empty())) {
    return Status(StatusCode::kInvalidArgument,
                  "another policy to compare with, and situations, are for kWhatIf");
  }
  ReplayRequest request;
  request.catalog = CatalogOf(options.secrets);
  for (const std::optional<Policy>& policy : {options.policy, options.against}) {
    if (policy && policy->catalog().digest_hex() != request.catalog.digest_hex()) {
      return Status(StatusCode::kInvalidArgument, "the policy is of another catalog");
    }
  }
  for (const std::vector<DiffCondition>& situation : options.situations) {
    for (const DiffCondition& condition : situation) {
      if (condition.fact >= request.catalog.size()) {
        return Status(StatusCode::kInvalidArgument, "a situation names a fact of another catalog");
      }
    }
  }
  if (options.attempts == ReplayAttempts::kSimulated && options.mode != ReplayMode::kWhatIf) {
    return Status(StatusCode::kInvalidArgument,
                  "attempts are simulated for another policy (kWhatIf): recorded decisions follow "
                  "from what was recorded");
  }
  request.files = &SystemFiles();
  request.log = log.path();
  request.mode = options.mode;
  request.attempts = options.attempts;
  request.month = options.month;
  request.from_ns = options.from_ns;
  request.to_ns = options.to_ns;
  request.threads = options.threads;
  request.max_examples = options.max_examples;
  request.proofs = options.proofs;
  request.progress = options.progress;
  const Result<LogDescription> description = ReadDescription(request.files, request.log);
  if (!description.ok()) return description.status();
  if (options.mode != ReplayMode::kShadow) {
    Result<std::unique_ptr<FactsKeyRing>> keys =
        KeysFor(*description, options.secrets, options.threads);
    if (!keys.ok()) return keys.status();
    request.keys = *std::move(keys);
  }
  if (options.policy) {
    request.other = CompiledOf(*options.policy);
    request.other_digest = options.policy->digest();
  }
  if (options.against) {
    request.against = CompiledOf(*options.against);
    request.against_digest = options.against->digest();
  }
  request.situations = options.situations;
  request.compile = [catalog = request.catalog](const std::string& text) -> Result<CompiledPolicy> {
    const Result<Policy> policy = Policy::Compile(text, "recorded policy", catalog);
    if (!policy.ok()) return policy.status();
    return CompiledOf(*policy);
  };
  return ReplayLog(request);
}

}  // namespace ringfence
