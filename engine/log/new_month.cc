// How a month begins: its folder, its key, its first entry, its blobs.
#include <algorithm>

#include "base/json_writer.h"
#include "log/sealer.h"

namespace ringfence {

Result<OpenMonth> CreateMonth(const Publisher& publisher, const std::string& log,
                              const LogDescription& description, const std::string& month) {
  LogFiles* const files = publisher.files;
  const std::string folder = log + "/" + month;
  for (const std::string& name : {folder, folder + "/blobs"}) {
    if (Status status = files->MakeFolder(name); !status.ok()) return status;
  }
  const std::string origin = OriginOf(description, month);
  const VerifierKey key =
      MakeVerifierKey(origin, kNoteEd25519, PublicKeyOf(publisher.signing_seed));
  Status written =
      files->Replace(folder + "/" + kVerifierKeyName, FormatVerifierKey(key) + "\n", 0644);
  if (!written.ok()) return written;
  OpenMonth open;
  open.month = month;
  Result<std::unique_ptr<MonthWriter>> writer = MonthWriter::Open(files, folder, TreeEdge());
  if (!writer.ok()) return writer.status();
  open.writer = std::move(writer).value();
  Result<std::unique_ptr<Checkpointer>> checkpointer =
      Checkpointer::Open(publisher, origin, folder, TreeEdge());
  if (!checkpointer.ok()) return checkpointer.status();
  open.checkpointer = std::move(checkpointer).value();
  if (Status status = files->SyncFolder(log); !status.ok()) return status;
  return open;
}

Result<Hash> WriteBlob(LogFiles* files, const std::string& month_folder, std::string_view text) {
  const Hash hash = TreeHasher().Of(AsBytes(text));
  const std::string path = month_folder + "/" + BlobName(hash);
  const Result<bool> exists = files->Exists(path);
  if (!exists.ok()) return exists.status();
  // Who wrote it may have been killed before its name was durable.
  Status status =
      *exists ? files->SyncFolder(month_folder + "/blobs") : files->Replace(path, text, 0644);
  if (!status.ok()) return status;
  return hash;
}

Status AppendGenesis(const Publisher& publisher, const LogDescription& description,
                     uint64_t time_ns, std::string_view previous_note, OpenMonth* month) {
  JsonWriter json;
  json.BeginObject();
  json.Key("origin").String(OriginOf(description, month->month));
  json.Key("log").String(publisher.identity);
  json.Key("writer").Uint(description.writer);
  json.Key("retention_days").Uint(description.retention_days);
  json.Key("previous");
  if (previous_note.empty()) {
    json.Null();
  } else {
    const std::string_view origin = previous_note.substr(0, previous_note.find('\n'));
    json.BeginObject().Key("origin").String(origin);
    json.Key("checkpoint").String(previous_note).EndObject();
  }
  json.EndObject();
  const Result<Hash> blob = WriteBlob(publisher.files, month->writer->folder(), json.Finish());
  if (!blob.ok()) return blob.status();
  Entry entry;
  Put(GenesisPayload{*blob}, &entry);
  entry.header.time_ns = time_ns;
  entry.header.writer = description.writer;
  entry.header.boot = publisher.boot;
  EntryBytes bytes;
  EncodeEntry(entry, &bytes);
  std::array<uint8_t, kEntryOnDiskBytes> on_disk = {0, static_cast<uint8_t>(kEntryBytes)};
  std::copy(bytes.begin(), bytes.end(), on_disk.begin() + 2);
  return month->writer->Append(on_disk);
}

}  // namespace ringfence
