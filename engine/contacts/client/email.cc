// E-mail addresses to one form for each mailbox, as far as that can be known without asking its
// host. Takes text; gives local part @ host name in A-labels, or why there is none.
#include <idn2.h>
#include <ringfence/contacts_client.h>
#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/utf8.h"
#include "contacts/client/secret_text.h"
#include "contacts/oprf/secret.h"
#include "contacts/oprf/token.h"

namespace ringfence {
namespace {

constexpr size_t kMaxLocalBytes = 64;    // RFC 5321 section 4.5.3.1.1
constexpr size_t kMaxDomainBytes = 253;  // without the dot of the root

constexpr size_t kTextBytes = 4 * kMaxCanonicalBytes;  // NFC grows at most threefold

// Text that a C library gave.
template <void (*kFree)(void*)>
struct EraseAndFree {
  void operator()(uint8_t* text) const {
    Erase(text, std::strlen(reinterpret_cast<const char*>(text)));
    kFree(text);
  }
};
void FreeDomain(void* domain) { idn2_free(domain); }
using Normalised = std::unique_ptr<uint8_t, EraseAndFree<std::free>>;
using LookedUp = std::unique_ptr<uint8_t, EraseAndFree<FreeDomain>>;

std::string_view View(const uint8_t* text) { return reinterpret_cast<const char*>(text); }

void LowerAscii(std::string* text) {
  for (char& c : *text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
}

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
}

// What may stand in a local part without quotes: RFC 5322's atoms and RFC 6532's letters. Dots may
// stand anywhere, because two Japanese networks gave out such addresses. Nothing that does not
// show, and nothing a later Unicode may normalise otherwise.
bool MayStandInLocalPart(uint32_t code_point) {
  if (code_point < 0x80) {
    return code_point > ' ' && code_point < 0x7F &&
           std::string_view("\"(),:;<>@[\\]").find(static_cast<char>(code_point)) ==
               std::string_view::npos;
  }
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(code_point))) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
    case UTF8PROC_CATEGORY_ZS:
      return false;
    default:
      return true;
  }
}

rf_contact_status Compose(std::string* text) {
  uint8_t* composed = nullptr;
  const utf8proc_ssize_t size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text->data()),
                   static_cast<utf8proc_ssize_t>(text->size()), &composed,
                   static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  const Normalised owned(composed);
  if (size == UTF8PROC_ERROR_NOMEM) return RF_CONTACT_NO_MEMORY;
  if (size < 0) return RF_CONTACT_NOT_AN_ADDRESS;
  *text = View(composed);
  return RF_CONTACT_OK;
}

// NFC, then ASCII capitals to small letters, then NFC again: small letters compose where capitals
// did not (h with a line below), and some symbols become ASCII (the sign of kelvin a K). No other
// folding: it would make one mailbox of two people's (sharp s and ss).
rf_contact_status AppendLocalPart(std::string_view local, std::string* out) {
  SecretText part(kTextBytes);
  part.text = local;
  if (IsAscii(local)) {
    LowerAscii(&part.text);
  } else {
    rf_contact_status status = Compose(&part.text);
    if (status != RF_CONTACT_OK) return status;
    LowerAscii(&part.text);
    status = Compose(&part.text);
    if (status != RF_CONTACT_OK) return status;
  }
  for (size_t at = 0; at < part.text.size();) {
    const Utf8Step step = DecodeUtf8(part.text, at);
    if (!step.ok || !MayStandInLocalPart(step.code_point)) return RF_CONTACT_NOT_AN_ADDRESS;
    at += step.length;
  }
  if (part.text.size() > kMaxLocalBytes) return RF_CONTACT_TOO_LONG;
  out->append(part.text);
  return RF_CONTACT_OK;
}

// Letters, digits and inner hyphens, 1-63 to a label; no IP address, whose last label is a number.
bool IsHostName(std::string_view name) {
  for (;;) {
    const size_t dot = name.find('.');
    const std::string_view label = name.substr(0, dot);
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') {
      return false;
    }
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    const auto fits = [&](char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-'; };
    if (!std::all_of(label.begin(), label.end(), fits)) return false;
    if (dot == std::string_view::npos) return !std::all_of(label.begin(), label.end(), is_digit);
    name.remove_prefix(dot + 1);
  }
}

bool HasALabel(std::string_view lower) {
  return lower.starts_with("xn--") || lower.find(".xn--") != std::string_view::npos;
}

// IDNA 2008 with the mapping of UTS 46. The library must not apply STD 3: version 2.3.3 deletes the
// characters it forbids, so that "ex_ample.com" becomes somebody else's "example.com". Hence the
// check of what comes out. Plain ASCII names need no library, and it would refuse some that exist
// (two hyphens in third place).
rf_contact_status AppendDomain(std::string_view domain, std::string* out) {
  SecretText name(kTextBytes);
  name.text = domain;
  LowerAscii(&name.text);
  if (!IsAscii(name.text) || HasALabel(name.text)) {
    uint8_t* found = nullptr;
    const int code = idn2_lookup_u8(reinterpret_cast<const uint8_t*>(name.text.c_str()), &found,
                                    IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
    const LookedUp owned(found);
    if (code == IDN2_MALLOC) return RF_CONTACT_NO_MEMORY;
    if (code != IDN2_OK) return RF_CONTACT_BAD_DOMAIN;
    Erase(name.text.data(), name.text.size());
    name.text = View(found);
    LowerAscii(&name.text);
  }
  if (name.text.ends_with('.')) name.text.pop_back();
  if (name.text.size() > kMaxDomainBytes || !IsHostName(name.text)) return RF_CONTACT_BAD_DOMAIN;
  out->append(name.text);
  return RF_CONTACT_OK;
}

rf_contact_status Read(std::string_view text, rf_contact_identifier* out) {
  text = WithoutOuterSpaces(text);
  if (text.empty()) return RF_CONTACT_EMPTY;
  if (text.size() > kMaxCanonicalBytes) return RF_CONTACT_TOO_LONG;
  if (!IsValidUtf8(text) || text.find('\0') != std::string_view::npos) return RF_CONTACT_NOT_TEXT;
  const size_t at = text.find('@');
  if (at == 0 || at == std::string_view::npos || at + 1 == text.size()) {
    return RF_CONTACT_NOT_AN_ADDRESS;
  }
  const std::string_view domain = text.substr(at + 1);
  if (domain.find('@') != std::string_view::npos) return RF_CONTACT_NOT_AN_ADDRESS;
  SecretText canonical(kTextBytes);
  rf_contact_status status = AppendLocalPart(text.substr(0, at), &canonical.text);
  if (status != RF_CONTACT_OK) return status;
  canonical.text += '@';
  status = AppendDomain(domain, &canonical.text);
  if (status != RF_CONTACT_OK) return status;
  if (canonical.text.size() > kMaxCanonicalBytes) return RF_CONTACT_TOO_LONG;
  CHECK(IsCanonicalForm(RF_CONTACT_EMAIL, canonical.text));
  out->kind = RF_CONTACT_EMAIL;
  out->size = static_cast<uint8_t>(canonical.text.size());
  std::copy(canonical.text.begin(), canonical.text.end(), out->bytes);
  return RF_CONTACT_OK;
}

}  // namespace
}  // namespace ringfence

extern "C" rf_contact_status rf_contact_email(const char* text, size_t size,
                                              rf_contact_identifier* out) {
  if ((text == nullptr && size > 0) || out == nullptr) return RF_CONTACT_BAD_ARGUMENT;
  std::memset(out, 0, sizeof *out);
  try {
    return ringfence::Read(std::string_view(text, size), out);
  } catch (...) {  // std::bad_alloc
    return RF_CONTACT_NO_MEMORY;
  }
}
