// Text for people: safe to print, measured in terminal columns, joined, compared.
// Takes bytes from anywhere; gives printable UTF-8.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::cli {

/// Joins pieces of text: Cat({"a", name, "b"}).
std::string Cat(std::initializer_list<std::string_view> pieces);
/// "1,234,567"
std::string Thousands(uint64_t number);
/// "1 line", "2 lines"
std::string Count(uint64_t number, std::string_view singular, std::string_view plural);

/// The text as a terminal may get it: control characters, invisible and direction-changing ones and
/// bytes that are not UTF-8 become \xHH or \u{H}. Everything of foreign origin goes through here.
std::string Printable(std::string_view text);
/// The same for a message of several lines: line feeds and tabs stay.
std::string PrintableLines(std::string_view text);
/// JSON that means the same, with such characters inside its texts written as \uXXXX.
std::string PrintableJson(std::string_view json);

/// Columns of a terminal that printable text takes.
size_t Width(std::string_view text);
/// `text` filled with blanks up to `width` columns.
std::string Pad(std::string_view text, size_t width);
/// `text` with blanks before it, up to `width` columns.
std::string PadLeft(std::string_view text, size_t width);
/// Breaks running text into lines of at most `width` columns, each after `indent` blanks. Lines of
/// the text that start with a blank are kept as they are.
std::string Wrap(std::string_view text, size_t indent, size_t width);

/// Every line after `indent` blanks.
std::string Indent(std::string_view lines, size_t indent);

/// The candidate nearest to a misspelt word: at most a third of its letters differ.
std::optional<std::string> Nearest(std::string_view word, const std::vector<std::string>& names);

/// The number that the text is, all of it: decimal digits alone.
std::optional<uint64_t> WholeNumber(std::string_view text);

std::vector<std::string_view> Split(std::string_view text, char separator);

/// The canonical composed form (NFC) of valid UTF-8, and the decomposed one (NFD).
std::string ComposedForm(std::string_view text);
std::string DecomposedForm(std::string_view text);
bool IsAscii(std::string_view text);
bool IsUtf8(std::string_view text);

}  // namespace ringfence::cli
