// Any bytes as a vCard file: refused with a line, or read into entries that come from its lines.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "cli/address_book.h"

namespace ringfence::cli {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

void CheckBook(const Result<AddressBook>& book, std::string_view text) {
  if (!book.ok()) {
    Require(book.status().code() == StatusCode::kParse);
    Require(book.status().message().starts_with("line "));
    return;
  }
  Require(book.value().contacts > 0);
  Require(book.value().entries.size() <= text.size());
  size_t bytes = 0;
  for (const AddressEntry& entry : book.value().entries) {
    Require(!entry.text.empty());
    Require(entry.place.starts_with("line "));
    bytes += entry.text.size();
  }
  // A byte of ISO-8859-1 becomes two; an extension is written out.
  Require(bytes <= 3 * text.size());
}

}  // namespace
}  // namespace ringfence::cli

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ringfence::cli;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  CheckBook(ReadVcards(text), text);
  // The same inside a card, where most of the reader is.
  const std::string card = "BEGIN:VCARD\nVERSION:2.1\n" + std::string(text) + "\nEND:VCARD\n";
  CheckBook(ReadVcards(card), card);
  return 0;
}
