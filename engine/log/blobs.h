// What entries refer to by hash: what a month began with, and policies (schema/decision_log.md).
// Takes JSON from a log folder, which is not trusted; gives values.
#pragma once

#include <ringfence/status.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "log/crypto.h"

namespace ringfence {

/// Of a genesis blob: the checkpoint it quotes may carry many cosignatures.
inline constexpr size_t kMaxGenesisBlobBytes = size_t{1} << 20;

struct GenesisBlob {
  std::string origin;
  std::array<uint8_t, 16> identity{};
  uint16_t writer = 0;
  uint32_t retention_days = 0;
  struct Previous {
    std::string origin;
    std::string checkpoint;  ///< the whole note
  };
  std::optional<Previous> previous;
};
/// kParse says what is wrong.
Result<GenesisBlob> ParseGenesisBlob(std::string_view text);

struct PolicyBlob {
  std::string policy;  ///< canonical document
  Hash digest{};       ///< as the blob says; see PolicyBlobDigest
  std::vector<std::string> rules, outcomes, paths;
  std::string catalog;  ///< canonical catalog
};
/// kParse says what is wrong.
Result<PolicyBlob> ParsePolicyBlob(std::string_view text);
/// The digest computed from document and catalog.
Hash PolicyBlobDigest(const PolicyBlob& blob);

}  // namespace ringfence
