// `ringfence contacts params|evaluate|begin|put|commit|status|remove-all`: the sync protocol, call
// by call, as an endpoint makes it. Bytes are hexadecimal digits.
#include "cli/command.h"
#include "cli/contact_input.h"
#include "cli/json_out.h"
#include "cli/lines.h"
#include "cli/log_time.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

Status Invalid(std::string message) {
  return Status(StatusCode::kInvalidArgument, std::move(message));
}

std::string_view PathAt(const Arguments& arguments, size_t index) {
  return arguments.positional().size() > index ? arguments.At(index) : std::string_view("-");
}

Status LineError(const LineReader& reader, std::string_view expected) {
  return Status(StatusCode::kParse, Cat({reader.Name(), ":", std::to_string(reader.number()),
                                         ": expected ", expected}));
}

/// Lines of a file; `take` says what a line should have been when it is not.
template <class Take>
Status EachLine(std::string_view path, std::string_view expected, const Take& take) {
  auto reader = LineReader::Open(std::string(path));
  if (!reader.ok()) return reader.status();
  for (;;) {
    const LineReader::Got got = reader->Next();
    if (got == LineReader::Got::kEnd) return Status();
    if (got == LineReader::Got::kFailed) return reader->status();
    if (got == LineReader::Got::kTooLong || !take(reader->line())) {
      return LineError(*reader, expected);
    }
  }
}

int RunParams(Context& context, const Arguments& arguments) {
  auto contacts = context.OpenContacts(StoreOptions::Mode::kReadOnly);
  if (!contacts.ok()) return Fail(contacts.status());
  auto parameters = contacts->Parameters(arguments.At(0));
  if (!parameters.ok()) return Fail(parameters.status());
  JsonOut json(!context.json());
  json.Object().Key("norm").Text(parameters->norm).Key("suite").Text(parameters->suite);
  json.Key("mode").Signed(1).Key("epochs").Array();
  for (const ContactEpoch& epoch : parameters->epochs) {
    json.Object().Key("epoch").Signed(epoch.number).Key("state").Text(ToString(epoch.state));
    json.Key("public_key").Text(ToHex(epoch.public_key)).EndObject();
  }
  json.EndArray().Key("max_batch").Number(parameters->max_batch);
  json.Key("max_entries").Number(parameters->max_entries);
  json.Key("evaluations_left").Signed(parameters->evaluations_left);
  json.Key("evaluations_per_hour").Signed(parameters->evaluations_per_hour).EndObject();
  context.out().Print(json.Line());
  return kExitGood;
}

int RunEvaluate(Context& context, const Arguments& arguments) {
  auto epoch = ParseWhole(arguments.Get("epoch"), "--epoch", 1);
  if (!epoch.ok()) return Fail(epoch.status());
  std::vector<ContactElement> blinded;
  Status read = EachLine(PathAt(arguments, 1), "64 hexadecimal digits", [&](std::string_view line) {
    ContactElement element;
    if (blinded.size() > kMaxContactBatch || !ParseHex(line, element)) return false;
    blinded.push_back(element);
    return true;
  });
  if (!read.ok()) return Fail(read);
  auto contacts = context.OpenContacts(StoreOptions::Mode::kReadWrite);
  if (!contacts.ok()) return Fail(contacts.status());
  auto evaluation = contacts->Evaluate(arguments.At(0), *epoch, blinded);
  if (!evaluation.ok()) return Fail(evaluation.status());
  JsonOut json(!context.json());
  json.Object().Key("epoch").Signed(evaluation->epoch).Key("evaluated").Array();
  for (const ContactElement& element : evaluation->evaluated) json.Text(ToHex(element));
  json.EndArray().Key("proof").Text(ToHex(evaluation->proof)).EndObject();
  context.out().Print(json.Line());
  return kExitGood;
}

Result<SyncManifest> ManifestOf(const Arguments& arguments) {
  SyncManifest manifest;
  const std::string_view mode = arguments.Get("mode");
  if (mode != "full" && mode != "delta") return Invalid("--mode is full or delta");
  manifest.mode = mode == "full" ? SyncManifest::Mode::kFull : SyncManifest::Mode::kDelta;
  const struct {
    const char* option;
    int64_t* value;
    int64_t least;
  } numbers[] = {{"epoch", &manifest.epoch, 1},
                 {"base", &manifest.base_generation, 0},
                 {"entries", &manifest.entries, 0}};
  for (const auto& number : numbers) {
    auto value = ParseWhole(arguments.Get(number.option), Cat({"--", number.option}), number.least);
    if (!value.ok()) return value.status();
    *number.value = *value;
  }
  auto region = RegionOf(arguments);
  if (!region.ok()) return region.status();
  manifest.region = *region;
  if (!ParseHex(arguments.Get("digest"), manifest.digest)) {
    return Invalid("--digest: expected 64 hexadecimal digits");
  }
  return manifest;
}

int RunBegin(Context& context, const Arguments& arguments) {
  auto manifest = ManifestOf(arguments);
  if (!manifest.ok()) return Fail(manifest.status());
  auto contacts = context.OpenContacts(StoreOptions::Mode::kReadWrite);
  if (!contacts.ok()) return Fail(contacts.status());
  auto upload = contacts->BeginSync(arguments.At(0), *manifest);
  if (!upload.ok()) return Fail(upload.status());
  if (context.json()) {
    JsonOut json;
    json.Object().Key("upload").Signed(*upload).EndObject();
    context.out().Print(json.Line());
  } else {
    context.out().Print(Cat({std::to_string(*upload), "\n"}));
  }
  return kExitGood;
}

int RunPut(Context& context, const Arguments& arguments) {
  auto upload = ParseWhole(arguments.At(1), "the upload", 1);
  if (!upload.ok()) return Fail(upload.status());
  auto sequence = ParseWhole(arguments.At(2), "the sequence", 0);
  if (!sequence.ok()) return Fail(sequence.status());
  std::vector<ContactToken> add, remove;
  Status read =
      EachLine(PathAt(arguments, 3), "32 hexadecimal digits, or - and 32 of a token to be removed",
               [&](std::string_view line) {
                 const bool removed = !line.empty() && line[0] == '-';
                 ContactToken token;
                 if (add.size() + remove.size() > kMaxContactBatch) return false;
                 if (!ParseHex(line.substr(removed ? 1 : 0), token)) return false;
                 (removed ? remove : add).push_back(token);
                 return true;
               });
  if (!read.ok()) return Fail(read);
  auto contacts = context.OpenContacts(StoreOptions::Mode::kReadWrite);
  if (!contacts.ok()) return Fail(contacts.status());
  Status put = contacts->PutSync(arguments.At(0), *upload, *sequence, add, remove);
  if (!put.ok()) return Fail(put);
  if (context.json()) {
    JsonOut json;
    json.Object().Key("added").Number(add.size()).Key("removed").Number(remove.size());
    json.EndObject();
    context.out().Print(json.Line());
  } else {
    context.out().Say(Cat({"part ", std::to_string(*sequence), ": ",
                           Count(add.size() + remove.size(), "token", "tokens"), "\n"}));
  }
  return kExitGood;
}

int RunCommit(Context& context, const Arguments& arguments) {
  auto upload = ParseWhole(arguments.At(1), "the upload", 1);
  if (!upload.ok()) return Fail(upload.status());
  auto contacts = context.OpenContacts(StoreOptions::Mode::kReadWrite);
  if (!contacts.ok()) return Fail(contacts.status());
  auto receipt = contacts->CommitSync(arguments.At(0), *upload);
  if (!receipt.ok()) return Fail(receipt.status());
  if (context.json()) {
    JsonOut json;
    json.Object().Key("generation").Signed(receipt->generation);
    json.Key("accepted").Signed(receipt->accepted).Key("duplicates").Signed(receipt->duplicates);
    json.Key("rejected").Signed(receipt->rejected).EndObject();
    context.out().Print(json.Line());
  } else {
    context.out().Print(
        Cat({"generation ", std::to_string(receipt->generation), ": ",
             std::to_string(receipt->accepted), " accepted, ", std::to_string(receipt->duplicates),
             " duplicates, ", std::to_string(receipt->rejected), " rejected\n"}));
  }
  return kExitGood;
}

int RunStatus(Context& context, const Arguments& arguments) {
  auto contacts = context.OpenContacts(StoreOptions::Mode::kReadOnly);
  if (!contacts.ok()) return Fail(contacts.status());
  auto book = contacts->BookOf(arguments.At(0));
  if (!book.ok()) return Fail(book.status());
  if (context.json()) {
    JsonOut json;
    json.Object().Key("book").Bool(book->exists);
    if (book->exists) WriteBook(json, *book);
    json.EndObject();
    context.out().Print(json.Line());
  } else if (!book->exists) {
    context.out().Print(Cat({Printable(arguments.At(0)), ": no book\n"}));
  } else {
    context.out().Print(
        Cat({Printable(arguments.At(0)), ": generation ", std::to_string(book->generation), ", ",
             Count(static_cast<uint64_t>(book->entries), "entry", "entries"), ", region ",
             Printable(book->region), ", epoch ", std::to_string(book->epoch), " (",
             ToString(book->epoch_state), ")\n  synced ", TimeText(book->synced_at_s), ", expires ",
             TimeText(book->expires_at_s), ", erased ", TimeText(book->erased_at_s), "\n"}));
  }
  return kExitGood;
}

int RunRemoveAll(Context& context, const Arguments& arguments) {
  auto contacts = context.OpenContacts(StoreOptions::Mode::kReadWrite);
  if (!contacts.ok()) return Fail(contacts.status());
  auto removal = contacts->RemoveBook(arguments.At(0), true);
  if (!removal.ok()) return Fail(removal.status());
  if (context.json()) {
    JsonOut json;
    json.Object().Key("existed").Bool(removal->existed).Key("purged").Bool(removal->purged);
    json.EndObject();
    context.out().Print(json.Line());
  } else {
    context.out().Print(
        Cat({Printable(arguments.At(0)), removal->existed ? ": removed, " : ": nothing was held, ",
             PurgedText(removal->purged)}));
  }
  return kExitGood;
}

constexpr std::string_view kDone = "0   done";

Command Protocol(std::string_view name, std::string_view brief, std::string_view synopsis,
                 std::string_view description, std::string_view examples, size_t least, size_t most,
                 int (*run)(Context&, const Arguments&)) {
  Command command;
  command.name = name;
  command.brief = brief;
  command.synopsis = synopsis;
  command.description = description;
  command.examples = examples;
  command.exits = kDone;
  command.least = least;
  command.most = most;
  command.run = run;
  return command;
}

Command EvaluateCommand() {
  Command command = Protocol(
      "contacts evaluate", "evaluate blinded elements for an account", "USER --epoch N [FILE]",
      "Reads blinded elements, 64 hexadecimal digits a line, from FILE or standard input and "
      "prints "
      "them evaluated, with the proof. At most 1,000. Charged to the account: 12,000 at once, 20 "
      "more an hour.",
      "ringfence --keys contacts.keys contacts evaluate bob --epoch 1 elements.txt", 1, 2,
      RunEvaluate);
  command.options = {{"epoch", "N", "The epoch whose key is used."}};
  return command;
}

Command BeginCommand() {
  Command command = Protocol(
      "contacts begin", "open an upload and print its number",
      "USER --mode full|delta --epoch N --base G --entries N --digest HEX [--region CC]",
      "Opens an upload of a user's book. It replaces an upload that was open, and is gone after 15 "
      "minutes. --base is the generation of the book the device knows; where the book is at "
      "another "
      "one, the device must sync in full on top of that.",
      "ringfence --keys contacts.keys contacts begin bob --mode full --epoch 1 --base 0 \\\n"
      "    --entries 50 --digest 0f..e1 --region DE",
      1, 1, RunBegin);
  command.options = {{"mode", "full|delta", "The whole book, or changes to the last one."},
                     {"epoch", "N", "Of the tokens."},
                     {"base", "G", "The book's generation; 0: there is none."},
                     {"entries", "N", "Distinct tokens of the book afterwards."},
                     {"digest", "HEX", "BLAKE2b-256 of them, sorted."},
                     {"region", "CC", "The region national numbers were read with."}};
  return command;
}

}  // namespace

void WriteBook(JsonOut& json, const ContactBook& book) {
  json.Key("generation").Signed(book.generation).Key("entries").Signed(book.entries);
  json.Key("epoch").Signed(book.epoch).Key("epoch_state").Text(ToString(book.epoch_state));
  json.Key("norm").Text(book.norm).Key("region").Text(book.region);
  json.Key("synced_at").Text(TimeText(book.synced_at_s));
  json.Key("expires_at").Text(TimeText(book.expires_at_s));
  json.Key("erased_at").Text(TimeText(book.erased_at_s));
}

std::vector<Command> ContactProtocolCommands() {
  return {
      Protocol("contacts params", "what a client must know before it syncs", "USER",
               "Prints canonical form, suite, the epochs with their public keys, limits, and what "
               "is left of the account's quota.",
               "ringfence --db world.db --keys contacts.keys contacts params bob", 1, 1, RunParams),
      EvaluateCommand(),
      BeginCommand(),
      Protocol("contacts put", "upload a part", "USER UPLOAD SEQUENCE [FILE]",
               "Reads tokens, 32 hexadecimal digits a line, from FILE or standard input; a line "
               "that starts with - removes its token (in a delta). Parts count from 0; at most "
               "1,000 tokens each. Sending the last part again changes nothing.",
               "ringfence --keys contacts.keys contacts put bob 1 0 tokens.txt", 3, 4, RunPut),
      Protocol("contacts commit", "put an uploaded book in place", "USER UPLOAD",
               "Replaces the user's book, if count and digest are those announced and nobody else "
               "changed it meanwhile. Committing again gives the same answer.",
               "ringfence --keys contacts.keys contacts commit bob 1", 2, 2, RunCommit),
      Protocol("contacts status", "a user's book, without its contents", "USER",
               "Prints generation, size, region, epoch and times of a user's book.",
               "ringfence --keys contacts.keys contacts status bob", 1, 1, RunStatus),
      Protocol("contacts remove-all", "delete a user's book", "USER",
               "Deletes the user's book and uploads and says whether the bytes have left the files "
               "(purged).",
               "ringfence --keys contacts.keys contacts remove-all bob", 1, 1, RunRemoveAll)};
}

}  // namespace ringfence::cli
