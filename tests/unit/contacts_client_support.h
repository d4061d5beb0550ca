// What tests of the client's canonical forms share: calls that give strings, and check what holds
// for every answer.
#pragma once

#include <doctest/doctest.h>
#include <ringfence/contacts_client.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "contacts/oprf/token.h"

namespace ringfence {

struct Read {
  rf_contact_status status = RF_CONTACT_OK;
  std::vector<std::string> forms;
};

inline std::string FormOf(const rf_contact_identifier& identifier, int kind) {
  REQUIRE(identifier.kind == kind);
  std::string text(identifier.bytes, identifier.size);
  CHECK_MESSAGE(IsCanonicalForm(identifier.kind, text), text);
  return text;
}

inline Read ReadPhone(std::string_view text, const char* region, unsigned flags = 0) {
  rf_contact_identifier forms[RF_CONTACT_MAX_FORMS];
  size_t count = 99;
  Read read;
  read.status = rf_contact_phone(text.data(), text.size(), region, flags, forms, &count);
  REQUIRE(count <= RF_CONTACT_MAX_FORMS);
  CHECK((read.status == RF_CONTACT_OK) == (count > 0));
  for (size_t i = 0; i < count; ++i) read.forms.push_back(FormOf(forms[i], RF_CONTACT_PHONE));
  for (size_t i = count; i < RF_CONTACT_MAX_FORMS; ++i) CHECK(forms[i].size == 0);
  return read;
}

inline Read ReadEmail(std::string_view text) {
  rf_contact_identifier form;
  Read read;
  read.status = rf_contact_email(text.data(), text.size(), &form);
  if (read.status == RF_CONTACT_OK) read.forms.push_back(FormOf(form, RF_CONTACT_EMAIL));
  if (read.status != RF_CONTACT_OK) CHECK(form.size == 0);
  return read;
}

}  // namespace ringfence
