// Any bytes as a number and as an address: refused with a reason, or in a form that the engine
// accepts and that reads back as itself. The first byte chooses region and flags.
#include <ringfence/contacts_client.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "contacts/oprf/token.h"

namespace ringfence {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

std::string_view View(const rf_contact_identifier& form) { return {form.bytes, form.size}; }

void CheckPhone(std::string_view text, const char* region, unsigned flags) {
  rf_contact_identifier forms[RF_CONTACT_MAX_FORMS];
  size_t count = 0;
  const rf_contact_status status =
      rf_contact_phone(text.data(), text.size(), region, flags, forms, &count);
  Require(status < RF_CONTACT_STATUS_COUNT && status != RF_CONTACT_BAD_ARGUMENT &&
          status != RF_CONTACT_UNKNOWN_REGION && status != RF_CONTACT_NO_MEMORY);
  Require((status == RF_CONTACT_TOO_LONG) == (text.size() > kMaxPhoneBytes));
  Require((status == RF_CONTACT_OK) == (count > 0) && count <= RF_CONTACT_MAX_FORMS);
  Require(count < 2 || (flags & RF_CONTACT_ALIASES) != 0);
  for (size_t i = 0; i < count; ++i) {
    Require(forms[i].kind == RF_CONTACT_PHONE && IsCanonicalForm(1, View(forms[i])));
  }
  if (count == 0) return;
  rf_contact_identifier again[RF_CONTACT_MAX_FORMS];
  Require(rf_contact_phone(forms[0].bytes, forms[0].size, "ZZ", 0, again, &count) == RF_CONTACT_OK);
  Require(count == 1 && View(again[0]) == View(forms[0]));
}

void CheckEmail(std::string_view text) {
  rf_contact_identifier form;
  const rf_contact_status status = rf_contact_email(text.data(), text.size(), &form);
  Require(status < RF_CONTACT_STATUS_COUNT && status != RF_CONTACT_BAD_ARGUMENT &&
          status != RF_CONTACT_NO_MEMORY);
  if (status != RF_CONTACT_OK) return;
  Require(form.kind == RF_CONTACT_EMAIL && IsCanonicalForm(2, View(form)));
  rf_contact_identifier again;
  Require(rf_contact_email(form.bytes, form.size, &again) == RF_CONTACT_OK);
  Require(View(again) == View(form));
}

}  // namespace
}  // namespace ringfence

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  constexpr const char* kRegions[] = {"ZZ", "US", "DE", "AR", "IT", "MX", "IN", "JP"};
  const char* const region = kRegions[data[0] % 8];
  const unsigned flags = data[0] / 8 % 4;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  ringfence::CheckPhone(text, region, flags);
  ringfence::CheckEmail(text);
  return 0;
}
