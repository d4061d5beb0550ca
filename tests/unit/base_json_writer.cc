// The JSON writer word for word, and its refusal of calls that do not nest.
#include <doctest/doctest.h>

#include <cstdint>
#include <string>

#include "base/json_writer.h"
#include "unit/death.h"

namespace ringfence {
namespace {

void WriteSample(JsonWriter* out) {
  out->BeginObject();
  out->Key("z").Int(INT64_MIN).Key("a").Uint(UINT64_MAX);
  out->Key("list").BeginArray().Bool(true).Null().String("x").EndArray();
  out->Key("none").BeginArray().EndArray().Key("empty").BeginObject().EndObject();
  out->EndObject();
}

TEST_CASE("compact and pretty") {
  JsonWriter compact;
  WriteSample(&compact);
  CHECK(compact.Finish() == R"({"z":-9223372036854775808,"a":18446744073709551615,)"
                            R"("list":[true,null,"x"],"none":[],"empty":{}})");

  JsonWriter pretty(JsonWriter::Style::kPretty);
  WriteSample(&pretty);
  CHECK(pretty.Finish() ==
        "{\n"
        "  \"z\": -9223372036854775808,\n"
        "  \"a\": 18446744073709551615,\n"
        "  \"list\": [\n"
        "    true,\n"
        "    null,\n"
        "    \"x\"\n"
        "  ],\n"
        "  \"none\": [],\n"
        "  \"empty\": {}\n"
        "}");
}

std::string Quoted(std::string_view text) {
  JsonWriter writer;
  writer.String(text);
  return writer.Finish();
}

TEST_CASE("strings are escaped, and always valid") {
  CHECK(Quoted("") == "\"\"");
  CHECK(Quoted("a/b \"c\" \\d") == R"("a/b \"c\" \\d")");
  CHECK(Quoted("\b\f\n\r\t\x1F") == R"("\b\f\n\r\t\u001F")");
  CHECK(Quoted(std::string_view("a\0b", 3)) == R"("a\u0000b")");
  CHECK(Quoted("\x7F") == "\"\x7F\"");
  CHECK(Quoted("caf\xC3\xA9 \xF0\x9F\x98\x80") == "\"caf\xC3\xA9 \xF0\x9F\x98\x80\"");
  CHECK(Quoted("a\xFF\xE2\x82z") == "\"a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDz\"");
  CHECK(Quoted({}) == "\"\"");
}

TEST_CASE("calls that do not nest to one value are defects") {
  const auto aborts = [](void (*calls)(JsonWriter&)) {
    return AbortText([calls] {
             JsonWriter writer;
             calls(writer);
           }).find("CHECK failed") != std::string::npos;
  };
  CHECK(aborts([](JsonWriter& w) { (void)w.Finish(); }));
  CHECK(aborts([](JsonWriter& w) { w.Int(1).Int(2); }));
  CHECK(aborts([](JsonWriter& w) { w.BeginObject().Int(1); }));
  CHECK(aborts([](JsonWriter& w) { w.BeginObject().Key("a").EndObject(); }));
  CHECK(aborts([](JsonWriter& w) { w.BeginObject().Key("a").Key("b"); }));
  CHECK(aborts([](JsonWriter& w) { w.BeginArray().Key("a"); }));
  CHECK(aborts([](JsonWriter& w) { w.BeginArray().EndObject(); }));
  CHECK(aborts([](JsonWriter& w) { w.EndArray(); }));
  CHECK(aborts([](JsonWriter& w) { (void)w.BeginArray().Finish(); }));
  CHECK(aborts([](JsonWriter& w) { w.BeginArray().EndArray().BeginArray(); }));
  CHECK_FALSE(aborts([](JsonWriter& w) { (void)w.BeginArray().EndArray().Finish(); }));
}

}  // namespace
}  // namespace ringfence
