// What an address book file holds for contact sync: telephone numbers and e-mail addresses as they
// were written, nothing else of anybody. Takes the text of a file; gives entries and what was left.
#pragma once

#include <ringfence/status.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace ringfence::cli {

enum class AddressKind : uint8_t { kPhone, kEmail };

/// One number or address, for rf_contact_phone or rf_contact_email. "tel:" and "mailto:" are gone;
/// an extension stays as ";ext=12", which rf_contact_phone knows.
struct AddressEntry {
  AddressKind kind = AddressKind::kPhone;
  std::string text;   ///< bytes of the file, decoded: not checked, may be no UTF-8
  std::string place;  ///< "line 12" or "line 12, column 3": for reports, nothing of the content
};

/// What stood where a number or an address belongs, and is none that could be passed on.
struct SkippedAddresses {
  size_t empty = 0;     ///< nothing but spaces
  size_t charset = 0;   ///< in a character set not read here, where that matters
  size_t encoding = 0;  ///< base64, or quoted-printable or a URI that cannot be decoded
  size_t scheme = 0;    ///< a URI, but neither tel: nor mailto:
  size_t context = 0;   ///< a tel: URI of a private numbering plan (RFC 3966 section 5.1.5)
  size_t agents = 0;    ///< cards within cards (AGENT): somebody else's, with all their entries

  size_t total() const { return empty + charset + encoding + scheme + context + agents; }
};

/// Erases the texts of its entries when it ends. Move-only.
struct AddressBook {
  std::deque<AddressEntry> entries;  ///< in the order of the file; a deque never copies texts about
  size_t contacts = 0;               ///< cards, or rows
  SkippedAddresses skipped;

  AddressBook() = default;
  AddressBook(AddressBook&&) = default;
  AddressBook& operator=(AddressBook&& other) noexcept {
    entries.swap(other.entries);
    contacts = other.contacts;
    skipped = other.skipped;
    return *this;
  }
  ~AddressBook();
};

/// vCard 2.1, 3.0 and 4.0 (RFC 2426, RFC 6350), any number of cards. kParse: "line 12: expected
/// ...", never with content; a file without a card is one. kLimit: over kMaxAddressBookBytes.
/// Time and memory are linear in the size.
Result<AddressBook> ReadVcards(std::string_view text);

/// Rows under a header (RFC 4180), with columns as Google or Outlook name them, separated by
/// commas, semicolons or tabs. UTF-8, UTF-16 with a byte order mark, or Windows-1252. Errors as
/// above; a file without a column for numbers or addresses is one.
Result<AddressBook> ReadAddressCsv(std::string_view text);

/// Overwrites the text where it lies, then empties it.
void EraseText(std::string* text);

}  // namespace ringfence::cli
