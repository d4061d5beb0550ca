// What our parser of signed notes accepts: the other half of notes.go, which describes both.
// Takes a verifier key and notes from standard input, each after a line with its length; gives two
// words a note.
#include <cstddef>
#include <iostream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

#include "log/note.h"

namespace {

/// The next record, cut off the front of `rest`. nullopt at the end and where the form is wrong.
std::optional<std::string_view> Next(std::string_view* rest) {
  const size_t end = rest->find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  size_t length = 0;
  for (const char digit : rest->substr(0, end)) {
    if (digit < '0' || digit > '9') return std::nullopt;
    length = length * 10 + static_cast<size_t>(digit - '0');
  }
  rest->remove_prefix(end + 1);
  if (length > rest->size()) return std::nullopt;
  const std::string_view record = rest->substr(0, length);
  rest->remove_prefix(length);
  return record;
}

const char* Word(bool accepted) { return accepted ? "accepts" : "refuses"; }

}  // namespace

int main() {
  const std::string input{std::istreambuf_iterator<char>(std::cin), {}};
  std::string_view rest = input;
  const std::optional<std::string_view> first = Next(&rest);
  if (!first) {
    std::cerr << "note_check: the input does not begin with a verifier key\n";
    return 2;
  }
  const ringfence::Result<ringfence::VerifierKey> key = ringfence::ParseVerifierKey(*first);
  if (!key.ok()) {
    std::cerr << "note_check: the verifier key is refused\n";
    return 2;
  }
  while (!rest.empty()) {
    const std::optional<std::string_view> note = Next(&rest);
    if (!note) {
      std::cerr << "note_check: the input ends inside a note\n";
      return 2;
    }
    std::cout << Word(ringfence::ParseNote(*note).ok()) << ' '
              << Word(ringfence::OpenCheckpoint(*note, *key).ok()) << '\n';
  }
  return 0;
}
