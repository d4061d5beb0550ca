// A user's list and quiet times as JSON.
#include "cli/list_json.h"

#include "cli/log_time.h"

namespace ringfence::cli {

void WriteList(std::span<const ListEntry> entries, JsonOut* json) {
  json->Array();
  for (const ListEntry& entry : entries) {
    json->Object().Key("action").Text(ToString(entry.action));
    json->Key("subject").Text(ListSubject(entry)).EndObject();
  }
  json->EndArray();
}

void WriteQuiet(const std::optional<QuietPeriod>& period, JsonOut* json) {
  if (!period.has_value()) {
    json->Null();
    return;
  }
  json->Object().Key("until").Text(TimeText(period->until_s));
  json->Key("except_list").Bool(period->except_listed).EndObject();
}

void WriteSchedule(const std::optional<QuietSchedule>& schedule, JsonOut* json) {
  if (!schedule.has_value()) {
    json->Null();
    return;
  }
  json->Object().Key("zone").Text(schedule->zone).Key("quiet").Array();
  for (const QuietInterval& interval : schedule->intervals) json->Text(ToString(interval));
  json->EndArray().EndObject();
}

Status WriteOwnTimesAndLists(const Store& store, std::string_view user, JsonOut* json) {
  const Lists lists(store);
  auto entries = lists.Show(user);
  if (!entries.ok()) return entries.status();
  auto mentions = lists.MentionsOf(user);
  if (!mentions.ok()) return mentions.status();
  const QuietTimes times(store);
  auto quiet = times.ShowQuiet(user);
  if (!quiet.ok()) return quiet.status();
  auto schedule = times.ShowSchedule(user);
  if (!schedule.ok()) return schedule.status();
  json->Key("list");
  WriteList(*entries, json);
  json->Key("listed_by").Array();
  for (const ListMentions::Mention& mention : mentions->lists) {
    json->Object().Key("owner").Text(mention.owner);
    json->Key("action").Text(ToString(mention.action)).EndObject();
  }
  json->EndArray().Key("groups").Array();
  for (const std::string& group : mentions->groups) json->Text(group);
  json->EndArray().Key("quiet");
  WriteQuiet(*quiet, json);
  json->Key("schedule");
  WriteSchedule(*schedule, json);
  return Status();
}

}  // namespace ringfence::cli
