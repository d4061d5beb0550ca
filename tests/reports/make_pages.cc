// Writes the pages of all fake reports, for tests that read pages as others do.
// Usage: make_pages FOLDER; writes FOLDER/<name>.html.
#include <cstdio>
#include <fstream>
#include <string>

#include "cli/audit_html.h"
#include "cli/replay_html.h"
#include "reports/fake_audits.h"
#include "reports/fake_reports.h"

namespace {

bool WriteFile(const std::string& path, const std::string& contents) {
  std::ofstream file(path, std::ios::binary);
  file << contents;
  file.close();
  if (!file) std::fprintf(stderr, "make_pages: cannot write %s\n", path.c_str());
  return bool(file);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: make_pages FOLDER\n");
    return 2;
  }
  const std::string folder = std::string(argv[1]) + "/";
  for (const auto& [name, report] : ringfence::reports_test::FakeReplays()) {
    if (!WriteFile(folder + name + ".html", ringfence::cli::ReplayHtml(report))) return 1;
  }
  for (const auto& [name, audit] : ringfence::reports_test::FakeAudits()) {
    if (!WriteFile(folder + name + ".html", ringfence::cli::AuditHtml(audit))) return 1;
  }
  return 0;
}
