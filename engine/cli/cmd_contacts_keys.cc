// `ringfence contacts init|epochs|rotate|sweep|erase-all`: keys, their rotation, what time deletes,
// and the end of it all when the keys are lost.
#include <unistd.h>

#include "cli/command.h"
#include "cli/contact_input.h"
#include "cli/json_out.h"
#include "cli/log_time.h"
#include "cli/progress.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

void WriteEpoch(JsonOut& json, const ContactEpoch& epoch) {
  json.Object().Key("epoch").Signed(epoch.number).Key("state").Text(ToString(epoch.state));
  json.Key("public_key").Text(ToHex(epoch.public_key));
  json.Key("created_at").Text(TimeText(epoch.created_at_s));
  json.Key("retired_at").TextOrNull(epoch.retired_at_s == 0 ? "" : TimeText(epoch.retired_at_s));
}

int SayEpoch(Context& context, const Result<ContactEpoch>& epoch) {
  if (!epoch.ok()) return Fail(epoch.status());
  if (context.json()) {
    JsonOut json;
    WriteEpoch(json, *epoch);
    json.EndObject();
    context.out().Print(json.Line());
  } else {
    context.out().Say(
        Cat({"epoch ", std::to_string(epoch->number), " is ", ToString(epoch->state), "\n"}));
  }
  return kExitGood;
}

int RunInit(Context& context, const Arguments&) {
  if (context.keys().empty()) {
    return Fail(Status(StatusCode::kInvalidArgument,
                       "no key file: name it with --keys FILE or in the environment variable "
                       "RINGFENCE_KEYS; keep it outside the database's folder and backups"));
  }
  // The store first: a mistyped database leaves no key file behind.
  auto store = context.OpenStore(StoreOptions::Mode::kReadWrite);
  if (!store.ok()) return Fail(store.status());
  if (Status status = Contacts::CreateKeyFile(context.keys()); !status.ok()) return Fail(status);
  auto contacts = context.OpenContacts(StoreOptions::Mode::kReadWrite);
  if (!contacts.ok()) {
    // No database took the key, so nothing was made with it. Once one has, the file stays.
    unlink(context.keys().c_str());
    if (contacts.status().code() != StatusCode::kInvalidArgument) return Fail(contacts.status());
    return Fail(Status(StatusCode::kInvalidArgument,
                       Cat({contacts.status().message(),
                            "; if those are lost, see `ringfence contacts erase-all --help`"})));
  }
  auto epochs = contacts->Epochs();
  if (!epochs.ok()) return Fail(epochs.status());
  return SayEpoch(context, epochs->back());
}

int ListEpochs(Context& context, const Contacts& contacts) {
  auto epochs = contacts.Epochs();
  if (!epochs.ok()) return Fail(epochs.status());
  for (const ContactEpoch& epoch : *epochs) {
    uint64_t missing = 0;
    if (epoch.state != EpochState::kRetired) {
      auto count = contacts.AccountsWithout(epoch.number);
      if (!count.ok()) return Fail(count.status());
      missing = *count;
    }
    if (context.json()) {
      JsonOut json;
      WriteEpoch(json, epoch);
      json.Key("accounts_without").Number(missing).EndObject();
      context.out().Print(json.Line());
      continue;
    }
    context.out().Print(
        Cat({Pad(std::to_string(epoch.number), 4), Pad(ToString(epoch.state), 10),
             TimeText(epoch.created_at_s), "  ", ToHex(epoch.public_key),
             missing == 0 ? std::string()
                          : Cat({"  ", Count(missing, "account", "accounts"), " without a token"}),
             "\n"}));
  }
  return kExitGood;
}

/// kConflict, with their number, while accounts have no token of the epoch that is next.
Status CheckPromotion(const Contacts& contacts) {
  auto epochs = contacts.Epochs();
  if (!epochs.ok()) return epochs.status();
  for (const ContactEpoch& epoch : *epochs) {
    if (epoch.state != EpochState::kNext) continue;
    auto missing = contacts.AccountsWithout(epoch.number);
    if (!missing.ok()) return missing.status();
    if (*missing == 0) return Status();
    return Status(StatusCode::kConflict,
                  Cat({Count(*missing, "account", "accounts"), " without a token of epoch ",
                       std::to_string(epoch.number),
                       ": they match in no book synced under it until they verify again; "
                       "--anyway promotes it all the same"}));
  }
  return Status();
}

int RunEpochs(Context& context, const Arguments& arguments) {
  const int changes =
      int{arguments.Has("add")} + int{arguments.Has("promote")} + int{arguments.Has("retire")};
  if (changes > 1) {
    return Fail(
        Status(StatusCode::kInvalidArgument, "--add, --promote and --retire exclude each other"));
  }
  if (arguments.Has("anyway") && !arguments.Has("promote")) {
    return Fail(Status(StatusCode::kInvalidArgument, "--anyway goes with --promote"));
  }
  auto contacts = context.OpenContacts(changes == 0 ? StoreOptions::Mode::kReadOnly
                                                    : StoreOptions::Mode::kReadWrite);
  if (!contacts.ok()) return Fail(contacts.status());
  if (arguments.Has("promote") && !arguments.Has("anyway")) {
    if (Status ready = CheckPromotion(*contacts); !ready.ok()) return Fail(ready);
  }
  if (arguments.Has("add")) return SayEpoch(context, contacts->AddEpoch());
  if (arguments.Has("promote")) return SayEpoch(context, contacts->PromoteEpoch());
  if (!arguments.Has("retire")) return ListEpochs(context, *contacts);
  auto number = ParseWhole(arguments.Get("retire"), "--retire", 1);
  if (!number.ok()) return Fail(number.status());
  return SayEpoch(context, contacts->RetireEpoch(*number));
}

int RunRotate(Context& context, const Arguments&) {
  auto contacts = context.OpenContacts(StoreOptions::Mode::kReadWrite);
  if (!contacts.ok()) return Fail(contacts.status());
  Progress progress("rotate", "rows", context.out().quiet());
  auto report =
      contacts->RotateRowKey([&](uint64_t done, uint64_t total) { progress.Work(done, total); });
  progress.Clear();
  if (!report.ok()) return Fail(report.status());
  if (context.json()) {
    JsonOut json;
    json.Object().Key("row_key").Signed(report->row_key).Key("rows_changed");
    json.Number(report->rows_changed).Key("purged").Bool(report->purged).EndObject();
    context.out().Print(json.Line());
  } else {
    context.out().Say(Cat({"everything is under row key ", std::to_string(report->row_key), " (",
                           Count(report->rows_changed, "row", "rows"), " re-encrypted), ",
                           PurgedText(report->purged)}));
  }
  return kExitGood;
}

int RunSweep(Context& context, const Arguments&) {
  auto contacts = context.OpenContacts(StoreOptions::Mode::kReadWrite);
  if (!contacts.ok()) return Fail(contacts.status());
  auto report = contacts->Sweep();
  if (!report.ok()) return Fail(report.status());
  if (context.json()) {
    JsonOut json;
    json.Object().Key("uploads").Number(report->uploads).Key("books").Number(report->books);
    json.Key("tombstones").Number(report->tombstones).Key("purged").Bool(report->purged);
    json.EndObject();
    context.out().Print(json.Line());
  } else {
    context.out().Say(Cat({"deleted ", Count(report->uploads, "upload", "uploads"), ", ",
                           Count(report->books, "book", "books"), ", ",
                           Count(report->tombstones, "tombstone", "tombstones"), ", ",
                           PurgedText(report->purged)}));
  }
  return kExitGood;
}

int RunEraseAll(Context& context, const Arguments& arguments) {
  if (!arguments.Has("yes")) {
    return Fail(Status(StatusCode::kInvalidArgument,
                       "erasing everybody's books and identifiers cannot be undone: say --yes"));
  }
  auto store = context.OpenStore(StoreOptions::Mode::kReadWrite);
  if (!store.ok()) return Fail(store.status());
  auto purged = Contacts::EraseAll(*store);
  if (!purged.ok()) return Fail(purged.status());
  if (context.json()) {
    JsonOut json;
    json.Object().Key("purged").Bool(*purged).EndObject();
    context.out().Print(json.Line());
  } else {
    context.out().Print(Cat({"nothing of contact sync is held any more, ", PurgedText(*purged)}));
  }
  return kExitGood;
}

Command InitCommandOfContacts() {
  Command command;
  command.name = "contacts init";
  command.brief = "make a key file and start contact sync";
  command.synopsis = "--keys FILE";
  command.description =
      "Makes the key file, readable by its owner alone, and registers it in the database as epoch "
      "1. Keep it on another disk than the database and out of the database's backups: who has "
      "both can test guesses of telephone numbers. Without the file no book can be read again.";
  command.examples = "ringfence --db world.db --keys /etc/ringfence/contacts.keys contacts init";
  command.exits = "0   the key file is there and epoch 1 current";
  command.run = RunInit;
  return command;
}

Command EpochsCommand() {
  Command command;
  command.name = "contacts epochs";
  command.brief = "list the epochs of the token key, or change them";
  command.synopsis = "[--add|--promote [--anyway]|--retire N]";
  command.description =
      "Lists the epochs with their public keys and how many accounts have a verified identifier "
      "without a token of them. A rotation has four steps: --add (the next key is announced, and "
      "every identifier verified from now on gets a token of it), verifying all identifiers again "
      "until no account is without, --promote (devices sync their books under the new key, old "
      "books go on matching) and, after a month or two, --retire of the previous epoch: its books "
      "count as expired.\n"
      "\n"
      "--promote is refused while accounts are without a token of the next epoch: as soon as a "
      "callee syncs under it, such an account is nobody in that book, and is let through no "
      "more as a contact, until it verifies again. With --anyway it is done all the same, for "
      "accounts that do not come back; what they hold of older epochs goes on matching in older "
      "books.";
  command.options = {{"add", "", "Announce the next epoch."},
                     {"promote", "", "The next becomes current, the current previous."},
                     {"anyway", "", "Promote with accounts that have no token of the next."},
                     {"retire", "N", "End the previous epoch, N."}};
  command.examples =
      "ringfence --db world.db --keys contacts.keys contacts epochs\n"
      "ringfence --db world.db --keys contacts.keys contacts epochs --add";
  command.exits = "0   done";
  command.run = RunEpochs;
  return command;
}

Command RotateCommand() {
  Command command;
  command.name = "contacts rotate";
  command.brief = "a new row key, everything re-encrypted";
  command.synopsis = "";
  command.description =
      "Adds a row key to the key file, re-encrypts every book and every account's identifiers "
      "under it, one account a transaction, and takes the old key out of the file. Decisions go on "
      "meanwhile; no device has to sync. Interrupted, it goes on when it is called again. Other "
      "processes that have the same key file read it again by themselves when they first meet the "
      "new key, at most a second later.\n"
      "\n"
      "The key file belongs to one database. A copy or a backup of the database that was made "
      "before a rotation needs the key file of its time: keep that apart as long as the backup is "
      "kept. To try something on a copy, copy the key file too: rotating a copy with the live key "
      "file takes the live database's key out of it, and no book of the live database can be read "
      "again.";
  command.examples = "ringfence --db world.db --keys contacts.keys contacts rotate";
  command.exits = "0   everything is under the new key";
  command.run = RunRotate;
  return command;
}

Command SweepCommand() {
  Command command;
  command.name = "contacts sweep";
  command.brief = "delete what is due: old uploads, books, tombstones";
  command.synopsis = "";
  command.description =
      "Deletes uploads that were abandoned for 15 minutes, books nobody has synced for 180 days "
      "(they match nobody after 90) and the marks of identifiers that nobody has had for 180 days. "
      "Run it daily. What was deleted so far leaves the files too (purged), unless another process "
      "keeps an old state of the database open; the next sweep tries again.";
  command.examples = "ringfence --db world.db --keys contacts.keys contacts sweep";
  command.exits = "0   nothing is due any more";
  command.run = RunSweep;
  return command;
}

Command EraseAllCommand() {
  Command command;
  command.name = "contacts erase-all";
  command.brief = "delete all of contact sync, when the keys are lost";
  command.synopsis = "--yes";
  command.description =
      "For a key file that is lost or stolen. Deletes every book, upload, verified identifier, "
      "objection, quota and epoch, of everybody, and what ties the database to its key file; "
      "settings and relations stay. Says whether the bytes have left the files too (purged). Needs "
      "no keys.\n"
      "\n"
      "Afterwards `ringfence contacts init` begins anew with a new key file. Stop the servers that "
      "have the old one first. Every account verifies its identifiers again, every device syncs "
      "its whole book, and who objected must be suppressed again.";
  command.options = {{"yes", "", "Yes, delete it all. Always wanted."}};
  command.examples =
      "ringfence --db world.db contacts erase-all --yes\n"
      "ringfence --db world.db --keys new.keys contacts init";
  command.exits = "0   nothing of contact sync is held (purged or not: see the output)";
  command.run = RunEraseAll;
  return command;
}

}  // namespace

std::vector<Command> ContactKeyCommands() {
  return {InitCommandOfContacts(), EpochsCommand(), RotateCommand(), SweepCommand(),
          EraseAllCommand()};
}

}  // namespace ringfence::cli
