// Call detail records: one JSON line a call, appended by a thread of its own, whole or not at all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace strowger::observe {

struct CdrOptions {
    std::string path;
    bool sync = false;                 // fdatasync after each group of lines: outlives a power cut too
    std::uint64_t rotate_octets = 0;   // start a new file (path.YYYYMMDDTHHMMSSZ) at this size; 0: never
    std::size_t queue_limit = 65'536;  // lines that may wait while the disk does not take them
};

struct CdrCounts {
    std::uint64_t written = 0;
    std::uint64_t lost = 0;      // the queue was full; each is logged, with the line, at error level
    std::uint64_t failures = 0;  // writes that had to be repeated
    std::uint64_t repaired = 0;  // octets of a torn last line that were cut off at the start
    bool degraded = false;       // the disk does not take lines now
};

// Control thread, except where a member says otherwise.
class CdrWriter {
  public:
    // Opens the file for appending; a last line without its end (a crash in the middle of a write) is cut
    // off. nullptr: `error` says what is wrong and what to do.
    [[nodiscard]] static std::unique_ptr<CdrWriter> open(const CdrOptions& options, std::string& error);
    // Writes what waits.
    ~CdrWriter();

    // Queues one record: JSON without line breaks. Never blocks. False: the queue is full, the record is
    // lost.
    bool write(std::string json);
    // Waits until all that was queued is written. For the orderly end: it blocks.
    void flush();
    // Closes and opens the file again, after it was moved away (SIGHUP). Any thread.
    void reopen();
    [[nodiscard]] CdrCounts counts() const;

  private:
    struct State;
    explicit CdrWriter(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace strowger::observe
