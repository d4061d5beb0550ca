// What a command works with.
#include "cli/context.h"

#include <fcntl.h>
#include <ringfence/limits.h>
#include <ringfence/zones.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "cli/json_out.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

constexpr size_t kShortDigest = 8;
constexpr size_t kReadBytes = 65536;
constexpr std::string_view kMakesOne = " (`ringfence contacts init` makes one)";

bool IsFileName(std::string_view text) {
  return text.find('/') != std::string_view::npos || text.ends_with(".json");
}

Status FileError(const std::string& path, int error) {
  const StatusCode code = error == ENOENT || error == ENOTDIR ? StatusCode::kNotFound
                          : error == EISDIR                   ? StatusCode::kInvalidArgument
                                                              : StatusCode::kIo;
  return Status(code, Cat({Printable(path), ": ", std::strerror(error)}));
}

/// Closes a file that was opened for reading: nothing can be lost by a failed close.
struct Closer {
  int file;
  ~Closer() {
    if (file > STDERR_FILENO) close(file);
  }
};

/// Where the key file is missing, says how one is made.
Result<Contacts> Advised(Result<Contacts> contacts, const std::string& key_file) {
  if (contacts.ok() || contacts.status().code() != StatusCode::kNotFound) return contacts;
  if (access(key_file.c_str(), F_OK) == 0) return contacts;
  return Status(StatusCode::kNotFound, Cat({contacts.status().message(), kMakesOne}));
}

/// The value of a global option, else of an environment variable, else nothing.
std::string GivenOr(const Arguments& arguments, std::string_view option, const char* variable) {
  if (arguments.Has(option)) return std::string(arguments.Get(option));
  const char* value = std::getenv(variable);
  return value == nullptr ? std::string() : std::string(value);
}

}  // namespace

int ExitCode(const Status& status) {
  switch (status.code()) {
    case StatusCode::kOk:
      return kExitGood;
    case StatusCode::kInvalidArgument:
    case StatusCode::kNotFound:
    case StatusCode::kParse:
    case StatusCode::kLimit:
    case StatusCode::kConflict:
      return kExitUsage;
    default:
      return kExitEnvironment;
  }
}

int Fail(const Status& status, std::string_view doing) {
  if (status.ok()) return kExitGood;
  std::string message = PrintableLines(status.message());
  while (!message.empty() && message.back() == '\n') message.pop_back();
  if (message.find('\n') != std::string::npos) {
    Output::Diagnostics(message);
  } else {
    Output::Error(doing.empty() ? message : Cat({doing, ": ", message}));
  }
  return ExitCode(status);
}

Result<std::string> ReadFile(const std::string& path, size_t limit) {
  const int file = path == "-" ? STDIN_FILENO : open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return FileError(path, errno);
  const Closer closer{file};
  std::string text;
  // One byte past the limit is read, so that a device without end is refused and not read for ever.
  while (text.size() <= limit) {
    char buffer[kReadBytes];
    const ssize_t got = read(file, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FileError(path, errno);
    if (got == 0) return text;
    text.append(buffer, static_cast<size_t>(got));
  }
  return Status(StatusCode::kLimit,
                Cat({Printable(path), ": larger than ", Thousands(limit), " bytes"}));
}

Result<PolicyText> ReadPolicyText(std::string_view file_or_name) {
  const std::string name(file_or_name);
  auto text = IsFileName(name) ? ReadFile(name, kMaxJsonBytes) : Policy::ShippedText(name);
  if (text.ok()) {
    return PolicyText{*std::move(text), IsFileName(name) ? name : "rules/" + name + "/policy.json"};
  }
  if (IsFileName(name) || text.status().code() != StatusCode::kNotFound) return text.status();
  std::string message = Cat({"no shipped rule set is called '", Printable(name), "'"});
  if (auto nearest = Nearest(name, Policy::ShippedNames())) {
    message += Cat({"; did you mean ", *nearest, "?"});
  } else {
    message += "; `ringfence rules` lists them, and a file is written with a slash: ./policy";
  }
  return Status(StatusCode::kNotFound, message);
}

Context::Context(const Arguments& arguments, ColorMode color)
    : out_(color, arguments.Has("quiet")),
      catalog_extension_(GivenOr(arguments, "catalog-extension", "RINGFENCE_CATALOG_EXTENSION")),
      json_(arguments.Has("json")),
      has_db_option_(arguments.Has("db")),
      db_(GivenOr(arguments, "db", "RINGFENCE_DB")),
      policy_(arguments.Get("policy")),
      keys_(GivenOr(arguments, "keys", "RINGFENCE_KEYS")),
      log_(GivenOr(arguments, "log", "RINGFENCE_LOG")),
      log_keys_(GivenOr(arguments, "log-keys", "RINGFENCE_LOG_KEYS")) {}

Status Context::LoadCatalog() {
  if (catalog_extension_.empty()) return Status();
  auto text = ReadFile(catalog_extension_, kMaxJsonBytes);
  if (!text.ok()) return text.status();
  auto extended = Catalog::Extend(Catalog::Standard(), *text, catalog_extension_);
  if (!extended.ok()) return extended.status();
  catalog_ = *std::move(extended);
  return Status();
}

Result<Policy> Context::CompilePolicy(std::string_view file_or_name) const {
  auto text = ReadPolicyText(file_or_name);
  if (!text.ok()) return text.status();
  return Policy::Compile(text->text, text->file_name, catalog_);
}

Result<std::string> Context::DatabasePath() const {
  if (!db_.empty()) return db_;
  return Status(StatusCode::kInvalidArgument,
                "no database: name it with --db FILE or in the environment variable "
                "RINGFENCE_DB (`ringfence --db FILE init` makes one)");
}

Result<Store> Context::OpenStore(StoreOptions::Mode mode) const {
  auto path = DatabasePath();
  if (!path.ok()) return path.status();
  StoreOptions options;
  options.path = *path;
  options.mode = mode;
  return Store::Open(options, catalog_);
}

Result<ContactOptions> Context::KeyOptions() const {
  if (keys_.empty()) {
    return Status(StatusCode::kInvalidArgument,
                  Cat({"no key file: name it with --keys FILE or in the environment variable "
                       "RINGFENCE_KEYS",
                       kMakesOne}));
  }
  prctl(PR_SET_DUMPABLE, 0);
  ContactOptions options;
  options.key_file = keys_;
  return options;
}

Result<Contacts> Context::OpenContacts(StoreOptions::Mode mode) const {
  auto options = KeyOptions();
  if (!options.ok()) return options.status();
  auto store = OpenStore(mode);
  if (!store.ok()) return store.status();
  if (mode == StoreOptions::Mode::kReadOnly) return OpenContacts(*store);
  return Advised(Contacts::Open(*std::move(store), *options), options->key_file);
}

Result<Contacts> Context::OpenContacts(const Store& store) const {
  auto options = KeyOptions();
  if (!options.ok()) return options.status();
  return Advised(Contacts::OpenForReading(store, *options), options->key_file);
}

Result<std::string> Context::LogPath() const {
  if (!log_.empty()) return log_;
  return Status(StatusCode::kInvalidArgument,
                "no decision log: name it with --log DIR or in the environment variable "
                "RINGFENCE_LOG (`ringfence --log DIR log init` makes one)");
}

std::string Context::LogKeysPath() const {
  prctl(PR_SET_DUMPABLE, 0);
  if (!log_keys_.empty()) return log_keys_;
  const size_t end = log_.find_last_not_of('/');
  return log_.substr(0, end == std::string::npos ? end : end + 1) + ".keys";
}

Result<LogReader> Context::OpenLogReader() const {
  auto path = LogPath();
  if (!path.ok()) return path.status();
  return LogReader::Open(*path);
}

Result<DecisionLog> Context::OpenLog(LogOptions options, const std::optional<Store>& store) const {
  auto path = LogPath();
  if (!path.ok()) return path.status();
  options.path = *path;
  options.keys = LogKeysPath();
  return DecisionLog::Open(options, store);
}

Result<bool> Context::LogWhatWaits(const Store& store) const {
  auto log = OpenLog(LogOptions(), store);
  if (log.status().code() == StatusCode::kBusy) return false;
  if (!log.ok()) return log.status();
  if (Status closed = log->Close(); !closed.ok()) return closed;
  return true;
}

std::string_view PurgedText(bool purged) {
  return purged ? "purged\n"
                : "not purged: another process keeps an old state open; what was deleted leaves "
                  "the files when `ringfence doctor --purge` succeeds\n";
}

int SayRevision(Context& context, const Result<uint64_t>& revision, std::string_view what) {
  if (!revision.ok()) return Fail(revision.status());
  if (context.json()) {
    JsonOut json;
    json.Object().Key("revision").Number(*revision).EndObject();
    context.out().Print(json.Line());
  } else {
    context.out().Say(Cat({what, " (revision ", std::to_string(*revision), ")\n"}));
  }
  return kExitGood;
}

std::string PolicyLabel(std::string_view name, std::string_view digest) {
  return Cat({Printable(name), " ", digest.substr(0, kShortDigest)});
}

Result<OpenEngine> OpenEngine::Open(Context& context, Options wanted) {
  if (wanted.without_db && context.has_db_option()) {
    return Status(StatusCode::kInvalidArgument, "--db and --without-db exclude each other");
  }
  EngineOptions options;
  options.clock_ms = std::move(wanted.clock_ms);
  // A machine without zones decides as a host without them does.
  if (auto zones = SystemTimeZones(); zones.ok()) options.time_zones = *std::move(zones);
  if (!wanted.without_db) {
    // A log keeps its newest checkpoint in the database too.
    const bool writes = wanted.writes || wanted.recording != nullptr;
    auto store =
        context.OpenStore(writes ? StoreOptions::Mode::kReadWrite : StoreOptions::Mode::kReadOnly);
    if (!store.ok()) return store.status();
    options.store = *std::move(store);
  }
  if (!wanted.without_db && !context.keys().empty()) {
    auto contacts = context.OpenContacts(*options.store);
    if (!contacts.ok()) return contacts.status();
    options.contacts = *std::move(contacts);
  }
  if (!context.policy().empty()) {
    auto policy = context.CompilePolicy(context.policy());
    if (!policy.ok()) return policy.status();
    options.policy = *std::move(policy);
  }
  const std::optional<Policy> chosen = options.policy;
  if (!wanted.shadow.empty()) {
    auto policy = context.CompilePolicy(wanted.shadow);
    if (!policy.ok()) return policy.status();
    options.shadow = *std::move(policy);
  }
  if (wanted.recording != nullptr) {
    auto log = context.OpenLog(*wanted.recording, options.store);
    if (!log.ok()) return log.status();
    options.log = *std::move(log);
  }
  const std::optional<DecisionLog> log = options.log;
  auto engine = Engine::Open(std::move(options));
  if (!engine.ok()) return engine.status();
  return OpenEngine(*std::move(engine), chosen, log);
}

Status OpenEngine::CloseLog() {
  if (!log_) return Status();
  const LogCounters counters = log_->Counters();
  if (Status closed = log_->Close(); !closed.ok()) return closed;
  const uint64_t missing = counters.decisions - counters.recorded;
  if (missing == 0) return Status();
  return Status(StatusCode::kFull, Cat({Count(missing, "decision", "decisions"),
                                        " could not be recorded; GAP entries count them"}));
}

std::optional<bool> OpenEngine::InForce(uint64_t revision) {
  if (!engine_.has_store()) return std::nullopt;
  if (chosen_ && known_revision_ != revision) {
    auto record = engine_.store().PolicyInForce();
    known_in_force_ = record.ok() && record->digest == chosen_->digest();
    known_revision_ = revision;
  }
  return known_in_force_;
}

std::string OpenEngine::PolicyNote() {
  if (!chosen_ || !engine_.has_store()) return "";
  const std::string label = PolicyLabel(chosen_->name(), chosen_->digest());
  auto record = engine_.store().PolicyInForce();
  if (!record.ok()) return Cat({"policy ", label, " is not in force: no policy is"});
  if (record->digest == chosen_->digest()) return "";
  return Cat({"policy ", label, " is not the one in force, which is ",
              PolicyLabel(record->name, record->digest)});
}

}  // namespace ringfence::cli
