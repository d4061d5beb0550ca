// Any bytes as a file to lay out: JSON loses neither value nor comment, and laid out twice is laid
// out once; a policy or a cases file is laid out if and only if it reads, and means the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/json_format.h"
#include "cases/cases.h"
#include "policy/format.h"
#include "unit/json_pieces.h"

namespace ringfence {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

void CheckJson(std::string_view text) {
  Diagnostics diagnostics;
  JsonValue before, after;
  if (!ParseJson(text, "f.json", diagnostics, &before)) return;
  const std::string laid = FormatJson(text, {});
  if (laid.size() > kMaxJsonBytes) return;
  Require(ParseJson(laid, "f.json", diagnostics, &after));
  Require(SameJson(before, after));
  Require(CommentsOf(laid) == CommentsOf(text));
  Require(FormatJson(laid, {}) == laid);
}

void CheckPolicy(std::string_view text) {
  const Catalog& catalog = Catalog::Standard();
  Diagnostics reading, laying;
  const auto document = ParsePolicy(catalog, text, "f.json", &reading);
  const auto laid = FormatPolicyText(catalog, text, "f.json", &laying);
  if (!document.has_value()) {
    Require(!laid.has_value() && laying.Render(text) == reading.Render(text));
    return;
  }
  if (!laid.has_value()) {
    Require(laying.HasErrors());  // its layout is too large
    return;
  }
  Diagnostics again;
  const auto same = ParsePolicy(catalog, *laid, "f.json", &again);
  Require(same.has_value());
  Require(PolicyDigest(catalog, *same) == PolicyDigest(catalog, *document));
  Require(CommentsOf(*laid) == CommentsOf(text));
  Require(FormatPolicyText(catalog, *laid, "f.json", &again) == laid);
}

void CheckCases(std::string_view text) {
  Diagnostics diagnostics;
  const auto laid = FormatCasesText(Catalog::Standard(), text, "f.json", &diagnostics);
  Require(laid.has_value() != diagnostics.HasErrors());
  if (!laid.has_value()) return;
  Require(CommentsOf(*laid) == CommentsOf(text));
  Require(FormatCasesText(Catalog::Standard(), *laid, "f.json", &diagnostics) == laid);
}

}  // namespace
}  // namespace ringfence

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  ringfence::CheckJson(text);
  ringfence::CheckPolicy(text);
  ringfence::CheckCases(text);
  return 0;
}
