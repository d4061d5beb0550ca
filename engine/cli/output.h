// Where the tool writes: standard output, standard error, colours on a terminal.
// Takes text that is already printable; knows whether a write failed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ringfence::cli {

enum class ColorMode : uint8_t { kAuto, kAlways, kNever };

enum class Style : uint8_t { kBold, kDim, kGood, kBad, kMiddling };

class Output {
 public:
  /// `quiet` silences Note and Say.
  Output(ColorMode color, bool quiet);

  /// What was asked for.
  void Print(std::string_view text);
  /// Lines of data for other programs: byte for byte, but made printable on a terminal.
  void Data(std::string_view lines);
  /// A confirmation: not printed when quiet.
  void Say(std::string_view text);
  /// "ringfence: note: ..." on standard error: not printed when quiet.
  void Note(std::string_view text) const;
  /// "ringfence: warning: ..." on standard error.
  void Warn(std::string_view text) const;
  /// "ringfence: ..." on standard error.
  static void Error(std::string_view text);
  /// Lines that start with places themselves (file:line:column), as editors read them.
  static void Diagnostics(std::string_view text);

  /// A write has failed: there is no point in going on.
  bool failed() const { return failed_; }
  /// Hands everything printed to the operating system. False once a write has failed.
  bool Flush();

  /// The text in a style, if standard output takes colours.
  std::string Styled(Style style, std::string_view text) const;
  bool quiet() const { return quiet_; }

 private:
  bool color_;
  bool terminal_;
  bool quiet_;
  bool failed_ = false;
};

}  // namespace ringfence::cli
