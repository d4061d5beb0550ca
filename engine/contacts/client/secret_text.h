// What numbers and addresses have in common while they are read: text that is erased after use,
// and no spaces around it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "contacts/oprf/secret.h"

namespace ringfence {

/// A string that is erased where it lies. Reserved once, so that growing leaves no copies behind:
/// whoever fills it stays within `capacity`.
struct SecretText {
  std::string text;

  explicit SecretText(size_t capacity) { text.reserve(capacity); }
  ~SecretText() {
    text.resize(text.capacity());  // what was longer once
    Erase(text.data(), text.size());
  }
  SecretText(const SecretText&) = delete;
  SecretText& operator=(const SecretText&) = delete;
};

inline std::string_view WithoutOuterSpaces(std::string_view text) {
  constexpr std::string_view kSpaces = " \t\r\n";
  const size_t first = text.find_first_not_of(kSpaces);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpaces) - first + 1);
}

}  // namespace ringfence
