// Programs that are not ours read our sessions: tests/interop/run.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { bytesOf, decoderOf, indexed, streamed } from "./mcap_session.mjs";

const program = process.env.TROCAR_PROGRAM;
const golden = (name) => join(process.env.TROCAR_GOLDEN, name);
const folder = mkdtempSync(join(tmpdir(), "trocar-interop-"));
const fresh = join(folder, "fresh.mcap");

function trocar(arguments_, expected = 0) {
  const ran = spawnSync(program, arguments_, { encoding: "utf8" });
  assert.equal(ran.status, expected, ran.stderr);
  return ran.stdout;
}
const infoOf = (file, expected = 0) =>
  JSON.parse(trocar(["session", "info", "--json", file], expected));

// Written by this build of trocar, from the steps of the golden one.
before(() => trocar(["session", "recover", golden("session_v1.mcap"), "--out", fresh]));
after(() => rmSync(folder, { recursive: true }));

for (const [name, file] of [["golden", golden("session_v1.mcap")], ["fresh", fresh]]) {
  describe(`a ${name} session`, () => {
    let read, info;
    before(async () => {
      read = streamed(await bytesOf(file));
      info = infoOf(file);
    });

    test("is read to its end, with every CRC, and nothing of it is left over", () => {
      assert.equal(read.done, true);
      assert.equal(read.left, 0);
      assert.equal(read.header.profile, "trocar");
      assert.equal(read.records.DataEnd, 1);
      assert.equal(read.records.Footer, 1);
    });

    test("has as many messages of each topic as trocar says", () => {
      assert.equal(read.messages.length, info.messages);
      assert.deepEqual(read.topics(), info.channels);
      assert.equal(read.statistics.messageCount, BigInt(info.messages));
      assert.equal(read.statistics.chunkCount, info.chunks);
    });

    test("keeps a link of the chain behind its prologue and each chunk, which disturbs nobody", () => {
      assert.equal(read.unknown.length, info.chunks + 1);
      for (const [i, link] of read.unknown.entries()) {
        assert.equal(link.opcode, 0x80);
        assert.equal(link.data.length, 40);
        assert.equal(new DataView(link.data.buffer, link.data.byteOffset).getBigUint64(0, true), BigInt(i));
      }
      assert.equal(Buffer.from(read.unknown.at(-1).data.slice(8)).toString("hex"), info.chain);
    });

    test("is decoded by the schemas that it carries, every message of it", () => {
      for (const topic of Object.keys(info.channels)) {
        assert.equal(read.decoded(topic).length, info.channels[topic]);
      }
      const steps = read.decoded("/tracker_frame");
      assert.ok(steps.every((s) => s.event === "tracker_frame" && s.tracker_frame.bodies.length > 0));
      const guidances = read.decoded("/guidance");
      for (const [i, g] of guidances.entries()) {
        if (i > 0) assert.ok(Number(g.sequence) > Number(guidances[i - 1].sequence));
      }
      const shown = guidances
        .map((g) => g.tools[0]?.structures[0]?.measured?.tip_to_structure_mm)
        .filter((mm) => mm !== undefined && mm !== null);
      const out = join(folder, name);
      trocar(["qa", file, "--out", out]);
      const report = JSON.parse(
        spawnSync("cat", [join(out, file.split("/").at(-1).replace(".mcap", ".json"))]).stdout);
      assert.equal(Math.min(...shown), report.tools[0].structures[0].nearest.tip_to_structure_mm);
    });

    test("gives the same by its indexes: messages in time, attachments, no metadata", async () => {
      const random = await indexed(file);
      assert.equal(random.messages, info.messages);
      assert.deepEqual(random.times, random.times.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0)));
      assert.deepEqual(
        random.attachments.map((a) => [a.name, a.data.length]),
        info.attachments.map((a) => [a.name, a.bytes]));
      assert.deepEqual(read.attachments.map((a) => a.name), info.attachments.map((a) => a.name));
      assert.equal(random.statistics.attachmentCount, info.attachments.length);
      assert.equal(random.metadata.length, random.statistics.metadataCount);
    });
  });
}

test("a cut session gives a stranger every message that trocar gives", async () => {
  const bytes = await bytesOf(golden("session_v1_cut.mcap"));
  const read = streamed(bytes);
  const info = infoOf(golden("session_v1_cut.mcap"), 5);
  assert.equal(read.done, false);
  assert.equal(read.messages.length, info.messages);
  assert.equal(read.left, info.file_bytes - info.whole_bytes);
});

test("a fresh session cut anywhere never gives a stranger more than whole chunks", async () => {
  const bytes = await bytesOf(fresh);
  const all = streamed(bytes).messages.length;
  for (let size = bytes.length - 1; size > 0; size -= Math.ceil(bytes.length / 23)) {
    const read = streamed(bytes.subarray(0, size));
    assert.equal(read.done, false);
    assert.ok(read.messages.length <= all);
  }
});

test("a bit that is wrong in a chunk fails a stranger's CRC, too", async () => {
  const bytes = await bytesOf(golden("session_v1.mcap"));
  bytes[infoOf(golden("session_v1_cut.mcap"), 5).damage.at_byte - 200] ^= 1;
  assert.throws(() => streamed(bytes));
});

test("schemas are protobuf with whole descriptor sets, one message each", async () => {
  for (const schema of streamed(await bytesOf(fresh)).schemas.values()) {
    assert.equal(schema.encoding, "protobuf");
    assert.ok(decoderOf(schema).fieldsArray.length > 0);
  }
});
