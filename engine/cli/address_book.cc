// Erasing what was read of an address book.
#include "cli/address_book.h"

#include <cstring>

namespace ringfence::cli {

void EraseText(std::string* text) {
  text->resize(text->capacity());  // also what was longer once
  // Called through a volatile pointer: the compiler cannot know that nobody reads it again.
  static void* (*const volatile overwrite)(void*, int, size_t) = std::memset;
  overwrite(text->data(), 0, text->size());
  text->clear();
}

AddressBook::~AddressBook() {
  for (AddressEntry& entry : entries) EraseText(&entry.text);
}

}  // namespace ringfence::cli
