// Any bytes as a CSV address book: refused with a line, or read into entries of its cells.
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
  Require(book.value().contacts <= text.size());
  size_t bytes = 0;
  for (const AddressEntry& entry : book.value().entries) {
    Require(!entry.text.empty());
    Require(entry.place.starts_with("line "));
    Require(entry.place.find(", column ") != std::string::npos);
    bytes += entry.text.size();
  }
  Require(bytes <= 3 * text.size());  // a byte of Windows-1252 becomes three at most
}

}  // namespace
}  // namespace ringfence::cli

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ringfence::cli;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  CheckBook(ReadAddressCsv(text), text);
  const std::string rows = "Name,Phone,E-mail 1 - Value\n" + std::string(text);
  CheckBook(ReadAddressCsv(rows), rows);
  return 0;
}
