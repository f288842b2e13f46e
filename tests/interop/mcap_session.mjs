// What @mcap/core and protobufjs make of a session; they know nothing of trocar.
import { McapIndexedReader, McapStreamReader } from "@mcap/core";
import { open, readFile } from "node:fs/promises";
import protobuf from "protobufjs";
import "protobufjs/ext/descriptor.js";

// A schema holds the whole FileDescriptorSet: a stranger needs no .proto file.
export function decoderOf(schema) {
  if (schema.encoding !== "protobuf") throw new Error(`encoding ${schema.encoding}`);
  return protobuf.Root.fromDescriptor(schema.data).lookupType(schema.name);
}

class Contents {
  constructor() {
    this.records = {};
    this.unknown = [];
    this.schemas = new Map();
    this.channels = new Map();
    this.messages = [];
    this.attachments = [];
  }
  take(record) {
    this.records[record.type] = (this.records[record.type] ?? 0) + 1;
    if (record.type === "Header") this.header = record;
    if (record.type === "Schema") this.schemas.set(record.id, record);
    if (record.type === "Channel") this.channels.set(record.id, record);
    if (record.type === "Attachment") this.attachments.push(record);
    if (record.type === "Statistics") this.statistics = record;
    // The reader gives views of its buffer, which it uses again.
    if (record.type === "Unknown") this.unknown.push({ ...record, data: record.data.slice() });
    if (record.type === "Message") this.messages.push({ ...record, data: record.data.slice() });
  }
  topics() {
    const counts = {};
    for (const channel of this.channels.values()) counts[channel.topic] = 0;
    for (const m of this.messages) ++counts[this.channels.get(m.channelId).topic];
    return counts;
  }
  // Messages of a topic, decoded by the schema in the file.
  decoded(topic) {
    const channel = [...this.channels.values()].find((c) => c.topic === topic);
    const decoder = decoderOf(this.schemas.get(channel.schemaId));
    return this.messages
      .filter((m) => m.channelId === channel.id)
      .map((m) => decoder.decode(m.data));
  }
}

// From front to end in small pieces, as from a socket; CRCs of chunks and of the whole are checked.
export function streamed(bytes, pieceBytes = 4096) {
  const reader = new McapStreamReader({ validateCrcs: true });
  const contents = new Contents();
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    reader.append(bytes.subarray(at, at + pieceBytes));
    for (let record; (record = reader.nextRecord()); ) contents.take(record);
  }
  contents.done = reader.done();
  contents.left = reader.bytesRemaining();
  return contents;
}

// By the indexes at its end.
export async function indexed(path) {
  const file = await open(path);
  try {
    const readable = {
      size: async () => BigInt((await file.stat()).size),
      read: async (offset, length) => {
        const into = new Uint8Array(Number(length));
        await file.read(into, 0, into.length, Number(offset));
        return into;
      },
    };
    const reader = await McapIndexedReader.Initialize({ readable });
    const contents = { statistics: reader.statistics, header: reader.header, messages: 0 };
    contents.attachments = [];
    contents.metadata = [];
    contents.times = [];
    for await (const m of reader.readMessages({ validateCrcs: true })) {
      ++contents.messages;
      contents.times.push(m.logTime);
    }
    for await (const a of reader.readAttachments({ validateCrcs: true })) contents.attachments.push(a);
    for await (const m of reader.readMetadata()) contents.metadata.push(m);
    return contents;
  } finally {
    await file.close();
  }
}

export const bytesOf = async (path) => new Uint8Array(await readFile(path));
