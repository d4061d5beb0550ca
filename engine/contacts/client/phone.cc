// Telephone numbers to E.164 with libphonenumber, which gets short and clean text only: its time is
// quadratic, and it drops what it does not understand.
// Takes text and the region it was written in; gives one or two forms, or why there is none.
#include <phonenumbers/logger.h>
#include <phonenumbers/phonenumberutil.h>
#include <phonenumbers/shortnumberinfo.h>
#include <ringfence/contacts_client.h>
#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <new>
#include <set>
#include <string>
#include <string_view>

#undef DCHECK  // libphonenumber's headers leave theirs behind
#include "base/check.h"
#include "base/utf8.h"
#include "contacts/client/secret_text.h"
#include "contacts/oprf/secret.h"
#include "contacts/oprf/token.h"

namespace ringfence {
namespace {

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;
using i18n::phonenumbers::ShortNumberInfo;

constexpr std::string_view kNoRegion = "ZZ";

struct Library {
  const PhoneNumberUtil* util;
  const ShortNumberInfo* short_numbers;
  const std::set<std::string>* regions;
};

// One for the process, never destroyed: other threads may be in it while the process ends.
const Library& Telephony() {
  static const Library library = [] {
    PhoneNumberUtil* util = PhoneNumberUtil::GetInstance();
    // Its messages quote what it was given. At level 0 they are not even composed.
    auto* silence = new i18n::phonenumbers::NullLogger;
    silence->set_level(0);
    util->SetLogger(silence);
    auto* regions = new std::set<std::string>;
    util->GetSupportedRegions(regions);
    return Library{util, new ShortNumberInfo, regions};
  }();
  return library;
}

// The text may be looked at twice, the second time with its letters as digits.
constexpr size_t kTextBytes = 2 * kMaxPhoneBytes;

// The text without invisible characters, and what it is made of.
struct Written {
  SecretText clean{kTextBytes};    // everything that shows
  SecretText compact{kTextBytes};  // "+" and ASCII digits
  bool digits = false;
  bool letters = false;
  bool other = false;  // neither digits nor letters nor what people put between digits
  bool blank = true;
};

bool IsLetter(utf8proc_category_t category) {
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}

// What stands between digits and means nothing: spaces, dashes, brackets, full stops, slashes.
bool IsSeparator(uint32_t c, utf8proc_category_t category) {
  switch (category) {
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_PD:
    case UTF8PROC_CATEGORY_PS:
    case UTF8PROC_CATEGORY_PE:
      return true;
    default:
      return c == '\t' || c == '.' || c == '/' || c == '~' || c == 0x2212 /* minus */ ||
             c == 0xFF0E /* full-width full stop */ || c == 0xFF0F /* full-width slash */;
  }
}

// Unicode keeps the ten digits of a script together and in order; the styles of mathematics follow
// each other, which makes a run of fifty.
uint32_t DigitValue(uint32_t code_point) {
  uint32_t first = code_point;
  while (utf8proc_category(static_cast<utf8proc_int32_t>(first - 1)) == UTF8PROC_CATEGORY_ND) {
    --first;
  }
  return (code_point - first) % 10;
}

rf_contact_status Look(std::string_view text, Written* written) {
  for (size_t at = 0; at < text.size();) {
    const Utf8Step step = DecodeUtf8(text, at);
    if (!step.ok || step.code_point == 0) return RF_CONTACT_NOT_TEXT;
    const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(step.code_point));
    const std::string_view bytes = text.substr(at, step.length);
    at += step.length;
    // Marks of direction come along when a number is copied; inside it they stop the parser.
    if (category == UTF8PROC_CATEGORY_CF) continue;
    written->clean.text += bytes;
    if (category == UTF8PROC_CATEGORY_ZS || step.code_point == '\t') continue;
    written->blank = false;
    if (category == UTF8PROC_CATEGORY_ND) {
      written->digits = true;
      written->compact.text += static_cast<char>('0' + DigitValue(step.code_point));
    } else if (step.code_point == '+' || step.code_point == 0xFF0B /* full-width */) {
      // A second number behind the first, or no number at all.
      written->other = written->other || !written->compact.text.empty();
      written->compact.text += '+';
    } else if (IsLetter(category)) {
      written->letters = true;
    } else if (!IsSeparator(step.code_point, category)) {
      written->other = true;
    }
  }
  return written->blank ? RF_CONTACT_EMPTY : RF_CONTACT_OK;
}

// Calls of the parser: nowhere else.
PhoneNumberUtil::ErrorType Parse(const std::string& text, const std::string& region,
                                 PhoneNumber* number) {
  CHECK(text.size() <= kMaxPhoneBytes);
  return Telephony().util->Parse(text, region, number);
}

// A number that does not outlive its use.
struct SecretNumber {
  PhoneNumber number;
  SecretNumber() = default;
  ~SecretNumber() { number.Clear(); }
  SecretNumber(const SecretNumber&) = delete;
  SecretNumber& operator=(const SecretNumber&) = delete;
};

bool HasExtension(const std::string& clean, const std::string& region) {
  SecretNumber parsed;
  const bool read = Parse(clean, region, &parsed.number) == PhoneNumberUtil::NO_PARSING_ERROR;
  const bool extension = read && parsed.number.has_extension();
  if (extension) {
    std::string* digits = parsed.number.mutable_extension();
    Erase(digits->data(), digits->size());
  }
  return extension;
}

// Possible by its length and no short number. Not "valid": tables of ranges are as old as the
// system, and numbers of newer ranges would vanish. Seven digits that reach somebody only within
// a town name nobody; those that work in a whole country (Canada's 310-1234) are valid.
bool IsPossible(const PhoneNumber& number) {
  const Library& library = Telephony();
  switch (library.util->IsPossibleNumberWithReason(number)) {
    case PhoneNumberUtil::IS_POSSIBLE:
      // Emergency and information services: everybody's, and other people's in the next country.
      return !library.short_numbers->IsValidShortNumber(number) ||
             library.util->IsValidNumber(number);
    case PhoneNumberUtil::IS_POSSIBLE_LOCAL_ONLY:
      return library.util->IsValidNumber(number);
    default:
      return false;
  }
}

// A number without '+' that starts with the digits of its own country's code. "49 151 12345678" in
// Germany is a mobile number whose '+' got lost; read nationally it becomes +49 49 151..., which
// the numbering plan has room for. Either guess admits a stranger or loses a friend, so it is
// refused. "391 1234567" in Italy is no such case: +39 1 1234567 is nobody's number. Neither is "91
// 98765 43210" in India: the parser took the code off, because nobody's number starts like that in
// India. What the writer made clear by a prefix ("0...", "00...") is never looked at.
bool ReadsTwoWays(const std::string& digits, const std::string& region, const PhoneNumber& number) {
  const PhoneNumberUtil& util = *Telephony().util;
  SecretText significant(kTextBytes);
  util.GetNationalSignificantNumber(number, &significant.text);
  // In most of the world "00" dials abroad. Where it does not, somebody brought the habit along.
  if (significant.text.starts_with("00") && !util.IsValidNumber(number)) return true;
  const std::string code = std::to_string(util.GetCountryCodeForRegion(region));
  if (!digits.starts_with(code) || significant.text != digits) return false;
  SecretText abroad(kTextBytes);
  abroad.text.append("+").append(digits);
  SecretNumber parsed;
  return abroad.text.size() <= kMaxPhoneBytes &&
         Parse(abroad.text, std::string(kNoRegion), &parsed.number) ==
             PhoneNumberUtil::NO_PARSING_ERROR &&
         util.IsValidNumber(parsed.number);
}

rf_contact_status StatusOf(PhoneNumberUtil::ErrorType error, bool national, bool has_region) {
  switch (error) {
    case PhoneNumberUtil::NO_PARSING_ERROR:
      return RF_CONTACT_OK;
    case PhoneNumberUtil::INVALID_COUNTRY_CODE_ERROR:
      return national && !has_region ? RF_CONTACT_NEEDS_REGION : RF_CONTACT_NOT_A_NUMBER;
    case PhoneNumberUtil::TOO_SHORT_AFTER_IDD:
    case PhoneNumberUtil::TOO_SHORT_NSN:
    case PhoneNumberUtil::TOO_LONG_NSN:
      return RF_CONTACT_NOT_POSSIBLE;
    default:
      return RF_CONTACT_NOT_A_NUMBER;
  }
}

// "+" and digits, from "+" and digits. The outcome reads back as itself.
rf_contact_status Canonicalise(const std::string& compact, const std::string& region,
                               std::string* canonical) {
  const PhoneNumberUtil& util = *Telephony().util;
  SecretNumber parsed;
  const bool national = compact[0] != '+';
  const rf_contact_status status =
      StatusOf(Parse(compact, region, &parsed.number), national, region != kNoRegion);
  if (status != RF_CONTACT_OK) return status;
  if (!IsPossible(parsed.number)) return RF_CONTACT_NOT_POSSIBLE;
  if (national && ReadsTwoWays(compact, region, parsed.number)) return RF_CONTACT_AMBIGUOUS;
  util.Format(parsed.number, PhoneNumberUtil::E164, canonical);
  // Some plans have room for 17 digits; the network has not (E.164 section 6.2.1).
  if (!IsCanonicalForm(RF_CONTACT_PHONE, *canonical)) return RF_CONTACT_NOT_POSSIBLE;
  SecretNumber again;
  SecretText back(kTextBytes);
  if (Parse(*canonical, std::string(kNoRegion), &again.number) ==
      PhoneNumberUtil::NO_PARSING_ERROR) {
    util.Format(again.number, PhoneNumberUtil::E164, &back.text);
  }
  return back.text == *canonical ? RF_CONTACT_OK : RF_CONTACT_AMBIGUOUS;
}

// Argentine mobile numbers have a 9 behind +54 when dialled from abroad and none at home, so books
// have both. (Mexico's old 1 the parser drops by itself.) "" when there is no other form.
void AppendOtherForm(const std::string& canonical, std::string* other) {
  constexpr std::string_view kHome = "+54";
  constexpr std::string_view kAbroad = "+549";
  const std::string_view all = canonical;
  if (all.starts_with(kAbroad) && all.size() == kAbroad.size() + 10) {
    other->append(kHome).append(all.substr(kAbroad.size()));
  } else if (all.starts_with(kHome) && all.size() == kHome.size() + 10) {
    other->append(kAbroad).append(all.substr(kHome.size()));
  }
}

void Fill(std::string_view canonical, rf_contact_identifier* form) {
  CHECK(IsCanonicalForm(RF_CONTACT_PHONE, canonical));
  form->kind = RF_CONTACT_PHONE;
  form->size = static_cast<uint8_t>(canonical.size());
  std::copy(canonical.begin(), canonical.end(), form->bytes);
}

// Finds what the parser may be given: `compact` of `written`.
rf_contact_status FindDigits(std::string_view text, const std::string& region, unsigned flags,
                             Written* written) {
  rf_contact_status status = Look(text, written);
  if (status != RF_CONTACT_OK) return status;
  if (!written->letters && !written->other) {
    return written->digits ? RF_CONTACT_OK : RF_CONTACT_NOT_A_NUMBER;
  }
  if (HasExtension(written->clean.text, region)) return RF_CONTACT_EXTENSION;
  if (written->other || !written->digits) return RF_CONTACT_NOT_A_NUMBER;
  const PhoneNumberUtil& util = *Telephony().util;
  if ((flags & RF_CONTACT_ALLOW_LETTERS) == 0 || !util.IsAlphaNumber(written->clean.text)) {
    return RF_CONTACT_LETTERS;
  }
  SecretText spelt(kTextBytes);
  spelt.text = written->clean.text;
  util.ConvertAlphaCharactersInNumber(&spelt.text);
  Erase(written->compact.text.data(), written->compact.text.size());
  written->compact.text.clear();
  written->letters = false;
  status = Look(spelt.text, written);
  return status == RF_CONTACT_OK && written->letters ? RF_CONTACT_LETTERS : status;
}

rf_contact_status Read(std::string_view text, const std::string& region, unsigned flags,
                       rf_contact_identifier* forms, size_t* count) {
  Written written;
  rf_contact_status status = FindDigits(WithoutOuterSpaces(text), region, flags, &written);
  if (status != RF_CONTACT_OK) return status;
  SecretText canonical(kTextBytes);
  status = Canonicalise(written.compact.text, region, &canonical.text);
  if (status != RF_CONTACT_OK) return status;
  Fill(canonical.text, &forms[0]);
  *count = 1;
  if ((flags & RF_CONTACT_ALIASES) == 0) return RF_CONTACT_OK;
  SecretText other(kTextBytes);
  AppendOtherForm(canonical.text, &other.text);
  if (!other.text.empty()) Fill(other.text, &forms[(*count)++]);
  return RF_CONTACT_OK;
}

bool IsRegion(const char* region) {
  return std::strlen(region) == 2 &&
         (region == kNoRegion || Telephony().regions->count(region) > 0);
}

}  // namespace
}  // namespace ringfence

extern "C" rf_contact_status rf_contact_phone(const char* text, size_t size, const char* region,
                                              unsigned flags, rf_contact_identifier* forms,
                                              size_t* count) {
  if (count != nullptr) *count = 0;
  constexpr unsigned kFlags = RF_CONTACT_ALLOW_LETTERS | RF_CONTACT_ALIASES;
  if ((text == nullptr && size > 0) || region == nullptr || forms == nullptr || count == nullptr ||
      (flags & ~kFlags) != 0) {
    return RF_CONTACT_BAD_ARGUMENT;
  }
  std::memset(forms, 0, RF_CONTACT_MAX_FORMS * sizeof *forms);
  try {
    if (!ringfence::IsRegion(region)) return RF_CONTACT_UNKNOWN_REGION;
    if (size > ringfence::kMaxPhoneBytes) return RF_CONTACT_TOO_LONG;
    return ringfence::Read(std::string_view(text, size), region, flags, forms, count);
  } catch (...) {  // std::bad_alloc, or what a library makes of it
    ringfence::Erase(forms, RF_CONTACT_MAX_FORMS * sizeof *forms);
    *count = 0;
    return RF_CONTACT_NO_MEMORY;
  }
}
