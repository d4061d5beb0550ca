// From what an audit has gathered to the answers. Takes a LogAudit without answers; fills them.
#pragma once

#include <ringfence/audit.h>

namespace ringfence {

/// What the audit was given, as far as answers depend on it.
struct AuditMeans {
  bool has_seeds = false;      ///< the store's seeds and the log's key file
  bool has_witnesses = false;  ///< verifier keys of some
};

void AnswerAudit(const AuditMeans& means, LogAudit* audit);

}  // namespace ringfence
