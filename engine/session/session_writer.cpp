#include "engine/session/session_writer.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace trocar {

using mcap::Opcode;

void SessionWriter::Span::hold(std::uint64_t ns, bool is_first) {
  first_ns = is_first ? ns : std::min(first_ns, ns);
  last_ns = is_first ? ns : std::max(last_ns, ns);
}

SessionWriter::SessionWriter(std::unique_ptr<AppendFile> file, SessionPrologue prologue)
    : file_(std::move(file)), prologue_(std::move(prologue)), tracks_(prologue_.channels.size()) {}

Result<std::unique_ptr<SessionWriter>> SessionWriter::begin(std::unique_ptr<AppendFile> file,
                                                            SessionPrologue prologue) {
  std::unique_ptr<SessionWriter> writer(new SessionWriter(std::move(file), std::move(prologue)));
  if (const Status begun = writer->write_prologue(); !begun) return begun.error();
  return writer;
}

Status SessionWriter::write_prologue() {
  mcap::Writer out(out_);
  out.raw(std::as_bytes(std::span(mcap::magic)));
  const std::size_t header = out.begin(Opcode::header);
  out.text("trocar");
  out.text(prologue_.library);
  out.end(header);
  for (const mcap::Schema& s : prologue_.schemas) mcap::write(out, s);
  for (const mcap::Channel& c : prologue_.channels) mcap::write(out, c);
  mcap::Writer index(attachment_indexes_);
  for (mcap::Attachment& a : prologue_.attachments) {
    const std::uint64_t at = out.size();
    mcap::write(out, a);
    const std::size_t begun = index.begin(Opcode::attachment_index);
    index.u64(at);
    index.u64(out.size() - at);
    index.u64(a.log_time_ns);
    index.u64(a.log_time_ns);
    index.u64(a.data.size());
    index.text(a.name);
    index.text(a.media_type);
    index.end(begun);
    a.data = {};
  }
  return put(true);
}

// Appends and syncs what stands in out_, which is empty afterwards.
Status SessionWriter::put(bool with_link) {
  if (failed_) return *failed_;
  mcap::Writer out(out_);
  if (with_link) {
    chain_.cover(out_);
    chain_.write_link(out);
  }
  Status done = file_->append(out_);
  if (done) done = file_->sync();
  if (!done) {
    failed_ = done.error();
    return done;
  }
  file_size_ += out_.size();
  out_.clear();
  return Done{};
}

void SessionWriter::add(std::uint16_t channel, std::uint64_t log_time_ns, mcap::Bytes data) {
  assert(channel >= 1 && channel <= tracks_.size());
  Track& track = tracks_[channel - 1U];
  track.index.push_back({log_time_ns, chunk_.size()});
  const std::size_t from = chunk_.size();
  mcap::Writer out(chunk_);
  mcap::write(out, mcap::Message{channel, track.next_sequence++, log_time_ns, data});
  chunk_crc_ = mcap::crc32(mcap::Bytes(chunk_).subspan(from), chunk_crc_);
  chunk_span_.hold(log_time_ns, chunk_messages_++ == 0);
}

void SessionWriter::write_chunk(mcap::Writer& out) {
  const std::size_t begun = out.begin(Opcode::chunk);
  out.u64(chunk_span_.first_ns);
  out.u64(chunk_span_.last_ns);
  out.u64(chunk_.size());
  out.u32(chunk_crc_);
  out.text("");  // not compressed
  out.u64(chunk_.size());
  out.raw(chunk_);
  out.end(begun);
}

// The message index of each channel behind the chunk, and the chunk's line of the summary.
void SessionWriter::write_indexes(mcap::Writer& out, std::uint64_t chunk_length) {
  mcap::Writer summary(chunk_indexes_);
  const std::size_t line = summary.begin(Opcode::chunk_index);
  summary.u64(chunk_span_.first_ns);
  summary.u64(chunk_span_.last_ns);
  summary.u64(file_size_);
  summary.u64(chunk_length);
  constexpr std::uint32_t entry = 2 + 8;
  const auto used = std::ranges::count_if(tracks_, [](const Track& t) { return !t.index.empty(); });
  summary.u32(static_cast<std::uint32_t>(used) * entry);
  const std::uint64_t indexes_at = out.size();
  for (std::size_t i = 0; i < tracks_.size(); ++i) {
    const std::vector<Indexed>& index = tracks_[i].index;
    if (index.empty()) continue;
    const auto channel = static_cast<std::uint16_t>(i + 1);
    summary.u16(channel);
    summary.u64(file_size_ + out.size());
    const std::size_t begun = out.begin(Opcode::message_index);
    out.u16(channel);
    out.u32(static_cast<std::uint32_t>(index.size() * sizeof(Indexed)));
    for (const Indexed& m : index) {
      out.u64(m.log_time_ns);
      out.u64(m.offset);
    }
    out.end(begun);
  }
  summary.u64(out.size() - indexes_at);
  summary.text("");
  summary.u64(chunk_.size());
  summary.u64(chunk_.size());
  summary.end(line);
}

Status SessionWriter::commit() {
  if (failed_) return *failed_;
  if (chunk_messages_ == 0) return Done{};
  mcap::Writer out(out_);
  write_chunk(out);
  write_indexes(out, out.size());
  Status done = put(true);
  if (!done) return done;
  forget_chunk();
  return Done{};
}

void SessionWriter::forget_chunk() {
  for (Track& t : tracks_) {
    t.messages += t.index.size();
    t.index.clear();
  }
  span_.hold(chunk_span_.first_ns, chunks_ == 0);
  span_.hold(chunk_span_.last_ns, false);
  committed_messages_ += chunk_messages_;
  chunk_messages_ = 0;
  ++chunks_;
  chunk_.clear();
  chunk_crc_ = 0;
}

Status SessionWriter::close() {
  if (Status done = commit(); !done) return done;
  mcap::Writer out(out_);
  const std::size_t begun = out.begin(Opcode::data_end);
  out.u32(0);  // no CRC over everything: the chain says more
  out.end(begun);
  write_summary(out, out.size());
  out.raw(std::as_bytes(std::span(mcap::magic)));
  return put(false);
}

void SessionWriter::write_statistics(mcap::Writer& out) {
  const std::size_t begun = out.begin(Opcode::statistics);
  out.u64(committed_messages_);
  out.u16(static_cast<std::uint16_t>(prologue_.schemas.size()));
  out.u32(static_cast<std::uint32_t>(prologue_.channels.size()));
  out.u32(static_cast<std::uint32_t>(prologue_.attachments.size()));
  out.u32(0);  // metadata records
  out.u32(static_cast<std::uint32_t>(chunks_));
  out.u64(span_.first_ns);
  out.u64(span_.last_ns);
  constexpr std::uint32_t entry = 2 + 8;
  out.u32(static_cast<std::uint32_t>(tracks_.size()) * entry);
  for (std::size_t i = 0; i < tracks_.size(); ++i) {
    out.u16(static_cast<std::uint16_t>(i + 1));
    out.u64(tracks_[i].messages);
  }
  out.end(begun);
}

// `summary_at`: where it begins in out_.
void SessionWriter::write_summary(mcap::Writer& out, std::uint64_t summary_at) {
  struct Group {
    Opcode opcode;
    std::uint64_t from;
    std::uint64_t to;
  };
  std::vector<Group> groups;
  const auto group = [&](Opcode opcode, const auto& write_all) {
    const std::uint64_t from = out.size();
    write_all();
    if (out.size() > from) groups.push_back({opcode, from, out.size()});
  };
  group(Opcode::schema, [&] {
    for (const mcap::Schema& s : prologue_.schemas) mcap::write(out, s);
  });
  group(Opcode::channel, [&] {
    for (const mcap::Channel& c : prologue_.channels) mcap::write(out, c);
  });
  group(Opcode::statistics, [&] { write_statistics(out); });
  group(Opcode::attachment_index, [&] { out.raw(attachment_indexes_); });
  group(Opcode::chunk_index, [&] { out.raw(chunk_indexes_); });
  const std::uint64_t offsets_at = out.size();
  for (const Group& g : groups) {
    const std::size_t begun = out.begin(Opcode::summary_offset);
    out.u8(static_cast<std::uint8_t>(g.opcode));
    out.u64(file_size_ + g.from);
    out.u64(g.to - g.from);
    out.end(begun);
  }
  const std::size_t footer = out.begin(Opcode::footer);
  out.u64(file_size_ + summary_at);
  out.u64(file_size_ + offsets_at);
  out.u32(0);
  out.end(footer);
  out.seal(summary_at);
}

}  // namespace trocar
