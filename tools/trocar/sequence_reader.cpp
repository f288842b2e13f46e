#include "tools/trocar/sequence_reader.hpp"

#include <cmath>
#include <fstream>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "engine/base/transform.hpp"
#include "tools/trocar/sequence_text.hpp"

namespace trocar {
namespace {

constexpr std::size_t most_bytes = std::size_t{1} << 30U;
constexpr std::size_t longest_line = 65'536;
constexpr double latest_s = 1e10;  // the year 2286 of a clock that counts from 1970
constexpr double longest_s = 1e7;
constexpr std::uint64_t most_frames = 1'000'000;
constexpr std::string_view frame_prefix = "Seq_Frame";

std::optional<Eigen::Matrix4d> matrix_of(std::string_view text) {
  Eigen::Matrix4d m;
  for (int i = 0; i < 16; ++i) {
    text = trimmed(text);
    const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
    const auto value = number_of<double>(text.substr(0, end));
    if (!value) return std::nullopt;
    m(i / 4, i % 4) = *value;
    text.remove_prefix(end);
  }
  if (!trimmed(text).empty()) return std::nullopt;
  return m;
}

bool strip_end(std::string& text, std::string_view end) {
  if (!text.ends_with(end)) return false;
  text.resize(text.size() - end.size());
  return true;
}

class Parser {
 public:
  explicit Parser(const std::filesystem::path& file) : file_(file) { header_.file = file; }

  Result<Sequence> parse() {
    std::ifstream in(file_, std::ios::binary);
    if (!in) return Error{Code::io, file_.string() + ": cannot be read"};
    std::string line;
    while (read_line(in, line)) {
      ++line_;
      header_.bytes += line.size() + 1;
      if (header_.bytes > most_bytes)
        return fail(Code::out_of_range, "a header of at most 1 GB", "more");
      if (line.size() > longest_line) {
        return fail(Code::malformed, "lines of at most 64 kB", "a longer one");
      }
      const std::string_view text = trimmed(line);
      if (text.empty()) break;
      if (const Status taken = take(text); !taken) return taken.error();
      if (text.starts_with("ElementDataFile")) break;
    }
    return finish();
  }

 private:
  // Never more of a line than is looked at: a file without line ends is no header.
  static bool read_line(std::istream& in, std::string& line) {
    line.clear();
    for (char c = 0; line.size() <= longest_line && in.get(c);) {
      if (c == '\n') return true;
      line.push_back(c);
    }
    return !line.empty();
  }

  [[nodiscard]] Error fail(Code code, const std::string& expected, const std::string& found) const {
    return {code, file_.string() + ":" + std::to_string(line_) + ": expected " + expected +
                      ", found " + found};
  }

  Status take(std::string_view line) {
    if (!line.starts_with(frame_prefix)) return take_header_line(line, line_, header_);
    line.remove_prefix(frame_prefix.size());
    const std::size_t digits = line.find('_');
    const auto number = number_of<std::uint64_t>(line.substr(0, std::min(digits, line.size())));
    const std::size_t equals = line.find('=');
    if (!number || equals == std::string_view::npos || equals < digits) {
      return fail(Code::malformed, "Seq_Frame<number>_<field> = <value>", std::string(line));
    }
    if (*number >= most_frames) {
      return fail(Code::out_of_range, "at most a million frames", std::to_string(*number));
    }
    std::string field(trimmed(line.substr(digits + 1, equals - digits - 1)));
    if (field.ends_with(':')) field.pop_back();  // NRRD writes :=
    return take(*number, field, trimmed(line.substr(equals + 1)));
  }

  Status take(std::uint64_t number, std::string field, std::string_view value) {
    if (number > frames_.size()) {
      return fail(Code::malformed, "frame " + std::to_string(frames_.size()),
                  "frame " + std::to_string(number));
    }
    if (number == frames_.size()) frames_.emplace_back();
    Raw& frame = frames_[number];
    if (field == "Timestamp") {
      frame.timestamp_s = number_of<double>(value);
      const bool usable = frame.timestamp_s && std::abs(*frame.timestamp_s) <= latest_s;
      if (!usable) return fail(Code::malformed, "a time in s", std::string(value));
    } else if (field == "ImageStatus") {
      frame.has_image = value == "OK";
    } else if (strip_end(field, "TransformStatus")) {
      frame.ok[field] = value == "OK";
    } else if (strip_end(field, "Transform")) {
      const auto m = matrix_of(value);
      if (!m) return fail(Code::malformed, "16 numbers", std::string(value));
      fields_.insert(field);
      frame.matrices[field] = *m;
    }
    return Done{};
  }

  Result<Sequence> finish() {
    if (frames_.empty()) return fail(Code::malformed, "frames (Seq_Frame0000_…)", "none");
    const auto stated = stated_frames(header_);
    if (stated && *stated != frames_.size()) {
      return Error{Code::inconsistent, file_.string() + ": expected " + std::to_string(*stated) +
                                           " frames, as its size says, found " +
                                           std::to_string(frames_.size())};
    }
    Sequence all;
    all.header = header_;
    all.fields.assign(fields_.begin(), fields_.end());
    for (const Raw& raw : frames_) {
      const std::string which = "frame " + std::to_string(all.frames.size());
      if (!raw.timestamp_s) {
        return Error{Code::malformed,
                     file_.string() + ": expected a Timestamp in " + which + ", found none"};
      }
      if (!all.frames.empty() && *raw.timestamp_s < all.frames.back().timestamp_s) {
        return Error{Code::malformed, file_.string() + ": expected times that rise, found " +
                                          which + " before the last"};
      }
      if (!all.frames.empty() && *raw.timestamp_s - all.frames.front().timestamp_s > longest_s) {
        return Error{Code::out_of_range, file_.string() +
                                             ": expected at most 1e7 s in all, found " + which +
                                             " later than that"};
      }
      all.frames.push_back(frame_of(raw, all.not_rigid));
    }
    return all;
  }

  struct Raw {
    std::optional<double> timestamp_s;
    std::map<std::string, Eigen::Matrix4d> matrices;
    std::map<std::string, bool> ok;
    bool has_image = true;
  };

  static SequenceFrame frame_of(const Raw& raw, std::uint64_t& not_rigid) {
    SequenceFrame frame{*raw.timestamp_s, {}, raw.has_image};
    for (const auto& [field, m] : raw.matrices) {
      const auto ok = raw.ok.find(field);
      if (ok != raw.ok.end() && !ok->second) continue;
      Eigen::Isometry3d pose = Eigen::Isometry3d::Identity();
      pose.matrix() = m;
      const bool is_affine = (m.row(3) - Eigen::RowVector4d(0, 0, 0, 1)).cwiseAbs().maxCoeff() == 0;
      if (is_affine && is_rigid(pose)) {
        frame.poses[field] = pose;
      } else {
        ++not_rigid;
      }
    }
    return frame;
  }

  std::filesystem::path file_;
  std::size_t line_ = 0;
  SequenceHeader header_;
  std::set<std::string> fields_;
  std::vector<Raw> frames_;
};

}  // namespace

Result<Sequence> read_sequence(const std::filesystem::path& file) { return Parser(file).parse(); }

}  // namespace trocar
