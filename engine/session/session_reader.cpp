#include "engine/session/session_reader.hpp"

#include <algorithm>
#include <utility>

#include "engine/session/torn_tail.hpp"

namespace trocar {

using mcap::Opcode;

namespace {

constexpr std::uint64_t max_record_bytes = std::uint64_t{256} << 20U;

std::string number(std::uint64_t n) { return std::to_string(n); }

}  // namespace

Result<std::unique_ptr<SessionReader>> SessionReader::open(const std::filesystem::path& path) {
  auto file = RecordFile::open(path);
  if (!file) return file.error();
  const mcap::Bytes magic = std::as_bytes(std::span(mcap::magic));
  std::unique_ptr<SessionReader> reader(new SessionReader(std::move(file).value()));
  RecordFile& in = *reader->file_;
  reader->end_.file_bytes = in.size();
  if (!std::ranges::equal(in.peek(magic.size()), magic)) {
    return Error{Code::malformed, path.string() + ": expected a session file (MCAP), found " +
                                      (in.size() == 0 ? "nothing" : "other first bytes")};
  }
  reader->chain_.cover(magic);
  in.skip(magic.size());
  reader->end_.whole_bytes = magic.size();
  reader->owes_link_ = true;
  return reader;
}

// Remembers the first fault; nothing is read beyond it.
bool SessionReader::stop(std::string why, bool ran_out) {
  const std::uint64_t at = chunk_record_size_ > 0 ? chunk_record_ : file_->at();
  if (!end_.fault) end_.fault = SessionEnd::Fault{at, std::move(why), ran_out};
  return false;
}

const SessionReader::Item* SessionReader::next() {
  has_item_ = false;
  while (!has_item_ && !end_.fault && !end_.closed) {
    if (chunk_record_size_ > 0 ? !next_in_chunk() : !next_record()) break;
  }
  return has_item_ ? &item_ : nullptr;
}

bool SessionReader::next_record() {
  if (file_->left() == 0) {
    return stop("the recording was not ended: expected more, found nothing", true);
  }
  mcap::Reader head(file_->peek(mcap::record_head));
  const auto opcode = static_cast<Opcode>(head.u8());
  const std::uint64_t length = head.u64();
  const std::uint64_t left = file_->left();
  if (!head.ok()) return stop("cut: expected a record, found " + number(left) + " bytes", true);
  if (length > left - mcap::record_head || length > max_record_bytes) {
    return stop("cut or damaged: expected a record of " + number(length) + " bytes, found " +
                    number(left - mcap::record_head),
                length > left - mcap::record_head);
  }
  const auto size = static_cast<std::size_t>(mcap::record_head + length);
  const mcap::Bytes record = file_->peek(size);
  if (record.size() != size) return stop("cannot be read");
  const mcap::Bytes body = record.subspan(mcap::record_head);
  if (opcode == Opcode::chain_link) return take_link(record, body);
  if (opcode == Opcode::data_end) return end_data(body);
  if (opcode == Opcode::chunk) return open_chunk(size);  // it moves on when the chunk is read
  if (file_->at() >= checked_link_) chain_.cover(record);
  if (!take(opcode, body)) return false;
  file_->skip(size);
  end_.whole_bytes = file_->at();
  return true;
}

bool SessionReader::take(Opcode opcode, mcap::Bytes body) {
  const auto one = [&](auto value, const char* what) {
    if (!mcap::read(body, value)) return stop(std::string("damaged: ") + what);
    item_ = std::move(value);
    return has_item_ = true;
  };
  if (opcode == Opcode::schema) return one(mcap::Schema{}, "a schema");
  if (opcode == Opcode::channel) return one(mcap::Channel{}, "a channel");
  if (opcode == Opcode::attachment) return one(mcap::Attachment{}, "an attachment");
  if (opcode == Opcode::message) return stop("damaged: a message outside of a chunk");
  if (opcode == Opcode::footer) return stop("damaged: a footer without the end of the data");
  return true;  // an index, a header, or a record of a later version
}

bool SessionReader::open_chunk(std::size_t record_size) {
  if (owes_link_) return stop("damaged: expected a chain link before this chunk, found none");
  const mcap::Bytes record = file_->peek(record_size);
  mcap::Reader in(record.subspan(mcap::record_head));
  in.u64();
  in.u64();
  const std::uint64_t size = in.u64();
  const std::uint32_t crc = in.u32();
  const std::string compression = in.text();
  const mcap::Bytes records = in.raw(in.u64());
  if (!in.at_end() || !compression.empty() || records.size() != size) {
    return stop("damaged: a chunk whose sizes contradict each other");
  }
  if (mcap::crc32(records) != crc) return stop("damaged: the CRC of a chunk does not hold");
  const std::size_t behind = record_size - records.size();  // they stand at the record's end
  if (!check_link_behind(record_size)) return false;
  chunk_ = file_->peek(record_size).subspan(behind);
  chunk_record_ = file_->at();
  chunk_record_size_ = record_size;
  owes_link_ = true;
  return true;
}

// Before a message of the chunk at hand is given: its indexes up to the link, and whether that
// fits. A chunk that was put in, swapped or changed has its own CRC right; only the link tells.
bool SessionReader::check_link_behind(std::size_t chunk_size) {
  std::size_t size = chunk_size;
  for (;;) {
    const mcap::Bytes some = file_->peek(size + mcap::record_head);
    if (some.size() < size) return stop("cannot be read");
    mcap::Reader head(some.subspan(size));
    const auto opcode = static_cast<Opcode>(head.u8());
    const std::uint64_t length = head.u64();
    if (!head.ok() || length > file_->left() - size - mcap::record_head) {
      return is_torn_behind(chunk_size);
    }
    const bool is_far = size + length > 2 * max_record_bytes;
    if (opcode == Opcode::chunk || opcode == Opcode::data_end || is_far) {
      return stop("altered: expected a chain link behind this chunk, found none");
    }
    const std::size_t end = size + mcap::record_head + static_cast<std::size_t>(length);
    if (opcode != Opcode::chain_link) {
      size = end;
      continue;
    }
    const mcap::Bytes stretch = file_->peek(end);
    if (stretch.size() != end) return stop("cannot be read");
    chain_.cover(stretch.first(size));
    checked_link_ = file_->at() + size;
    return chain_.check_link(stretch.subspan(size + mcap::record_head)) ||
           stop("altered: the chain link at byte " + number(checked_link_) +
                " does not fit what was read before it, from byte " + number(end_.linked_bytes));
  }
}

// The file ends before a link: a program that was killed, and the chunk, which is whole, counts.
// With a link further behind a length was damaged, and this chunk's link is not known.
bool SessionReader::is_torn_behind(std::size_t chunk_size) {
  const std::uint64_t left = std::min(file_->left(), 2 * max_record_bytes);
  const mcap::Bytes behind = file_->peek(static_cast<std::size_t>(left)).subspan(chunk_size);
  if (left == file_->left() && !holds_link(behind)) return true;
  return stop("damaged: expected a chain link behind this chunk, found none");
}

bool SessionReader::next_in_chunk() {
  if (chunk_.empty()) {
    file_->skip(std::exchange(chunk_record_size_, 0));
    end_.whole_bytes = file_->at();
    ++end_.chunks;
    return true;
  }
  mcap::Reader in(chunk_);
  const auto opcode = static_cast<Opcode>(in.u8());
  const mcap::Bytes body = in.raw(in.u64());
  mcap::Message message;
  if (!in.ok() || opcode != Opcode::message || !mcap::read(body, message)) {
    return stop("damaged: expected a message in a chunk, found something else");
  }
  chunk_ = in.rest();
  item_ = message;
  ++end_.messages;
  return has_item_ = true;
}

bool SessionReader::take_link(mcap::Bytes record, mcap::Bytes body) {
  const bool was_checked = checked_link_ == file_->at();  // with its chunk
  if (!was_checked && !chain_.check_link(body)) {
    return stop("altered: the chain link does not fit what was read before it, from byte " +
                number(end_.linked_bytes));
  }
  owes_link_ = false;
  file_->skip(record.size());
  end_.whole_bytes = end_.linked_bytes = file_->at();
  end_.links = chain_.links();
  end_.digest = chain_.digest();
  return true;
}

bool SessionReader::end_data(mcap::Bytes body) {
  mcap::Reader in(body);
  const std::uint32_t crc = in.u32();
  if (owes_link_ || end_.linked_bytes != file_->at()) {
    return stop("damaged: expected a chain link before the end of the data, found none");
  }
  if (!in.at_end() || crc != 0) return stop("damaged: the end of the data");
  file_->skip(mcap::record_head + body.size());
  end_.data_ended = true;
  read_summary();
  return false;
}

// Indexes for random access, which we do not use; but a bit of it that is wrong is told.
void SessionReader::read_summary() {
  constexpr std::size_t footer_body = 8 + 8 + 4;
  constexpr std::size_t footer = mcap::record_head + footer_body;
  const std::uint64_t from = file_->at();
  const std::uint64_t left = file_->left();
  const std::size_t magic = mcap::magic.size();
  if (left < footer + magic || left > max_record_bytes) {
    stop("cut or damaged: the summary behind the data", left <= max_record_bytes);
    return;
  }
  const mcap::Bytes rest = file_->peek(static_cast<std::size_t>(left));
  const mcap::Bytes summary = rest.first(rest.size() - magic);
  mcap::Reader in(summary.last(footer));
  const bool is_footer = in.u8() == static_cast<std::uint8_t>(Opcode::footer) &&
                         in.u64() == footer_body && in.u64() == from && in.u64() >= from;
  const bool is_whole = in.u32() == mcap::crc32(summary.first(summary.size() - 4)) &&
                        std::ranges::equal(rest.last(magic), std::as_bytes(std::span(mcap::magic)));
  if (!is_footer || !is_whole) {
    stop("cut or damaged: the summary behind the data", !is_footer && !holds_end(rest));
    return;
  }
  file_->skip(rest.size());
  end_.whole_bytes = file_->at();
  end_.closed = true;
}

}  // namespace trocar
