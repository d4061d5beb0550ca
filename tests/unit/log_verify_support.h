// Verifying a log that a test has built.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "log/verify.h"
#include "unit/log_builder.h"

namespace ringfence {

inline VerifyRequest RequestFor(LogBuilder* builder) {
  VerifyRequest request;
  request.files = &builder->files;
  request.log = builder->log;
  request.threads = 2;
  return request;
}

inline LogVerification Verified(const VerifyRequest& request) {
  const Result<LogVerification> verified = VerifyLog(request);
  REQUIRE_MESSAGE(verified.ok(), verified.status().message());
  return *verified;
}
inline LogVerification Verified(LogBuilder* builder) { return Verified(RequestFor(builder)); }

/// "month/index check: detail" of each finding, a line each.
inline std::string Lines(const std::vector<LogFinding>& findings) {
  std::string text;
  for (const LogFinding& finding : findings) {
    text += finding.month + "/" + (finding.index ? std::to_string(*finding.index) : "-") + " " +
            finding.check + ": " + finding.detail + "\n";
  }
  return text;
}

/// Whether a finding of that check is about that entry.
inline bool Finds(const LogVerification& verified, std::string_view check,
                  std::optional<uint64_t> index = std::nullopt) {
  for (const LogFinding& finding : verified.findings) {
    if (finding.check == check && (!index || finding.index == index)) return true;
  }
  return false;
}

/// All findings are of these checks.
inline bool OnlyFinds(const LogVerification& verified, std::vector<std::string> checks) {
  for (const LogFinding& finding : verified.findings) {
    if (std::find(checks.begin(), checks.end(), finding.check) == checks.end()) return false;
  }
  return !verified.findings.empty();
}

/// A month of `decisions` decisions with two checkpoints, written.
inline void BuildMonth(LogBuilder* builder, uint64_t decisions = 300) {
  builder->BeginMonth("2026-10");
  builder->AddBoot(1);
  builder->AddPolicy();
  builder->AddDecisions(decisions / 2);
  builder->Checkpoint();
  builder->AddDecisions(decisions - decisions / 2);
  builder->Checkpoint();
  builder->Write();
}

}  // namespace ringfence
