// What is brought along to look at a log.
#include "cli/log_given.h"

#include <unistd.h>

#include "cli/log_input.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

// A checkpoint with the cosignatures of every witness there is.
constexpr size_t kMaxNoteBytes = size_t{1} << 20;
constexpr mode_t kForOwner = 0600;  // a report may have facts

Status Invalid(std::string message) {
  return Status(StatusCode::kInvalidArgument, std::move(message));
}

/// A checkpoint, or the one a .tlog-proof ends with: what somebody who was given a receipt holds.
std::string CheckpointIn(const std::string& text) {
  const size_t blank = text.find("\n\n");
  const bool proof = text.starts_with("c2sp.org/tlog-proof@v1\n") && blank != std::string::npos;
  return proof ? text.substr(blank + 2) : text;
}

}  // namespace

Status ChooseLog(Context& context, const Arguments& arguments) {
  if (arguments.positional().empty()) return Status();
  if (arguments.Has("log")) return Invalid("LOG and --log exclude each other");
  context.UseLog(arguments.At(0));
  return Status();
}

Result<LogVerifyOptions> VerifyOptionsFrom(const Context& context, const Arguments& arguments) {
  LogVerifyOptions options;
  options.keys = arguments.All("key");
  options.witnesses = arguments.All("witness");
  auto threads = ThreadsOption(arguments);
  if (!threads.ok()) return threads.status();
  options.threads = *threads;
  for (const std::string& file : arguments.All("trusted")) {
    auto note = ReadFile(file, kMaxNoteBytes);
    if (!note.ok()) return note.status();
    options.trusted.push_back(CheckpointIn(*note));
  }
  if (context.has_db()) {
    auto store = context.OpenStore(StoreOptions::Mode::kReadOnly);
    if (!store.ok()) return store.status();
    options.store = *std::move(store);
  }
  return options;
}

std::vector<OptionSpec> VerifyOptionSpecs() {
  return {
      {"key", "VKEY",
       "Trust this verifier key (NAME+ID+KEY, as in log.vkey) instead of the one in the log, one a "
       "month.",
       true},
      {"trusted", "FILE",
       "A checkpoint somebody kept, or a .tlog-proof with one: the log must be a continuation.",
       true},
      {"witness", "VKEY", "Count and check the cosignatures of this witness.", true},
      ThreadsOptionSpec()};
}

Result<LogSecrets> SecretsFrom(const Context& context, const Arguments& arguments) {
  LogSecrets secrets;
  secrets.catalog = context.catalog();
  if (arguments.Has("facts") && arguments.Has("keys")) {
    return Invalid("--facts and --keys name the same file here: give one of them");
  }
  if (arguments.Has("facts") || arguments.Has("keys")) {
    if (arguments.Has("shadow")) {
      return Invalid("--shadow opens no facts: it takes neither --facts nor --keys");
    }
    auto contents = ReadFactsKeys(arguments.Get(arguments.Has("facts") ? "facts" : "keys"));
    if (!contents.ok()) return contents.status();
    if (contents->empty()) return Invalid("the file of facts keys is empty");
    secrets.facts_keys = *std::move(contents);
    return secrets;
  }
  if (arguments.Has("log-keys") && !context.has_db()) {
    return Invalid(
        "--log-keys opens facts together with the database (--db FILE), which has everybody's "
        "seeds; without it there are the files that `ringfence log keys` makes: --facts FILE");
  }
  if (!context.has_db() || arguments.Has("shadow")) return secrets;
  std::string keys = context.LogKeysPath();
  if (!arguments.Has("log-keys") && access(keys.c_str(), F_OK) != 0) return secrets;
  auto store = context.OpenStore(StoreOptions::Mode::kReadOnly);
  if (!store.ok()) return store.status();
  secrets.store = *std::move(store);
  secrets.keys = std::move(keys);
  return secrets;
}

Result<std::optional<NewFile>> PageFile(const Arguments& arguments) {
  if (!arguments.Has("html")) return std::optional<NewFile>();
  auto file = NewFile::Create(std::string(arguments.Get("html")), kForOwner);
  if (!file.ok()) return file.status();
  return std::optional<NewFile>(*std::move(file));
}

OptionSpec FactsOptionSpec() {
  return {"facts", "FILE", "Facts keys that `ringfence log keys` exported."};
}

}  // namespace ringfence::cli
