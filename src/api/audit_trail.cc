// SPDX-License-Identifier: Apache-2.0
#include "api/audit_trail.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>
#include <vector>

#include "base/text.h"
#include "crypto/crypto.h"
#include "json/value.h"
#include "json/writer.h"

namespace pons::api {
namespace {

constexpr std::string_view kBatchStart = "{\"batch\":";
constexpr std::string_view kGenesis =
    "0000000000000000000000000000000000000000000000000000000000000000";

std::string SegmentName(std::int64_t number) {
  char name[40];
  std::snprintf(name, sizeof name, "audit-%08lld.jsonl", static_cast<long long>(number));
  return name;
}

// Segment numbers in `folder`, ascending.
std::vector<std::int64_t> Segments(const std::string& folder) {
  std::vector<std::int64_t> numbers;
  std::error_code ec;
  for (const auto& file : std::filesystem::directory_iterator(folder, ec)) {
    const std::string name = file.path().filename().string();
    if (name.size() == 20 && name.starts_with("audit-") && name.ends_with(".jsonl")) {
      numbers.push_back(std::strtoll(name.c_str() + 6, nullptr, 10));
    }
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

Result<std::string> ReadWhole(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return MakeError(Fault::kUnavailable, "The audit file " + path + " cannot be read.");
  return std::string(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
}

// Where the last batch of `text` begins; npos: there is none.
std::size_t LastBatch(std::string_view text) {
  const std::size_t at = text.rfind(std::string("\n") + std::string(kBatchStart));
  if (at != std::string_view::npos) return at + 1;
  return text.starts_with(kBatchStart) ? 0 : std::string_view::npos;
}

class FileTrail final : public AuditTrail {
 public:
  FileTrail(const AuditOptions& options, Clock& clock, Logger& log)
      : options_(options), clock_(clock), log_(log) {}
  ~FileTrail() override {
    stop_.Cancel();
    if (syncer_.joinable()) syncer_.join();
    if (!Commit()) log_.Error("audit entries were left unwritten at the end");
    if (fd_ >= 0) {
      fdatasync(fd_);
      close(fd_);
    }
  }
  FileTrail(const FileTrail&) = delete;
  FileTrail& operator=(const FileTrail&) = delete;

  Result<void> Start() {
    std::error_code ec;
    std::filesystem::create_directories(options_.folder, ec);
    const auto numbers = Segments(options_.folder);
    segment_ = numbers.empty() ? 1 : numbers.back();
    PONS_TRY(OpenSegment());
    if (size_ != 0) PONS_TRY(Resume());
    if (options_.sync_interval.count() > 0) {
      syncer_ = std::thread([this] {
        while (!stop_.WaitFor(options_.sync_interval)) Sync();
      });
    }
    return Ok();
  }

  void Add(const AuditEntry& entry) override {
    const Instant now = clock_.Now();
    const std::lock_guard lock(mutex_);
    json::Writer w(pending_);
    w.BeginObject();
    w.Member("time", Stamp(now));
    w.MemberIfAny("request", entry.request);
    w.MemberIfAny("app", entry.app);
    w.MemberIfAny("user", entry.user);
    w.MemberIfAny("role", entry.role);
    w.MemberIfAny("organization", entry.organization);
    w.Member("operation", entry.operation);
    w.MemberIfAny("type", entry.type);
    w.MemberIfAny("id", entry.id);
    w.MemberIfAny("parameters", entry.parameters);
    w.MemberIfAny("peer", entry.peer);
    w.Member("status", entry.status);
    w.Member("count", entry.count);
    w.EndObject();
    pending_ += '\n';
  }

  bool Commit() override {
    const std::lock_guard lock(mutex_);
    if (pending_.empty()) return true;
    if (size_ >= options_.segment_bytes) Rotate();
    batch_.clear();
    json::Writer w(batch_);
    w.BeginObject();
    w.Member("batch", batch_number_ + 1);
    w.Member("time", Stamp(clock_.Now()));
    w.Member("previous", head_);
    if (after_torn_) w.Member("after_torn", true);
    w.EndObject();
    batch_ += '\n';
    batch_ += pending_;
    const bool written = WriteBatch();
    if (written != healthy_.load()) {
      healthy_ = written;
      if (written) {
        log_.Info("audit trail is written again; answers are given again");
      } else {
        log_.Error("audit trail cannot be written: nothing is answered until it can",
                   {{"folder", options_.folder},
                    {"cause", std::strerror(errno)},
                    {"next", "free space on that disk"}});
      }
    }
    if (!written) return false;
    head_ = Hex(crypto::Sha256(batch_));
    ++batch_number_;
    after_torn_ = false;
    pending_.clear();
    dirty_ = true;
    if (options_.sync_interval.count() == 0) return fdatasync(fd_) == 0;
    return true;
  }

  bool healthy() const override { return healthy_.load(std::memory_order_relaxed); }

  std::string head() const override {
    const std::lock_guard lock(mutex_);
    return head_;
  }

 private:
  // FormatInstant, kept for the millisecond: many lines share one.
  const std::string& Stamp(Instant now) {
    if (now != stamp_at_ || stamp_.empty()) {
      stamp_at_ = now;
      stamp_ = FormatInstant(now);
    }
    return stamp_;
  }

  Result<void> OpenSegment() {
    const std::string path = options_.folder + "/" + SegmentName(segment_);
    const int fd = open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    struct stat info {};
    if (fd < 0 || fstat(fd, &info) != 0) {
      const std::string why = std::strerror(errno);
      if (fd >= 0) close(fd);
      return MakeError(Fault::kMisconfigured, "The audit trail " + path + " cannot be written (" +
                                                  why + "): check the folder's owner and space.");
    }
    if (fd_ >= 0) {
      fdatasync(fd_);
      close(fd_);
    }
    fd_ = fd;
    size_ = static_cast<std::uint64_t>(info.st_size);
    return Ok();
  }

  // Takes up the chain where the last process left it.
  Result<void> Resume() {
    PONS_ASSIGN(std::string text, ReadWhole(options_.folder + "/" + SegmentName(segment_)));
    if (!text.ends_with('\n')) {
      // A crash in mid-write. What it cut was never acknowledged; the piece stays, on its own line.
      if (write(fd_, "\n", 1) != 1) {
        return MakeError(Fault::kUnavailable,
                         "The audit trail cannot be written: is the disk full?");
      }
      text += '\n';
      ++size_;
      after_torn_ = true;
      log_.Warn("audit trail ends in a torn line, which is kept", {{"segment", segment_}});
    }
    const std::size_t at = LastBatch(text);
    const auto line =
        at == std::string::npos
            ? Result<json::Value>(MakeError(Fault::kRejected, ""))
            : json::Parse(std::string_view(text).substr(at, text.find('\n', at) - at));
    if (!line || !line->Integer("batch")) {
      // Not even one batch line is whole: the chain goes on from the segment before.
      return ResumeBefore(text);
    }
    batch_number_ = *line->Integer("batch");
    head_ = Hex(crypto::Sha256(std::string_view(text).substr(at)));
    return Ok();
  }

  Result<void> ResumeBefore(std::string_view torn) {
    if (segment_ == 1 || LastBatch(torn) > 0) {
      // The first write ever was cut, or the cut batch line follows whole batches.
      const std::size_t at = LastBatch(torn);
      if (at == 0 || at == std::string_view::npos) return Ok();
      const std::size_t before = LastBatch(torn.substr(0, at - 1));
      if (before == std::string_view::npos) return Ok();
      const auto line = json::Parse(torn.substr(before, torn.find('\n', before) - before));
      if (!line || !line->Integer("batch")) {
        return MakeError(Fault::kRejected, "The audit trail's last batches cannot be read.");
      }
      batch_number_ = *line->Integer("batch");
      head_ = Hex(crypto::Sha256(torn.substr(before)));
      return Ok();
    }
    PONS_ASSIGN(std::string text, ReadWhole(options_.folder + "/" + SegmentName(segment_ - 1)));
    const std::size_t at = LastBatch(text);
    if (at == std::string::npos) {
      return MakeError(Fault::kRejected, "The audit trail's last whole segment cannot be read.");
    }
    const auto line = json::Parse(std::string_view(text).substr(at, text.find('\n', at) - at));
    if (!line || !line->Integer("batch")) {
      return MakeError(Fault::kRejected, "The audit trail's last batch cannot be read.");
    }
    batch_number_ = *line->Integer("batch");
    head_ = Hex(crypto::Sha256(std::string_view(text).substr(at)));
    return Ok();
  }

  void Rotate() {
    ++segment_;
    if (const auto opened = OpenSegment(); !opened) {
      --segment_;
      log_.Error("audit trail goes on in its full segment", {{"cause", opened.error().summary}});
    } else {
      log_.Info("audit trail begins a segment", {{"segment", segment_}, {"chain", head_}});
    }
  }

  // All of batch_, or nothing of it.
  bool WriteBatch() {
    if (tail_dirty_ && ftruncate(fd_, static_cast<off_t>(size_)) != 0) return false;
    tail_dirty_ = false;
    std::string_view rest = batch_;
    while (!rest.empty()) {
      const ssize_t n = write(fd_, rest.data(), rest.size());
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) {
        const int cause = errno;
        if (rest.size() != batch_.size()) {
          tail_dirty_ = ftruncate(fd_, static_cast<off_t>(size_)) != 0;
        }
        errno = cause;
        return false;
      }
      rest.remove_prefix(static_cast<std::size_t>(n));
    }
    size_ += batch_.size();
    return true;
  }

  void Sync() {
    int copy = -1;
    {
      const std::lock_guard lock(mutex_);
      if (!dirty_) return;
      dirty_ = false;
      copy = dup(fd_);
    }
    // Outside the lock: a slow disk must not hold up answers.
    if (copy < 0 || fdatasync(copy) != 0) {
      log_.Error("audit trail could not be synced to disk", {{"cause", std::strerror(errno)}});
    }
    if (copy >= 0) close(copy);
  }

  const AuditOptions options_;
  Clock& clock_;
  Logger& log_;
  CancelToken stop_;
  std::thread syncer_;

  mutable std::mutex mutex_;
  int fd_ = -1;
  std::int64_t segment_ = 1;
  std::uint64_t size_ = 0;
  std::int64_t batch_number_ = 0;
  std::string head_{kGenesis};
  std::string pending_;
  std::string batch_;
  std::string stamp_;
  Instant stamp_at_{};
  bool after_torn_ = false;
  bool tail_dirty_ = false;
  bool dirty_ = false;
  std::atomic<bool> healthy_{true};
};

// Walks the lines of all segments as one stream.
class Verifier {
 public:
  explicit Verifier(AuditSummary& summary) : summary_(summary) {}

  Result<void> Segment(const std::string& name, std::string_view text) {
    std::int64_t number = 0;
    while (!text.empty()) {
      const std::size_t end = text.find('\n');
      const std::string_view line = text.substr(0, end);
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
      ++number;
      if (const auto checked = Line(line, end != std::string_view::npos); !checked) {
        return MakeError(Fault::kRejected,
                         name + " line " + std::to_string(number) + ": " + checked.error().summary);
      }
    }
    return Ok();
  }

  Result<void> End() {
    if (torn_pending_ && !last_line_torn_) return Broken("a line is damaged");
    if (in_batch_) summary_.head = Hex(crypto::Sha256(batch_));
    return Ok();
  }

 private:
  static Error Broken(std::string why) { return MakeError(Fault::kRejected, std::move(why)); }

  Result<void> Line(std::string_view line, bool complete) {
    last_line_torn_ = false;
    const auto value = json::Parse(line);
    if (!value || !value->is_object() || !complete) {
      // Only a crash leaves such a line, and only the batch that says so may follow it.
      if (torn_pending_) return Broken("two damaged lines in a row");
      torn_pending_ = true;
      last_line_torn_ = true;
      ++summary_.torn;
      Append(line);
      return Ok();
    }
    if (const auto batch = value->Integer("batch")) return BatchLine(*value, *batch, line);
    if (torn_pending_) return Broken("the line before it is damaged");
    if (!in_batch_) return Broken("an entry stands before the first batch");
    ++summary_.entries;
    Append(line);
    return Ok();
  }

  Result<void> BatchLine(const json::Value& value, std::int64_t batch, std::string_view line) {
    const json::Value* torn = value.Find("after_torn");
    // The cut may have taken nothing but the line break.
    if (torn_pending_ && torn == nullptr) return Broken("the line before it is damaged");
    const std::string expected = in_batch_ ? Hex(crypto::Sha256(batch_)) : std::string(kGenesis);
    if (batch != summary_.batches + 1) return Broken("a batch is missing before this one");
    if (value.Text("previous") != expected) {
      return Broken("the batch before it is not as it was written");
    }
    torn_pending_ = false;
    in_batch_ = true;
    batch_.clear();
    ++summary_.batches;
    Append(line);
    return Ok();
  }

  void Append(std::string_view line) {
    if (!in_batch_) return;
    batch_ += line;
    batch_ += '\n';
  }

  AuditSummary& summary_;
  std::string batch_;
  bool in_batch_ = false;
  bool torn_pending_ = false;
  bool last_line_torn_ = false;
};

}  // namespace

Result<std::unique_ptr<AuditTrail>> AuditTrail::Open(const AuditOptions& options, Clock& clock,
                                                     Logger& log) {
  auto trail = std::make_unique<FileTrail>(options, clock, log);
  PONS_TRY(trail->Start());
  return std::unique_ptr<AuditTrail>(std::move(trail));
}

Result<AuditSummary> VerifyAuditTrail(const std::string& folder) {
  const auto numbers = Segments(folder);
  if (numbers.empty()) {
    return MakeError(Fault::kNotFound, "There is no audit trail in " + folder + ".");
  }
  AuditSummary summary;
  summary.head = kGenesis;
  Verifier verifier(summary);
  std::int64_t expected = 1;
  for (const std::int64_t number : numbers) {
    if (number != expected++) {
      return MakeError(Fault::kRejected, SegmentName(expected - 1) + " is missing.");
    }
    PONS_ASSIGN(const std::string text, ReadWhole(folder + "/" + SegmentName(number)));
    PONS_TRY(verifier.Segment(SegmentName(number), text));
    ++summary.segments;
  }
  PONS_TRY(verifier.End());
  return summary;
}

}  // namespace pons::api
