#pragma once
#include <ostream>

// Counts what has no place between the last byte of a reply and the hand-over: memory taken from
// the heap, locks, and work on files (a line of log is a lock and a write). It does so by standing
// before the C library's own functions, so that it sees the standard library, spdlog and asio, too.
namespace trocar::test {

// On any thread, since the program began.
struct Work {
  long allocations = 0;  // malloc and its kin; operator new takes its memory from them
  long locks = 0;        // mutexes and reader-writer locks
  long files = 0;        // opened, or written to: a file, a FILE, standard output or error
  bool operator==(const Work&) const = default;
};
Work work();
inline long allocations() { return work().allocations; }

// Under a sanitizer, which stands there itself, only allocations are counted.
extern const bool counts_locks_and_files;

template <class Body>
Work work_of(const Body& body) {
  const Work before = work();
  body();
  const Work after = work();
  return {after.allocations - before.allocations, after.locks - before.locks,
          after.files - before.files};
}
template <class Body>
long allocations_of(const Body& body) {
  return work_of(body).allocations;
}

inline std::ostream& operator<<(std::ostream& out, const Work& w) {
  return out << w.allocations << " allocations, " << w.locks << " locks, " << w.files << " files";
}

}  // namespace trocar::test
