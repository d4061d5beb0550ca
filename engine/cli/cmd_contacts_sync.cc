// `ringfence contacts sync`: an address book file, as a device would sync it. The client's half
// runs in this process; the engine sees blinded elements and tokens only.
#include <algorithm>
#include <array>
#include <map>
#include <memory>

#include "cli/address_book.h"
#include "cli/command.h"
#include "cli/contact_input.h"
#include "cli/json_out.h"
#include "cli/progress.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

/// Books are padded to a multiple of this, so that their exact size stays on the device.
constexpr size_t kPadding = 50;

/// What became of a file's entries.
struct Canonicalised {
  std::vector<OwnIdentifier> identifiers;        ///< sorted, each once
  std::map<std::string_view, uint64_t> skipped;  ///< by reason
  uint64_t entries = 0;
};

Result<AddressBook> ReadBookFile(const Arguments& arguments) {
  if (arguments.Has("vcf") == arguments.Has("csv")) {
    return Status(StatusCode::kInvalidArgument, "expected either --vcf FILE or --csv FILE");
  }
  const bool vcf = arguments.Has("vcf");
  const std::string path(arguments.Get(vcf ? "vcf" : "csv"));
  auto text = ReadFile(path, kMaxAddressBookBytes);
  if (!text.ok()) return text.status();
  auto book = vcf ? ReadVcards(*text) : ReadAddressCsv(*text);
  EraseText(&*text);
  if (book.ok()) return book;
  return Status(book.status().code(), Cat({path == "-" ? "standard input" : Printable(path), ": ",
                                           book.status().message()}));
}

Canonicalised Canonicalise(AddressBook& book, const std::string& region, bool letters) {
  Canonicalised result;
  const SkippedAddresses& skipped = book.skipped;
  const std::pair<std::string_view, size_t> unread[] = {
      {rf_contact_status_text(RF_CONTACT_EMPTY), skipped.empty},
      {"in a character set that is not read", skipped.charset},
      {"not decodable", skipped.encoding},
      {"a URI other than tel: and mailto:", skipped.scheme},
      {"a number of a private numbering plan", skipped.context},
      {"a card within a card", skipped.agents}};
  for (const auto& [reason, count] : unread) {
    result.entries += count;
    if (count != 0) result.skipped[reason] += count;
  }
  const unsigned flags =
      RF_CONTACT_ALIASES | (letters ? static_cast<unsigned>(RF_CONTACT_ALLOW_LETTERS) : 0U);
  for (AddressEntry& entry : book.entries) {
    ++result.entries;
    rf_contact_identifier forms[RF_CONTACT_MAX_FORMS] = {};
    size_t count = 1;
    const rf_contact_status status =
        entry.kind == AddressKind::kEmail
            ? rf_contact_email(entry.text.data(), entry.text.size(), &forms[0])
            : rf_contact_phone(entry.text.data(), entry.text.size(), region.c_str(), flags, forms,
                               &count);
    EraseText(&entry.text);
    if (status != RF_CONTACT_OK) {
      ++result.skipped[rf_contact_status_text(status)];
      continue;
    }
    for (size_t i = 0; i < count; ++i) result.identifiers.emplace_back(forms[i]);
    rf_contact_erase(forms, sizeof forms);
  }
  std::sort(result.identifiers.begin(), result.identifiers.end());
  const auto end = std::unique(result.identifiers.begin(), result.identifiers.end());
  result.identifiers.erase(end, result.identifiers.end());
  return result;
}

struct BatchDeleter {
  void operator()(rf_contact_batch* batch) const { rf_contact_batch_free(batch); }
};

Status ClientStatus(rf_contact_status status) {
  if (status == RF_CONTACT_OK) return Status();
  return Status(StatusCode::kInternal, rf_contact_status_text(status));
}

/// One batch on its way to tokens; the last one is padded.
Status TokensOf(Contacts& contacts, std::string_view user, const ContactEpoch& epoch,
                std::span<const OwnIdentifier> identifiers, std::vector<ContactToken>* tokens) {
  const std::unique_ptr<rf_contact_batch, BatchDeleter> batch(rf_contact_batch_new());
  if (batch == nullptr) return ClientStatus(RF_CONTACT_NO_MEMORY);
  Status status;
  for (const OwnIdentifier& identifier : identifiers) {
    status = ClientStatus(rf_contact_batch_add(batch.get(), &identifier.raw()));
    if (!status.ok()) return status;
  }
  status = ClientStatus(rf_contact_batch_pad(batch.get(), kPadding));
  if (!status.ok()) return status;
  std::vector<ContactElement> blinded(rf_contact_batch_size(batch.get()));
  status = ClientStatus(rf_contact_batch_blind(batch.get(), blinded.data()->data()));
  if (!status.ok()) return status;
  auto evaluation = contacts.Evaluate(user, epoch.number, blinded);
  rf_contact_erase(blinded.data(), blinded.size() * sizeof(ContactElement));
  if (!evaluation.ok()) return evaluation.status();
  const size_t before = tokens->size();
  tokens->resize(before + blinded.size());
  return ClientStatus(rf_contact_batch_finish(
      batch.get(), evaluation->evaluated.data()->data(), evaluation->evaluated.size(),
      evaluation->proof.data(), epoch.public_key.data(), (tokens->data() + before)->data()));
}

/// Batch after batch. An empty book is a batch of padding, like any other from outside.
Status AllTokensOf(Context& context, Contacts& contacts, std::string_view user,
                   const ContactEpoch& epoch, std::span<const OwnIdentifier> all,
                   std::vector<ContactToken>* tokens) {
  Progress progress("identifiers", 0, context.out().quiet());
  Status status;
  size_t at = 0;
  do {
    const size_t count = std::min(kMaxContactBatch, all.size() - at);
    status = TokensOf(contacts, user, epoch, all.subspan(at, count), tokens);
    at += count;
    progress.Update(at, 0);
  } while (status.ok() && at < all.size());
  progress.Clear();
  return status;
}

/// What a book of so many identifiers costs: the last batch is padded, an empty book too.
int64_t EvaluationsFor(size_t identifiers) {
  static_assert(kMaxContactBatch % kPadding == 0);
  const size_t paddings = (identifiers + kPadding - 1) / kPadding;
  return static_cast<int64_t>(std::max<size_t>(1, paddings) * kPadding);
}

/// The epoch to sync in. kQuota, before anything is charged, where the whole book cannot be paid:
/// half of it would be of no use. An account without a book, or with one of an older epoch, may be
/// credited another bucket, which only the service knows.
Result<ContactEpoch> EpochToSync(const Contacts& contacts, std::string_view user,
                                 size_t identifiers) {
  auto parameters = contacts.Parameters(user);
  if (!parameters.ok()) return parameters.status();
  const ContactEpoch* current = nullptr;
  for (const ContactEpoch& epoch : parameters->epochs) {
    if (epoch.state == EpochState::kCurrent) current = &epoch;
  }
  if (current == nullptr) return Status(StatusCode::kCorrupt, "no epoch is current");
  const int64_t needed = EvaluationsFor(identifiers);
  const int64_t missing = needed - parameters->evaluations_left;
  if (missing <= 0) return *current;
  auto book = contacts.BookOf(user);
  if (!book.ok()) return book.status();
  if (!book->exists || book->epoch < current->number) return *current;
  const int64_t per_hour = parameters->evaluations_per_hour;
  const int64_t wait_s = (missing * 3600 + per_hour - 1) / per_hour;
  return Status(StatusCode::kQuota, Cat({std::to_string(needed), " evaluations are more than the ",
                                         std::to_string(parameters->evaluations_left),
                                         " this account has left: try again in ",
                                         std::to_string(wait_s), " seconds; nothing was charged"}));
}

Result<SyncReceipt> Upload(Contacts& contacts, std::string_view user, int64_t epoch,
                           const std::string& region, std::vector<ContactToken>* tokens) {
  auto book = contacts.BookOf(user);
  if (!book.ok()) return book.status();
  SyncManifest manifest;
  manifest.epoch = epoch;
  manifest.base_generation = book->generation;
  manifest.region = region;
  size_t distinct = 0;
  Status status =
      ClientStatus(rf_contact_book_digest(tokens->empty() ? nullptr : tokens->data()->data(),
                                          tokens->size(), &distinct, manifest.digest.data()));
  if (!status.ok()) return status;
  tokens->resize(distinct);
  manifest.entries = static_cast<int64_t>(distinct);
  auto upload = contacts.BeginSync(user, manifest);
  if (!upload.ok()) return upload.status();
  int64_t sequence = 0;
  for (size_t at = 0; at < tokens->size(); at += kMaxContactBatch) {
    const size_t count = std::min(kMaxContactBatch, tokens->size() - at);
    status = contacts.PutSync(user, *upload, sequence++, std::span(*tokens).subspan(at, count));
    if (!status.ok()) return status;
  }
  return contacts.CommitSync(user, *upload);
}

/// "skipped 3:", then a line for each reason.
std::string SkippedText(const Canonicalised& read) {
  uint64_t all = 0;
  std::string reasons;
  for (const auto& [reason, count] : read.skipped) {
    all += count;
    reasons += Cat({"\n  ", Thousands(count), "  ", reason});
  }
  return all == 0 ? std::string() : Cat({"skipped ", Thousands(all), ":", reasons, "\n"});
}

void WriteSkipped(JsonOut& json, const Canonicalised& read) {
  json.Key("entries").Number(read.entries).Key("identifiers").Number(read.identifiers.size());
  json.Key("skipped").Array();
  for (const auto& [reason, count] : read.skipped) {
    json.Object().Key("reason").Text(reason).Key("count").Number(count);
    json.EndObject();
  }
  json.EndArray();
}

int Say(Context& context, std::string_view user, const Canonicalised& read,
        const SyncReceipt* receipt) {
  if (context.json()) {
    JsonOut json;
    json.Object().Key("user").Text(user);
    WriteSkipped(json, read);
    if (receipt != nullptr) json.Key("generation").Signed(receipt->generation);
    json.EndObject();
    context.out().Print(json.Line());
    return kExitGood;
  }
  const std::string what = Cat({Printable(user), ": ", Count(read.entries, "entry", "entries"),
                                ", ", Count(read.identifiers.size(), "identifier", "identifiers")});
  if (receipt == nullptr) {
    context.out().Print(Cat({what, ", nothing synced (--dry-run)\n", SkippedText(read)}));
  } else {
    context.out().Say(Cat({what, " synced (generation ", std::to_string(receipt->generation), ")\n",
                           SkippedText(read)}));
  }
  return kExitGood;
}

/// Whether the file may become a book; prints why not.
bool MakesBook(const Canonicalised& read, bool allow_empty) {
  const size_t identifiers = read.identifiers.size();
  if (identifiers > kMaxBookEntries) {
    Output::Error(Cat({"the file has ", Thousands(identifiers), " identifiers; a book has at most ",
                       Thousands(kMaxBookEntries)}));
    return false;
  }
  if (identifiers > 0 || allow_empty) return true;
  std::string skipped = SkippedText(read);
  if (!skipped.empty()) skipped.pop_back();  // the end of its last line
  Output::Error(Cat({"no identifier in ", Count(read.entries, "entry", "entries"),
                     ": nothing was synced (--allow-empty puts an empty book in place)",
                     skipped.empty() ? "" : "\n", skipped}));
  return false;
}

Result<SyncReceipt> Sync(Context& context, std::string_view user, const Canonicalised& read,
                         const std::string& region) {
  auto contacts = context.OpenContacts(StoreOptions::Mode::kReadWrite);
  if (!contacts.ok()) return contacts.status();
  auto epoch = EpochToSync(*contacts, user, read.identifiers.size());
  if (!epoch.ok()) return epoch.status();
  std::vector<ContactToken> tokens;
  tokens.reserve(static_cast<size_t>(EvaluationsFor(read.identifiers.size())));
  Status status = AllTokensOf(context, *contacts, user, *epoch, read.identifiers, &tokens);
  auto receipt = status.ok() ? Upload(*contacts, user, epoch->number, region, &tokens)
                             : Result<SyncReceipt>(status);
  rf_contact_erase(tokens.data(), tokens.size() * sizeof(ContactToken));
  return receipt;
}

int Run(Context& context, const Arguments& arguments) {
  const std::string_view user = arguments.At(0);
  auto region = RegionOf(arguments);
  if (!region.ok()) return Fail(region.status());
  auto book = ReadBookFile(arguments);
  if (!book.ok()) return Fail(book.status());
  const Canonicalised read = Canonicalise(*book, *region, arguments.Has("letters"));
  if (!MakesBook(read, arguments.Has("allow-empty"))) return kExitUsage;
  if (arguments.Has("dry-run")) return Say(context, user, read, nullptr);
  auto receipt = Sync(context, user, read, *region);
  if (!receipt.ok()) return Fail(receipt.status());
  return Say(context, user, read, &*receipt);
}

}  // namespace

Command ContactSyncCommand() {
  Command command;
  command.name = "contacts sync";
  command.brief = "sync an address book file, as a device would";
  command.synopsis =
      "USER --vcf FILE|--csv FILE [--region CC] [--letters] [--allow-empty] [--dry-run]";
  command.description =
      "Reads telephone numbers and e-mail addresses from a vCard file (2.1, 3.0, 4.0) or a CSV "
      "file (the columns of Google and Outlook), makes tokens of them as an app does, and replaces "
      "the "
      "user's book. Names and everything else in the file are not looked at. For tests and "
      "migrations: in operation the user's device does this, so that no server sees the file.\n"
      "\n"
      "National numbers are read with --region, the region of the user's own number. Without it "
      "only numbers with a country code count. Skipped entries are counted by reason; --dry-run "
      "shows the counts and needs neither database nor keys. A file without any identifier, and "
      "one "
      "with more than 10,000, changes nothing.\n"
      "\n"
      "It is charged to the user's own limits, as their device would be: 12,000 evaluations, of "
      "which 20 come back an hour, and 4 whole books a day. Books are padded to a multiple of 50 "
      "with entries that match nobody.";
  command.options = {{"vcf", "FILE", "A vCard file; - is standard input."},
                     {"csv", "FILE", "A CSV file; - is standard input."},
                     {"region", "CC", "Two capitals, as in DE."},
                     {"letters", "", "Read 1-800-FLOWERS as its digits."},
                     {"allow-empty", "", "Put an empty book in place if the file has nobody."},
                     {"dry-run", "", "Read and count only."}};
  command.examples =
      "ringfence --db world.db --keys contacts.keys contacts sync bob --vcf bob.vcf --region DE\n"
      "ringfence contacts sync bob --csv contacts.csv --region US --dry-run";
  command.exits = "0   the book is in place, or could be (--dry-run)";
  command.least = 1;
  command.most = 1;
  command.run = Run;
  return command;
}

}  // namespace ringfence::cli
