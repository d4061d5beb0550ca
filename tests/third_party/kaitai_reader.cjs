// Reads entries with a reader that Kaitai Struct's compiler makes of schema/decision_log.ksy.
//
// node kaitai_reader.cjs FOLDER_OF_NODE_MODULES KSY FILE          a segment or bundle
// node kaitai_reader.cjs FOLDER_OF_NODE_MODULES KSY FILE facts    facts in clear, 85 bytes each
//
// Prints one JSON object a line: each field by its name, numbers as decimal strings, bytes in
// hexadecimal, the parts of `flags` and `basis` below these.
"use strict";
const fs = require("fs");
const path = require("path");
const vm = require("vm");
const { createRequire } = require("module");

const [folder, ksy, file, what] = process.argv.slice(2);
if (file === undefined) {
  console.error("usage: kaitai_reader.cjs FOLDER_OF_NODE_MODULES KSY FILE [facts]");
  process.exit(2);
}
const load = createRequire(path.join(path.resolve(folder), "index.js"));
const KaitaiStream = load("kaitai-struct/KaitaiStream");

// The runtime gives 64-bit numbers as doubles, which are exact up to 2^53 only.
KaitaiStream.prototype.readU8be = function () {
  return (BigInt(this.readU4be()) << 32n) | BigInt(this.readU4be());
};
KaitaiStream.prototype.readS8be = function () {
  return BigInt.asIntN(64, this.readU8be());
};

function show(value) {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (Array.isArray(value)) return value.map(show);
  if (typeof value === "boolean") return value ? "1" : "0";
  if (typeof value !== "object") return String(value);
  if ("high" in value) return String(value.value);
  const shown = {};
  for (const [name, part] of Object.entries(value)) {
    if (name.startsWith("_")) continue;
    shown[name.replace(/[A-Z]/g, (letter) => "_" + letter.toLowerCase())] = show(part);
  }
  return shown;
}

async function main() {
  const description = load("yaml").parse(fs.readFileSync(ksy, "utf8"));
  const made = await load("kaitai-struct-compiler").compile("javascript", description, null, false);
  const scope = { require: load, module: { exports: {} }, exports: {} };
  scope.exports = scope.module.exports;
  vm.runInThisContext(`(function (require, module, exports) {${made["DecisionLog.js"]}\n})`)(
    load, scope.module, scope.exports);
  const DecisionLog = scope.module.exports.DecisionLog || scope.module.exports;
  const data = fs.readFileSync(file);
  const out = [];
  if (what === "facts") {
    for (let at = 0; at < data.length; at += 85) {
      const stream = new KaitaiStream(data.subarray(at, at + 85));
      out.push(JSON.stringify(show(new DecisionLog.Facts(stream))));
    }
  } else {
    for (const framed of new DecisionLog(new KaitaiStream(data)).entries) {
      const { payload, ...rest } = show(framed.entry);
      const parts = typeof payload === "string" ? { payload } : payload;
      out.push(JSON.stringify({ length: String(framed.length), ...rest, ...parts }));
    }
  }
  process.stdout.write(out.join("\n") + "\n");
}

main().catch((error) => {
  console.error("kaitai_reader:", error.message || error);
  process.exit(1);
});
