// What a verification collects: findings and notes, a bounded number of each.
#pragma once

#include <ringfence/limits.h>
#include <ringfence/log.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace ringfence {

/// Not thread-safe.
class Findings {
 public:
  explicit Findings(LogVerification* out) : out_(out) {}

  void Add(std::string_view check, std::string_view month, std::optional<uint64_t> index,
           std::string detail) {
    if (out_->findings.size() >= kMaxDiagnostics) {
      ++out_->more_findings;
      return;
    }
    out_->findings.push_back({std::string(check), std::string(month), index, std::move(detail)});
  }
  void Note(std::string_view check, std::string_view month, std::string detail) {
    if (out_->notes.size() >= kMaxDiagnostics) return;
    out_->notes.push_back(
        {std::string(check), std::string(month), std::nullopt, std::move(detail)});
  }
  /// Findings nobody keeps.
  void CountMore(uint64_t more) { out_->more_findings += more; }
  uint64_t count() const { return out_->findings.size() + out_->more_findings; }
  LogVerification& out() { return *out_; }

 private:
  LogVerification* out_;
};

}  // namespace ringfence
