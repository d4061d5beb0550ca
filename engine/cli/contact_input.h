// What the contact commands read: identifiers as people write them, bytes as hexadecimal digits.
// Takes text; gives canonical identifiers and bytes, or a reason that never repeats the text.
#pragma once

#include <ringfence/contacts.h>
#include <ringfence/contacts_client.h>
#include <ringfence/status.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/arguments.h"
#include "cli/json_out.h"

namespace ringfence::cli {

/// A canonical identifier that is erased at the end of its life.
class OwnIdentifier {
 public:
  explicit OwnIdentifier(const rf_contact_identifier& identifier) : identifier_(identifier) {}
  OwnIdentifier(const OwnIdentifier&) = default;
  OwnIdentifier& operator=(const OwnIdentifier&) = default;
  ~OwnIdentifier() { rf_contact_erase(&identifier_, sizeof identifier_); }

  CanonicalIdentifier view() const {
    return {static_cast<IdentifierKind>(identifier_.kind), {identifier_.bytes, identifier_.size}};
  }
  const rf_contact_identifier& raw() const { return identifier_; }
  bool operator<(const OwnIdentifier& other) const;
  bool operator==(const OwnIdentifier& other) const;

 private:
  rf_contact_identifier identifier_;
};

/// --region: two capitals, a country with telephones or "ZZ"; "ZZ" when it is not given.
Result<std::string> RegionOf(const Arguments& arguments);

/// One identifier of an account: an e-mail address if there is an '@' in it, else a telephone
/// number. "-" reads a line of standard input, so that it stands in no shell history.
Result<OwnIdentifier> ReadIdentifier(std::string_view text, const std::string& region);

/// Exactly 2 * out.size() hexadecimal digits.
bool ParseHex(std::string_view text, std::span<uint8_t> out);
std::string ToHex(std::span<const uint8_t> bytes);

/// A whole number of at least `least`, or kInvalidArgument with what it was expected to be.
Result<int64_t> ParseWhole(std::string_view text, std::string_view what, int64_t least);

/// Members of an object: a book without its contents, an identifier without its value.
void WriteBook(JsonOut& json, const ContactBook& book);
void WriteVerifiedIdentifier(JsonOut& json, const VerifiedIdentifier& identifier);

}  // namespace ringfence::cli
