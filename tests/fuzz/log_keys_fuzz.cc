// Any bytes as a log's key file and as exported facts keys: they are refused with a reason, or are
// exactly what is printed again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/sha256.h"
#include "log/key_text.h"
#include "log/keys.h"

namespace ringfence {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

void RequireReason(const Status& status) {
  Require(status.code() == StatusCode::kParse || status.code() == StatusCode::kLimit);
  Require(!status.message().empty());
}

void Try(std::string_view text) {
  const Result<LogKeys> keys = ParseLogKeys(text);
  if (keys.ok()) {
    Require(FormatLogKeys(*keys) == text);
    Require(keys->EpochKey(keys->first_epoch).value() == keys->first_key);
  } else {
    RequireReason(keys.status());
  }
  const Result<FactsKeyFile> facts = ParseFactsKeys(text);
  if (facts.ok()) {
    Require(FormatFactsKeys(facts->identity, facts->keys) == text);
  } else {
    RequireReason(facts.status());
  }
}

}  // namespace
}  // namespace ringfence

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ringfence;
  const std::string text(reinterpret_cast<const char*>(data), size);
  Try(text);
  Try(text + "sum " + Sha256Hex(text).substr(0, 32) + "\n");  // which no fuzzer would guess
  return 0;
}
