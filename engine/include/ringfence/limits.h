// Every limit of Ringfence in one place, each with the reason for its number.
// One past a limit is a Status with kLimit (a decision's inputs: kInvalidArgument) or a diagnostic,
// never a crash.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ringfence {

// Ids of users and lists. 255 fits one length byte in files and is more than the 254 octets of a
// mail address (RFC 5321 with erratum 1690) and the 255 of a Matrix user id.
inline constexpr std::size_t kMaxIdBytes = 255;

// Names people give in a policy: rule ids, outcome and policy names, [a-z0-9][a-z0-9_-]*. Fits a
// terminal column and a DNS label (63) with one to spare.
inline constexpr std::size_t kMaxNameBytes = 64;

// A rule's reason, shown in explanations and logs: a long sentence, not a page.
inline constexpr std::size_t kMaxReasonBytes = 256;

// The note kept with an activated policy: a commit message's worth.
inline constexpr std::size_t kMaxNoteBytes = 1024;

// Policies, cases and catalogs. The largest allowed policy (4,096 rules of some 200 bytes) fits; a
// file larger than this is a mistake, and reading it would hold memory of about a hundred times its
// size.
inline constexpr std::size_t kMaxJsonBytes = 1024 * 1024;

// Nesting of JSON. Our formats need six; the rest is room, bounded because readers and printers
// recurse.
inline constexpr std::size_t kMaxJsonDepth = 64;

// One condition's text, its leaf tests and its nesting. Generated conditions (long `in` lists,
// audiences joined by
// ||) reach hundreds of tests; 4,096 tests of 16 bytes are the 64 KiB. The depth bounds recursion
// on the C++ stack.
inline constexpr std::size_t kMaxConditionBytes = 65536;
inline constexpr std::size_t kMaxConditionTerms = 4096;
inline constexpr std::size_t kMaxConditionDepth = 64;

// Rules of one decision: four times the 1,000 of the largest benchmark policy; a rule's index fits
// 16 bits.
inline constexpr std::size_t kMaxRules = 4096;

// Named outcomes of a policy: four for each of the 16 signals; an index fits a byte and a reached
// set one word.
inline constexpr std::size_t kMaxOutcomes = 64;

// Decisions of a policy: `ring`, `path` and room for six of a host's own.
inline constexpr std::size_t kMaxDecisions = 8;

// Values a decision other than `ring` may declare.
inline constexpr std::size_t kMaxPathValues = 16;

// Invariants of a policy; each costs one walk over the diagrams when it is proved.
inline constexpr std::size_t kMaxInvariants = 256;

// Constraints of a catalog and its extension together.
inline constexpr std::size_t kMaxConstraints = 256;

// Facts of a catalog: a fact id fits one byte. The standard catalog has fewer than two
// thirds.
inline constexpr std::size_t kMaxFacts = 256;

// Members of an enum of the catalog: a condition lists them, an edge of every diagram node stands
// for one.
inline constexpr std::size_t kMaxMembers = 64;

// Bits of all fact values of one question: nine 64-byte-aligned words; a frame and its bookkeeping
// stay within two cache lines.
inline constexpr std::size_t kFrameBits = 576;

// Nodes kept in a compiled policy (an index fits 16 bits) and nodes made while compiling. The
// second bounds the time a hostile policy can take to about two seconds.
inline constexpr std::size_t kMaxDiagramNodes = 65536;
inline constexpr std::size_t kMaxDiagramCreated = 1000000;

// Nodes made while one question about whole policies is answered: some seconds, and some hundred
// megabytes.
inline constexpr std::size_t kMaxAnalysisCreated = 8000000;

// Facts one question may carry: more than the caller of a server knows, fewer than would make a
// question a database.
inline constexpr std::size_t kMaxQuestionFacts = 64;

// Questions of one batch: a page of call buttons many times over; bounds how long one read
// transaction lasts.
inline constexpr std::size_t kMaxBatch = 4096;

// Diagnostics kept of one file; what is beyond is counted. Nobody reads more, and a hostile file
// could earn a million.
inline constexpr std::size_t kMaxDiagnostics = 100;

// A line of an import or of a file of questions: two ids and every fact fit a dozen times.
inline constexpr std::size_t kMaxLineBytes = 65536;

// Contact sync. Elements of one evaluation, tokens of one part of an upload: 32 kB each way, a
// tenth of a second of one core.
inline constexpr std::size_t kMaxContactBatch = 1000;

// Tokens of a book: more than any list people keep by hand; what Google Contacts stops at is
// 25,000.
inline constexpr std::size_t kMaxBookEntries = 10000;

// Verified identifiers of an account, and phones among them: a decision reads a chunk of the book
// for each, and each is a number its owner may test against books.
inline constexpr std::size_t kMaxIdentifiers = 8;
inline constexpr std::size_t kMaxPhoneIdentifiers = 5;

// Tokens of one upload, added and removed: a delta may exchange every entry of the largest book.
inline constexpr std::size_t kMaxUploadTokens = 2 * kMaxBookEntries;

// What an account may do in a while, as leaky buckets: a book at once with a fifth of room, and 20
// entries an hour for changes. That makes 100 million numbers 534 account-years.
inline constexpr std::int64_t kEvaluationsAtOnce = 12000;
inline constexpr std::int64_t kEvaluationsPerHour = 20;
// A full bucket again for a new device or a new epoch, at most so often.
inline constexpr std::int64_t kEvaluationCreditDays = 30;
// Whole books: a few devices of one account, and a mistake. Deltas: an edit a minute.
inline constexpr std::int64_t kFullSyncsPerDay = 4;
inline constexpr std::int64_t kDeltaSyncsPerHour = 60;
// New identifiers: all of them at once, then as people change numbers.
inline constexpr std::int64_t kNewIdentifiersPerWeek = 3;

// Times of contact sync. An upload is a few requests; a book nobody renews for a season describes
// another season's friends; what has expired is kept as long again so that a device that returns
// can go on, then erased, as are the traces of identifiers that nobody has. Carriers give numbers
// to others within a year, mail hosts rarely give addresses.
inline constexpr std::int64_t kUploadMinutes = 15;
inline constexpr std::int64_t kBookExpiresDays = 90;
inline constexpr std::int64_t kBookErasedDays = 180;
inline constexpr std::int64_t kTombstoneDays = 180;
inline constexpr std::int64_t kPhoneVerifiedDays = 365;
inline constexpr std::int64_t kEmailVerifiedDays = 730;

// A key file: seed, a row key or two, room for a rotation that was interrupted often.
inline constexpr std::size_t kMaxKeyFileBytes = 16384;

// An address book file of the tool: 10,000 contacts with photographs left out; vCards with pictures
// reach tens of megabytes.
inline constexpr std::size_t kMaxAddressBookBytes = 64 * 1024 * 1024;

// A blob of a log: a policy and a catalog of 1 MiB each, quoted as JSON strings. A replay's report
// with a thousand examples and their proofs is as large.
inline constexpr std::size_t kMaxLogBlobBytes = 8 * 1024 * 1024;

// Replay reports that wait in a database for the process that has the log open: they are read at
// once. Where nobody takes them, nobody has the log open.
inline constexpr std::size_t kMaxLogReports = 8;

// Consent. Asking of one caller for one callee that is remembered: the catalog counts no further. A
// consent that expired is told apart from none for as long as somebody may wonder why the phone
// does not ring any more.
inline constexpr std::size_t kMaxAskedIn7Days = 7;
inline constexpr std::int64_t kExpiredGrantDays = 30;
// A consent for one call lasts no longer than calls are remembered: else the call that used it up
// would be forgotten, and it would ring again.
inline constexpr std::int64_t kMaxOneCallDays = 127;

// Knocks: one waits a day, which is when its caller may ask again. As many wait as somebody reads
// who comes back to their phone; who asks beyond that must ask again.
inline constexpr std::int64_t kKnockHours = 24;
inline constexpr std::size_t kMaxKnocks = 20;

// The last moment of the year 9999, the last that RFC 3339 can write.
inline constexpr std::int64_t kLastTimeMs = 253402300799999;

// Different policies in one opening of a log, and Readers at one time: an operator activates a few
// policies a day, a server has some threads a core.
inline constexpr std::size_t kMaxLogPolicies = 256;
inline constexpr std::size_t kMaxLogRings = 1024;

// A user's own list: persons and groups as Telegram allows (1,000 and 20); domains: servers that a
// person knows by name. All but the persons fit one row, which decisions read whole.
inline constexpr std::size_t kMaxListPersons = 1000;
inline constexpr std::size_t kMaxListGroups = 20;
inline constexpr std::size_t kMaxListDomains = 100;
// A domain name's text (RFC 1035).
inline constexpr std::size_t kMaxDomainBytes = 253;

// Quiet: how far ahead (Unix time of the year 2200), and how many weekly intervals: one for each
// morning, noon and night of the week.
inline constexpr std::int64_t kMaxQuietUntil = 7258118400;
inline constexpr std::size_t kMaxQuietIntervals = 21;
// A zone's name; the longest so far is America/Argentina/ComodRivadavia, 32.
inline constexpr std::size_t kMaxZoneBytes = 64;

}  // namespace ringfence
