// What the user typed: global options, the command, its options and positional arguments.
// Takes argv and the commands' specifications; gives Arguments or a usage error.
#pragma once

#include <ringfence/status.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::cli {

/// One option of a command, as --help prints it and as the parser knows it.
struct OptionSpec {
  std::string_view name;   ///< without the dashes
  std::string_view value;  ///< name of its value, "FILE"; empty: a flag
  std::string_view help;   ///< running text
  bool many = false;       ///< may be repeated, and takes several values after one name
};

/// A parsed command line, without the command itself.
class Arguments {
 public:
  bool Has(std::string_view option) const;
  /// The value of an option given at most once; empty when absent.
  std::string_view Get(std::string_view option) const;
  const std::vector<std::string>& All(std::string_view option) const;
  const std::vector<std::string>& positional() const { return positional_; }
  /// The i-th positional argument, or an empty text.
  std::string_view At(size_t index) const;
  /// kInvalidArgument unless there are `least` to `most` positional arguments.
  Status ExpectPositional(size_t least, size_t most) const;

 private:
  friend Result<Arguments> ParseArguments(const std::vector<std::string>&,
                                          const std::vector<OptionSpec>&);
  std::map<std::string, std::vector<std::string>, std::less<>> options_;
  std::vector<std::string> positional_;
};

/// Options that every command takes, before or after its name.
const std::vector<OptionSpec>& GlobalOptions();

/// argv split at the command: `words` are the command's words ("policy", "show"), at most two where
/// the first is one of `groups`; `rest` is everything else in its order.
struct SplitLine {
  std::vector<std::string> words;
  std::vector<std::string> rest;
};
SplitLine SplitAtCommand(const std::vector<std::string>& line,
                         const std::vector<std::string>& groups);

/// Parses the rest of a command line against the global options and the command's own.
/// kInvalidArgument for an unknown option (with the nearest) and for a missing or repeated value.
Result<Arguments> ParseArguments(const std::vector<std::string>& rest,
                                 const std::vector<OptionSpec>& options);

}  // namespace ringfence::cli
