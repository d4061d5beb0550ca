// Keeping cosignatures of witnesses. Part of publish.h.
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "base/utf8.h"
#include "log/folder.h"
#include "log/publish.h"

namespace ringfence {
namespace {

// A witness answers within minutes; checkpoints are at least some milliseconds apart.
constexpr size_t kNotesLookedAt = 10000;

Result<NoteSignature> ParseLine(std::string_view line, const VerifierKey& witness) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  Result<SignedNote> note = ParseNote("text\n\n" + std::string(line) + "\n");
  if (!note.ok() || note->signatures.size() != 1) {
    return Status(StatusCode::kParse,
                  "expected one signature line, got '" + Printable(line, 80) + "'");
  }
  NoteSignature signature = std::move(note->signatures[0]);
  if (signature.name != witness.name || signature.id != witness.id) {
    return Status(StatusCode::kParse, "the signature is of '" + Printable(signature.name, 80) +
                                          "', not of the witness '" + Printable(witness.name, 80) +
                                          "'");
  }
  return signature;
}

struct Cosigned {
  std::string note;
  bool again = false;  ///< it was there before
};

// The newest of the notes that the signature is over, with the signature.
Result<Cosigned> FindCosigned(const std::vector<std::string>& notes, const VerifierKey& key,
                              const NoteSignature& signature, const VerifierKey& witness) {
  for (auto note = notes.rbegin(); note != notes.rend(); ++note) {
    if (OpenCheckpoint(*note, key, {&witness, 1}).ok()) {
      Result<SignedNote> parsed = ParseNote(*note);
      if (!parsed.ok()) continue;
      const size_t before = parsed->signatures.size();
      DCHECK(before > 0);
      parsed->signatures.push_back(signature);
      const std::string cosigned = FormatNote(*parsed);
      const Result<OpenedCheckpoint> opened = OpenCheckpoint(cosigned, key, {&witness, 1});
      if (!opened.ok() || opened->cosigned.empty()) continue;
      // The parser drops what is there twice; a second one of the same witness says nothing new.
      if (opened->note.signatures.size() == before) return Cosigned{*note, true};
      return Cosigned{cosigned, false};
    }
  }
  return Status(StatusCode::kInvalidArgument, "the signature is over none of the month's last " +
                                                  std::to_string(notes.size()) + " checkpoints");
}

}  // namespace

Result<PublishLock> PublishLock::Take(const std::string& month_folder) {
  const std::string path = month_folder + "/" + kCheckpointsName;
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) {
    return Status(errno == ENOENT ? StatusCode::kNotFound : StatusCode::kIo,
                  "cannot open '" + Printable(path) + "': " + std::strerror(errno));
  }
  CHECK(!month_folder.empty());
  PublishLock lock(fd);
  int result = 0;
  do {
    result = flock(fd, LOCK_EX);
  } while (result != 0 && errno == EINTR);
  if (result == 0) return lock;
  return Status(StatusCode::kIo, "cannot lock '" + Printable(path) + "': " + std::strerror(errno));
}

PublishLock::PublishLock(PublishLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
PublishLock::~PublishLock() {
  if (fd_ >= 0) close(fd_);
}

Status AddCosignature(LogFiles* files, const std::string& log, std::string_view month,
                      std::string_view line, const VerifierKey& witness) {
  const Result<NoteSignature> signature = ParseLine(line, witness);
  if (!signature.ok()) return signature.status();
  const Result<std::string> name = PublishedMonth(files, log, month);
  if (!name.ok()) return name.status();
  const std::string folder = log + "/" + *name;
  MonthReader reader(files, folder);
  const Result<VerifierKey> key = reader.Key();
  if (!key.ok()) return key.status();
  const Result<PublishLock> lock = PublishLock::Take(folder);
  if (!lock.ok()) return lock.status();
  uint64_t whole = 0;
  const Result<std::vector<std::string>> notes = reader.CheckpointNotes(kNotesLookedAt, &whole);
  if (!notes.ok()) return notes.status();
  const Result<Cosigned> cosigned = FindCosigned(*notes, *key, *signature, witness);
  if (!cosigned.ok()) return cosigned.status();
  if (cosigned->again) return Status();
  CHECK(cosigned->note.size() <= kMaxNoteFileBytes);
  auto history =
      files->OpenFile(folder + "/" + std::string(kCheckpointsName), LogFiles::Open::kAppend);
  if (!history.ok()) return history.status();
  const Result<uint64_t> before = (*history)->Size();
  if (!before.ok()) return before.status();
  if (*before != whole) {
    return Status(StatusCode::kBusy, "'" + Printable(folder) +
                                         "': the last checkpoint is not whole; its writer removes "
                                         "it when it opens the log");
  }
  Status written = (*history)->Append(AsBytes(FormatCheckpointRecord(cosigned->note)));
  if (written.ok()) written = (*history)->Sync();
  if (!written.ok()) {
    // Half a record would hide what the writer appends behind it.
    Status undone = (*history)->Truncate(*before);
    return undone.ok() ? written : undone;
  }
  const Result<std::string> published = reader.CheckpointNote();
  if (!published.ok()) return published.status();
  const Result<SignedNote> newest = ParseNote(*published);
  const Result<SignedNote> added = ParseNote(cosigned->note);
  if (!newest.ok() || !added.ok() || newest->text != added->text) return Status();
  return files->Replace(folder + "/" + std::string(kCheckpointName), cosigned->note, 0644);
}

}  // namespace ringfence
