// Any bytes as a policy: it is refused with a reason, or prints to a text that means the same.
#include <ringfence/limits.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "policy/document.h"

namespace ringfence {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

void Check(std::string_view text) {
  const Catalog& catalog = Catalog::Standard();
  Diagnostics diagnostics;
  const std::optional<Document> document = ParsePolicy(catalog, text, "p.json", &diagnostics);
  Require(document.has_value() != diagnostics.HasErrors());
  Require(diagnostics.Render(text).empty() == diagnostics.items().empty());
  if (!document) return;
  LintDocument(catalog, *document, &diagnostics);
  Require(!diagnostics.HasErrors());
  Diagnostics again_diagnostics;
  const std::string printed = PrintDocument(catalog, *document);
  // A long list of escapes can be longer printed than written.
  if (printed.size() > kMaxJsonBytes) return;
  const std::optional<Document> again = ParsePolicy(catalog, printed, "p.json", &again_diagnostics);
  Require(again.has_value());
  Require(PrintDocument(catalog, *again) == printed);
  Require(DumpDocument(catalog, *again) == DumpDocument(catalog, *document));
  Require(PolicyDigest(catalog, *again) == PolicyDigest(catalog, *document));
}

}  // namespace
}  // namespace ringfence

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  ringfence::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
