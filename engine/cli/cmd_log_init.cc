// `ringfence log init`: the folder of a decision log, and its keys.
#include "cli/command.h"
#include "cli/json_out.h"
#include "cli/log_input.h"
#include "cli/text.h"

namespace ringfence::cli {
namespace {

constexpr uint64_t kMostDays = 36500;

int Run(Context& context, const Arguments& arguments) {
  auto path = context.LogPath();
  if (!path.ok()) return Fail(path.status());
  LogInit init;
  init.path = *path;
  init.keys = context.LogKeysPath();
  init.name = arguments.Get("name");
  if (!arguments.Has("name")) {
    return Fail(Status(StatusCode::kInvalidArgument,
                       "--name NAME is missing: what the log is called in its checkpoints, for "
                       "ever, like example.com/ring/n7"));
  }
  auto writer = NumberOption(arguments, "writer", 1, UINT16_MAX, init.writer);
  if (!writer.ok()) return Fail(writer.status());
  auto days = NumberOption(arguments, "retention-days", 1, kMostDays, init.retention_days);
  if (!days.ok()) return Fail(days.status());
  init.writer = static_cast<uint16_t>(*writer);
  init.retention_days = static_cast<uint32_t>(*days);
  if (Status status = DecisionLog::Init(init); !status.ok()) return Fail(status);
  if (context.json()) {
    JsonOut json;
    json.Object().Key("log").Text(init.path).Key("keys").Text(init.keys).Key("name");
    json.Text(init.name).Key("writer").Number(init.writer);
    json.Key("retention_days").Number(init.retention_days).EndObject();
    context.out().Print(json.Line());
  } else {
    context.out().Say(Cat({Printable(init.path), ": a log named ", init.name, ", its keys in ",
                           Printable(init.keys), "\n"}));
  }
  return kExitGood;
}

}  // namespace

Command LogInitCommand() {
  Command command;
  command.name = "log init";
  command.brief = "make a decision log and its key file";
  command.synopsis = "--name NAME [--writer N] [--retention-days N]";
  command.description =
      "Makes the folder named by --log or RINGFENCE_LOG and, outside of it, the key file, readable "
      "by its owner alone. From then on `ringfence check` records what it decides where --log "
      "names the log; a server does, where its engine is given one.\n"
      "\n"
      "NAME stands in every checkpoint and cannot be changed: a URL without its scheme that is "
      "yours, with a part of its own for each process that writes a log. The key file signs "
      "checkpoints and opens facts; keep it, and the database, out of the log's backups.";
  command.options = {
      {"name", "NAME", "1 to 200 of a-z 0-9 . / _ -, beginning and ending with a letter or digit."},
      {"writer", "N", "Number of this log among those of the installation. 1 if not given."},
      {"retention-days", "N",
       "How long months and keys are kept at least; published in the log, and what `log prune` "
       "holds to. 90 if not given."}};
  command.examples =
      "ringfence --log /var/lib/ring/log log init --name example.com/ring/n7\n"
      "ringfence --log n8 --log-keys /etc/ring/n8.keys log init --name example.com/ring/n8 \\\n"
      "    --writer 2 --retention-days 30";
  command.exits = "0   the folder and the key file are there";
  command.run = Run;
  return command;
}

}  // namespace ringfence::cli
