// Small questions about a document: names, defaults, its digest.
#include "policy/document.h"

#include "base/check.h"
#include "base/sha256.h"

namespace ringfence {

std::string_view ToString(Combine combine) {
  switch (combine) {
    case Combine::kFirstApplicable:
      return "first-applicable";
    case Combine::kDenyOverrides:
      return "deny-overrides";
    case Combine::kPermitOverrides:
      return "permit-overrides";
    case Combine::kHighest:
      return "highest";
  }
  CHECK_MSG(false, "no such combining algorithm");
  return {};
}

FactCode DefaultValue(const Catalog& catalog, const Document& document, FactId fact) {
  for (const PolicyDefault& value : document.defaults) {
    if (value.callee_fact == fact || value.caller_fact == fact) return value.value;
  }
  return catalog.fact(fact).default_code;
}

bool IsKnownToCaller(const FactInfo& fact) {
  if (fact.group == Group::kCallee && fact.entry == "known") return true;
  return (fact.known_to & static_cast<unsigned>(Who::kCaller)) != 0;
}

std::string PolicyDigest(const Catalog& catalog, const Document& document) {
  Sha256 sha;
  sha.Update(PrintDocument(catalog, document));
  sha.Update("\n");
  sha.Update(catalog.digest_hex());
  return ToHex(sha.Finish());
}

}  // namespace ringfence
