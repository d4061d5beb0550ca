// Graphviz as a child process, played by scripts: missing, failing, silent, slow, gone before it
// has read everything, saying more than it should.
#include "cli/graphviz.h"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <chrono>
#include <fstream>
#include <string>

#include "contract/temporary_folder.h"

namespace ringfence::cli {
namespace {

using std::chrono::milliseconds;

/// A PATH on which `dot` is a script; an empty script: there is none.
class FakeDot {
 public:
  explicit FakeDot(const std::string& script) {
    const std::string path = folder_.file("dot");
    if (!script.empty()) {
      std::ofstream(path) << "#!/bin/sh\n" << script;
      REQUIRE(chmod(path.c_str(), 0755) == 0);
    }
    const std::string folder = path.substr(0, path.rfind('/'));
    setenv("PATH", (script.empty() ? folder : folder + ":" + before_).c_str(), 1);
  }
  ~FakeDot() { setenv("PATH", before_.c_str(), 1); }

 private:
  const std::string before_ = getenv("PATH");
  TemporaryFolder folder_;
};

std::string Message(const Result<std::string>& result) {
  CHECK(result.status().code() == StatusCode::kIo);
  return result.status().message();
}

TEST_CASE("what dot writes is what one gets, however much goes in and comes out") {
  const FakeDot fake("[ \"$*\" = -Tsvg ] && exec cat");
  const std::string large(5'000'000, 'x');
  for (const std::string& text : {std::string("digraph g {}"), large}) {
    const auto svg = DotToSvg(text);
    REQUIRE(svg.ok());
    CHECK(*svg == text);
  }
}

TEST_CASE("a dot that is missing, fails or writes nothing is an error that says so") {
  {
    const FakeDot fake("");
    CHECK(Message(DotToSvg("digraph g {}")) ==
          "cannot draw with Graphviz: there is no program `dot` on the PATH (Debian: apt install "
          "graphviz); --format dot needs none");
  }
  {
    const FakeDot fake("cat > /dev/null; echo half; echo 'out of \033[1mmemory' >&2; exit 1");
    CHECK(Message(DotToSvg("digraph g {}")) ==
          "cannot draw with Graphviz: `dot` failed: out of \\x1B[1mmemory");
  }
  {
    const FakeDot fake("cat > /dev/null");
    CHECK(Message(DotToSvg("digraph g {}")) == "cannot draw with Graphviz: `dot` failed");
  }
}

TEST_CASE("a dot that goes before it has read everything ends nobody else") {
  const FakeDot fake("echo 'no more' >&2; exit 3");
  CHECK(Message(DotToSvg(std::string(5'000'000, 'x'))) ==
        "cannot draw with Graphviz: `dot` failed: no more");
}

TEST_CASE("a dot that talks without end is heard, and not kept") {
  const FakeDot fake("cat > /dev/null; head -c 3000000 /dev/zero | tr '\\0' 'e' >&2; exit 1");
  CHECK(Message(DotToSvg("digraph g {}")).size() < 100'000);
}

TEST_CASE("a dot that hangs is stopped") {
  for (const char* script : {"exec sleep 60", "exec <&- >&- 2>&-; exec sleep 60"}) {
    const FakeDot fake(script);
    const auto begin = std::chrono::steady_clock::now();
    const std::string message = Message(DotToSvg("digraph g {}", milliseconds(1000)));
    CHECK(message.find("had not finished after 1 s") != std::string::npos);
    CHECK(std::chrono::steady_clock::now() - begin < milliseconds(20'000));
  }
}

}  // namespace
}  // namespace ringfence::cli
