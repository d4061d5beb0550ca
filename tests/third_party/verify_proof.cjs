// Verifies that one entry is in a log, with @sigstore/verify: the proof file of `ringfence log
// prove`, the log's verifier key, the 182 bytes of the entry. Exit code 0: it is; 1: it is not.
//
// node verify_proof.cjs FOLDER_OF_NODE_MODULES PROOF VKEY ENTRY
"use strict";
const crypto = require("crypto");
const fs = require("fs");
const path = require("path");
const { createRequire } = require("module");

const [folder, proofPath, vkeyPath, entryPath] = process.argv.slice(2);
if (entryPath === undefined) {
  console.error("usage: verify_proof.cjs FOLDER_OF_NODE_MODULES PROOF VKEY ENTRY");
  process.exit(2);
}
const load = createRequire(path.join(path.resolve(folder), "index.js"));
// What a Sigstore bundle's transparency log entry is verified with; our proof is no bundle.
const main = path.dirname(load.resolve("@sigstore/verify"));
const { verifyTLogInclusion } = load(path.join(main, "tlog"));

function readKey(vkey) {
  const [name, id, ...data] = vkey.trim().split("+");  // base64 may have a plus, too
  const key = Buffer.from(data.join("+"), "base64");
  if (key.length !== 33 || key[0] !== 1) throw new Error("no Ed25519 verifier key");
  const der = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), key.subarray(1)]);
  const publicKey = crypto.createPublicKey({ key: der, format: "der", type: "spki" });
  return { name, baseURL: name, logID: Buffer.from(id, "hex"), publicKey,
    validFor: { start: new Date(0), end: new Date(8.64e15) } };
}

function readProof(text) {
  const end = text.indexOf("\n\n");
  const [header, index, ...hashes] = text.slice(0, end).split("\n");
  if (header !== "c2sp.org/tlog-proof@v1" || !/^index (0|[1-9][0-9]*)$/.test(index)) {
    throw new Error("no tlog-proof");
  }
  return { index: index.slice(6), hashes: hashes.map((line) => Buffer.from(line, "base64")),
    checkpoint: text.slice(end + 2) };
}

try {
  const key = readKey(fs.readFileSync(vkeyPath, "utf8"));
  const proof = readProof(fs.readFileSync(proofPath, "utf8"));
  const [origin, treeSize, root] = proof.checkpoint.split("\n");
  if (origin !== key.name) throw new Error("a checkpoint of another log");
  verifyTLogInclusion({
    logIndex: proof.index, logId: { keyId: key.logID }, integratedTime: "0",
    canonicalizedBody: fs.readFileSync(entryPath),
    inclusionProof: { logIndex: proof.index, treeSize, rootHash: Buffer.from(root, "base64"),
      hashes: proof.hashes, checkpoint: { envelope: proof.checkpoint } },
  }, [key]);
  console.log(`entry ${proof.index} is in ${origin} of ${treeSize} entries`);
} catch (error) {
  console.log("refused:", error.message || error);
  process.exit(1);
}
