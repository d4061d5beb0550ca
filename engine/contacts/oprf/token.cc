// From canonical identifiers to inputs, from outputs to tokens, and what canonical means.
#include "contacts/oprf/token.h"

#include <sodium.h>

#include <algorithm>
#include <string_view>

#include "base/check.h"
#include "base/utf8.h"
#include "contacts/oprf/secret.h"

namespace ringfence {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetterOrDigit(char c) { return (c >= 'a' && c <= 'z') || IsDigit(c); }

bool IsPhone(std::string_view text) {
  if (text.size() < 6 || text.size() > 16 || text[0] != '+' || text[1] == '0') return false;
  return std::all_of(text.begin() + 1, text.end(), IsDigit);
}

bool IsLabel(std::string_view label) {
  if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') {
    return false;
  }
  return std::all_of(label.begin(), label.end(),
                     [](char c) { return IsLetterOrDigit(c) || c == '-'; });
}

bool IsDomain(std::string_view domain) {
  for (;;) {
    const size_t dot = domain.find('.');
    if (!IsLabel(domain.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    domain.remove_prefix(dot + 1);
  }
}

bool IsEmail(std::string_view text) {
  if (text.size() < 3 || text.size() > kMaxCanonicalBytes) return false;
  if (!IsValidUtf8(text) || HasControlBytes(text)) return false;
  const size_t at = text.find('@');
  if (at == 0 || at == std::string_view::npos || at > 64) return false;
  const std::string_view local = text.substr(0, at);
  const auto unfit = [](char c) { return (c >= 'A' && c <= 'Z') || c == ' ' || c == '"'; };
  return std::none_of(local.begin(), local.end(), unfit) && IsDomain(text.substr(at + 1));
}

}  // namespace

OprfInput InputOf(uint8_t kind, std::string_view canonical) {
  CHECK(canonical.size() <= kMaxCanonicalBytes);
  OprfInput input;
  input.size = 7 + canonical.size();
  constexpr std::string_view kPrefix = "cpx1";
  auto out = std::copy(kPrefix.begin(), kPrefix.end(), input.bytes.begin());
  *out++ = kind;
  *out++ = 0;  // the length's high byte: at most 254
  *out++ = static_cast<uint8_t>(canonical.size());
  out = std::copy(canonical.begin(), canonical.end(), out);
  std::fill(out, input.bytes.end(), uint8_t{0});
  return input;
}

Token TokenOf(const OprfOutput& output) {
  Token token;
  std::copy_n(output.begin(), token.size(), token.begin());
  return token;
}

bool IsCanonicalForm(uint8_t kind, std::string_view canonical) {
  switch (kind) {
    case 1:
      return IsPhone(canonical);
    case 2:
      return IsEmail(canonical);
    case 3:
      return canonical.size() <= kMaxCanonicalBytes && CheckId(canonical).ok();
    default:
      return false;
  }
}

std::array<uint8_t, 32> DigestOf(std::span<const Token> sorted) {
  EnsureSodium();
  std::array<uint8_t, 32> digest;
  crypto_generichash(digest.data(), digest.size(), reinterpret_cast<const uint8_t*>(sorted.data()),
                     sorted.size_bytes(), nullptr, 0);
  return digest;
}

}  // namespace ringfence
