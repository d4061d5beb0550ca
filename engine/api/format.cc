// The public face of the formatters, and which of them a text is for.
#include "policy/format.h"

#include <ringfence/format.h>

#include "base/check.h"
#include "base/json.h"
#include "base/json_format.h"
#include "cases/cases.h"

namespace ringfence {
namespace {

Result<std::string> OrErrors(std::optional<std::string> formatted, const Diagnostics& diagnostics,
                             std::string_view text) {
  if (formatted.has_value()) return *std::move(formatted);
  return Status(StatusCode::kParse, diagnostics.Render(text));
}

}  // namespace

Result<std::string> FormatPolicy(std::string_view text, std::string_view file_name,
                                 const Catalog& catalog) {
  Diagnostics diagnostics;
  return OrErrors(FormatPolicyText(catalog, text, file_name, &diagnostics), diagnostics, text);
}

Result<std::string> FormatCases(std::string_view text, std::string_view file_name,
                                const Catalog& catalog) {
  Diagnostics diagnostics;
  return OrErrors(FormatCasesText(catalog, text, file_name, &diagnostics), diagnostics, text);
}

Result<std::string> FormatExtension(std::string_view text, std::string_view file_name,
                                    const Catalog& base) {
  const Result<Catalog> extended = Catalog::Extend(base, text, file_name);
  if (!extended.ok()) return extended.status();
  Diagnostics diagnostics;
  std::optional<std::string> formatted = LayOut(text, {}, file_name, &diagnostics);
  if (formatted.has_value()) {
    const Result<Catalog> again = Catalog::Extend(base, *formatted, file_name);
    CHECK_MSG(again.ok() && again->digest_hex() == extended->digest_hex(),
              "a layout changes no fact");
  }
  return OrErrors(std::move(formatted), diagnostics, text);
}

Result<std::string> FormatFile(std::string_view text, std::string_view file_name,
                               const Catalog& catalog) {
  Diagnostics diagnostics;
  JsonValue root;
  if (!ParseJson(text, file_name, diagnostics, &root)) {
    return OrErrors(std::nullopt, diagnostics, text);
  }
  if (root.Find("extension") != nullptr) return FormatExtension(text, file_name);
  if (root.Find("cases") != nullptr) return FormatCases(text, file_name, catalog);
  return FormatPolicy(text, file_name, catalog);
}

}  // namespace ringfence
