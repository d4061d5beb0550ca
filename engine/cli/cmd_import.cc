// `ringfence import`: users or relations from a file into the store, all or nothing.
#include <algorithm>

#include "cli/command.h"
#include "cli/id_forms.h"
#include "cli/import_file.h"
#include "cli/json_out.h"
#include "cli/lines.h"
#include "cli/progress.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

constexpr size_t kReported = 20;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool IsBadInput(const Status& status) { return ExitCode(status) == kExitUsage; }

/// One run over a file: applies good rows, keeps the first complaints, counts all.
class Import {
 public:
  Import(Context& context, LineReader& lines, ImportFormat& format, Store& store)
      : context_(context), lines_(lines), format_(format), store_(store) {}

  int Run(bool skip_bad);

 private:
  void Complain(uint64_t line, const std::string& message) {
    if (complaints_.size() < kReported) complaints_.emplace_back(line, message);
    ++bad_;
  }
  Status ReadHeader();
  Status ReadRows(Store::Transaction& writes);
  void ReportBad() const;
  void WarnOfTwins();
  int Finish(Result<uint64_t> revision, bool applied);

  Context& context_;
  LineReader& lines_;
  ImportFormat& format_;
  Store& store_;
  IdForms ids_;
  std::vector<std::pair<uint64_t, std::string>> complaints_;
  uint64_t good_ = 0;
  uint64_t bad_ = 0;
};

Status Import::ReadHeader() {
  switch (lines_.Next()) {
    case LineReader::Got::kEnd:
      return Status(StatusCode::kParse, lines_.Name() + ": no header: the input is empty");
    case LineReader::Got::kFailed:
      return lines_.status();
    case LineReader::Got::kTooLong:
      return Status(StatusCode::kLimit, lines_.Name() + ":1: the line is too long");
    case LineReader::Got::kLine:
      break;
  }
  std::string_view line = lines_.line();
  if (line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
  Status status = format_.Header(line);
  if (status.ok()) return status;
  return Status(status.code(), Cat({lines_.Name(), ":1: ", status.message()}));
}

Status Import::ReadRows(Store::Transaction& writes) {
  Progress progress(lines_.Name(), lines_.total_bytes(), context_.out().quiet());
  for (;;) {
    const LineReader::Got got = lines_.Next();
    if (got == LineReader::Got::kEnd) return Status();
    if (got == LineReader::Got::kFailed) return lines_.status();
    Status status(StatusCode::kLimit, "the line is too long");
    if (got == LineReader::Got::kLine) status = format_.Row(lines_.line(), writes, ids_);
    if (status.ok()) {
      ++good_;
    } else if (IsBadInput(status)) {
      Complain(lines_.number(), status.message());
    } else {
      return status;
    }
    progress.Update(lines_.number(), lines_.bytes());
  }
}

void Import::ReportBad() const {
  std::string text;
  for (const auto& [line, message] : complaints_) {
    text += Cat({lines_.Name(), ":", std::to_string(line), ": ", Printable(message), "\n"});
  }
  if (bad_ > complaints_.size()) {
    text += Cat({"... and ", Thousands(bad_ - complaints_.size()), " more\n"});
  }
  text.pop_back();
  Output::Diagnostics(text);
}

void Import::WarnOfTwins() {
  const auto twins = ids_.Twins(store_);
  for (size_t i = 0; i < std::min(twins.size(), kReported); ++i) {
    context_.out().Warn(
        Cat({"'", Printable(twins[i].first), "' is known in two Unicode forms (",
             std::to_string(twins[i].first.size()), " and ", std::to_string(twins[i].second.size()),
             " bytes): they stay two users"}));
  }
  if (twins.size() > kReported) {
    context_.out().Warn(Cat({"... and ", Thousands(twins.size() - kReported), " more such ids"}));
  }
}

int Import::Finish(Result<uint64_t> revision, bool applied) {
  if (context_.json()) {
    JsonOut json;
    json.Object().Key("applied").Number(applied ? good_ : 0).Key("bad").Number(bad_);
    json.Key("revision");
    applied ? json.Number(*revision) : json.Null();
    json.Key("complaints").Array();
    for (const auto& [line, message] : complaints_) {
      json.Object().Key("line").Number(line).Key("message").Text(message).EndObject();
    }
    json.EndArray().EndObject();
    context_.out().Print(json.Line());
  } else if (applied) {
    context_.out().Say(Cat({"imported ", Count(good_, "row", "rows"),
                            bad_ == 0 ? "" : Cat({", left out ", Thousands(bad_)}), " (revision ",
                            std::to_string(*revision), ")\n"}));
  }
  return applied ? kExitGood : kExitUsage;
}

int Import::Run(bool skip_bad) {
  Status header = ReadHeader();
  if (!header.ok()) return Fail(header);
  auto writes = store_.Begin();
  if (!writes.ok()) return Fail(writes.status());
  Status read = ReadRows(*writes);
  if (!read.ok()) return Fail(read, Cat({"nothing was imported: ", lines_.Name()}));
  if (bad_ > 0) ReportBad();
  if (bad_ > 0 && !skip_bad) {
    Output::Error(Cat({"nothing was imported: ", Count(bad_, "bad line", "bad lines"), " of ",
                       Thousands(good_ + bad_), " (--skip-bad imports the others)"}));
    return Finish(uint64_t{0}, false);
  }
  auto revision = writes->Commit();
  if (!revision.ok()) return Fail(revision.status(), "nothing was imported");
  WarnOfTwins();
  return Finish(std::move(revision), true);
}

Result<std::unique_ptr<ImportFormat>> FormatFor(const Catalog& catalog, std::string_view what) {
  if (what == "users") return UserFormat(catalog);
  auto relation = catalog.FindRelation(what);
  if (!relation.ok()) return relation.status();
  return RelationFormat(catalog, *relation);
}

int RunImport(Context& context, const Arguments& arguments) {
  auto store = context.OpenStore(StoreOptions::Mode::kReadWrite);
  if (!store.ok()) return Fail(store.status());
  auto format = FormatFor(store->catalog(), arguments.At(0));
  if (!format.ok()) return Fail(format.status());
  auto lines = LineReader::Open(std::string(arguments.At(1)));
  if (!lines.ok()) return Fail(lines.status());
  return Import(context, *lines, **format, *store).Run(arguments.Has("skip-bad"));
}

constexpr std::string_view kDescription =
    "Reads a file, or standard input where FILE is `-`, and applies all of it in one transaction. "
    "Whatever happens, also a loss of power, either every row is stored or none.\n"
    "\n"
    "RELATION is a relation of the catalog: follows, blocks, messaged. The file is tab-separated; "
    "its header is `subject`, `object` (and `value` for a relation with a choice), and a row means "
    "that the subject follows, blocks, ... the object.\n"
    "\n"
    "`users` takes a comma-separated file (RFC 4180) with a header of `user` and names of settings "
    "or attributes, calls_enabled, verified, and so on. An empty cell unsets: the user then has "
    "the policy's default. A file with the column `user` alone makes accounts known.\n"
    "\n"
    "An id has 1 to 255 bytes of UTF-8 without control characters and is never changed. Ids that "
    "differ only in Unicode normal form are two users; a warning names them.\n"
    "\n"
    "Any bad line and nothing is applied: the first 20 are reported with their numbers, then how "
    "many more there are. On a terminal a bar shows share, rate and time left.";

}  // namespace

Command ImportCommand() {
  Command command;
  command.name = "import";
  command.brief = "store users or relations from a file, all or nothing";
  command.synopsis = "RELATION FILE.tsv|- [--skip-bad]\nusers FILE.csv|- [--skip-bad]";
  command.description = kDescription;
  command.options = {{"skip-bad", "", "Report bad lines, leave them out, import the others."}};
  command.examples =
      "ringfence --db world.db import follows follows.tsv\n"
      "ringfence --db world.db import users users.csv\n"
      "zcat follows.tsv.gz | ringfence --db world.db import follows -";
  command.exits = "0   everything was imported (with --skip-bad: all good lines)";
  command.least = 2;
  command.most = 2;
  command.run = RunImport;
  return command;
}

}  // namespace ringfence::cli
