// What the contact commands read.
#include "cli/contact_input.h"

#include <charconv>

#include "cli/lines.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

Status Invalid(std::string message) {
  return Status(StatusCode::kInvalidArgument, std::move(message));
}

int DigitValue(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

}  // namespace

bool OwnIdentifier::operator<(const OwnIdentifier& other) const {
  const CanonicalIdentifier one = view();
  const CanonicalIdentifier two = other.view();
  return one.kind != two.kind ? one.kind < two.kind : one.bytes < two.bytes;
}

bool OwnIdentifier::operator==(const OwnIdentifier& other) const {
  return view().kind == other.view().kind && view().bytes == other.view().bytes;
}

Result<std::string> RegionOf(const Arguments& arguments) {
  std::string region(arguments.Has("region") ? arguments.Get("region") : "ZZ");
  const bool two_capitals = region.size() == 2 && region[0] >= 'A' && region[0] <= 'Z' &&
                            region[1] >= 'A' && region[1] <= 'Z';
  if (!two_capitals) {
    return Invalid(Cat({"--region '", Printable(region), "': expected two capitals, as in DE"}));
  }
  // Asked before anything else is done; only a region that was given can be unknown.
  rf_contact_identifier forms[RF_CONTACT_MAX_FORMS] = {};
  size_t count = 0;
  if (!arguments.Has("region") ||
      rf_contact_phone("", 0, region.c_str(), 0, forms, &count) != RF_CONTACT_UNKNOWN_REGION) {
    return region;
  }
  return Invalid(Cat(
      {"--region '", region, "': not a country code (ISO 3166) that has telephones, as DE or GB"}));
}

Result<OwnIdentifier> ReadIdentifier(std::string_view text, const std::string& region) {
  std::string line(text);
  if (text == "-") {
    auto reader = LineReader::Open("-");
    if (!reader.ok()) return reader.status();
    if (reader->Next() != LineReader::Got::kLine) {
      return Invalid("standard input has no line with an identifier");
    }
    line = reader->line();
  }
  rf_contact_identifier forms[RF_CONTACT_MAX_FORMS] = {};
  size_t count = 0;
  const rf_contact_status status =
      line.find('@') != std::string::npos
          ? rf_contact_email(line.data(), line.size(), &forms[0])
          : rf_contact_phone(line.data(), line.size(), region.c_str(), 0, forms, &count);
  rf_contact_erase(line.data(), line.size());
  OwnIdentifier identifier(forms[0]);
  rf_contact_erase(forms, sizeof forms);
  if (status == RF_CONTACT_OK) return identifier;
  return Invalid(Cat({"no identifier: ", rf_contact_status_text(status)}));
}

bool ParseHex(std::string_view text, std::span<uint8_t> out) {
  if (text.size() != 2 * out.size()) return false;
  for (size_t i = 0; i < out.size(); ++i) {
    const int high = DigitValue(text[2 * i]);
    const int low = DigitValue(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    out[i] = static_cast<uint8_t>(high * 16 + low);
  }
  return true;
}

std::string ToHex(std::span<const uint8_t> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * bytes.size());
  for (const uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

Result<int64_t> ParseWhole(std::string_view text, std::string_view what, int64_t least) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size() && number >= least) return number;
  if (text.empty()) return Invalid(Cat({what, " is missing"}));
  return Invalid(Cat({what, " '", Printable(text), "': expected a whole number of at least ",
                      std::to_string(least)}));
}

}  // namespace ringfence::cli
