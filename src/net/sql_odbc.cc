// SPDX-License-Identifier: Apache-2.0
// SqlTransport over ODBC. A driver's own time limits count whole seconds and trust the server to
// answer a cancel, so the calls run on a thread of their own: the caller waits for it until the
// deadline or the cancel and no longer. A thread that does not come back is left to the driver's
// limits, told to deliver nothing more, and replaced on the next call.
//
// Sinks are called on that thread while the caller waits, never after Query has returned.
#include <condition_variable>
#include <mutex>
#include <thread>

#include "net/sql.h"
#include "net/sql_odbc_session.h"

namespace pons::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// How soon a cancel is noticed while waiting.
constexpr milliseconds kCancelCheck{20};

struct Job {
  SqlStatement statement;  // a copy: the thread may outlive the call
  const SqlColumnsSink* columns = nullptr;
  const SqlRowSink* row = nullptr;
  bool abandoned = false;  // the sinks are gone
  bool done = false;
  bool left = false;  // the statement may have reached the database
  Result<void> result = Ok();
};

// One thread with one ODBC session. Everything below `mutex` is guarded by it, the sinks included.
class Worker : public std::enable_shared_from_this<Worker> {
 public:
  explicit Worker(OdbcSettings settings)
      : connect_timeout_(settings.connect_timeout), session_(std::move(settings)) {}

  void Start() {
    thread_ = std::thread([self = shared_from_this()] { self->Run(); });
  }

  // Ends the thread. Requires: no job is running.
  void Stop() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    wake_.notify_all();
    thread_.join();
  }

  // True: the job is done. False: it was abandoned, and so is this worker; `left` stands still.
  bool Do(const std::shared_ptr<Job>& job, const CancelToken& cancel) {
    const auto until = steady_clock::now() + job->statement.timeout;
    std::unique_lock lock(mutex_);
    job_ = job;
    wake_.notify_all();
    while (!job->done) {
      const auto left = until - steady_clock::now();
      if (left <= steady_clock::duration::zero() || cancel.cancelled()) {
        job->abandoned = true;
        stop_ = true;
        thread_.detach();
        return false;
      }
      wake_.wait_for(lock, std::min<steady_clock::duration>(left, kCancelCheck));
    }
    return true;
  }

 private:
  void Run() {
    std::unique_lock lock(mutex_);
    while (true) {
      wake_.wait(lock, [this] { return job_ != nullptr || stop_; });
      if (job_ == nullptr) break;
      const auto job = std::exchange(job_, nullptr);
      lock.unlock();
      auto result = Perform(*job);
      lock.lock();
      job->result = std::move(result);
      job->done = true;
      wake_.notify_all();
    }
    lock.unlock();
    session_.Disconnect();
  }

  Result<void> Perform(Job& job) {
    if (!session_.connected()) {
      PONS_TRY(session_.Connect(std::min(connect_timeout_, job.statement.timeout)));
    }
    {
      const std::lock_guard lock(mutex_);
      // Whoever waited has been told that nothing happened.
      if (job.abandoned) return MakeError(Fault::kCancelled, "nobody waits for this statement");
      job.left = true;
    }
    auto result = session_.Execute(job.statement, ReaderFor(job));
    if (!result) {
      const auto fault = result.error().fault;
      // What the session's state is after these cannot be known; a new one can.
      if (fault == Fault::kUnavailable || fault == Fault::kProtocol || fault == Fault::kCancelled) {
        session_.Disconnect();
      }
    }
    return result;
  }

  OdbcSession::Reader ReaderFor(Job& job) {
    OdbcSession::Reader reader;
    reader.columns = [this, &job](std::span<const SqlColumn> columns) {
      const std::lock_guard lock(mutex_);
      if (job.abandoned) return false;
      if (*job.columns) (*job.columns)(columns);
      return true;
    };
    reader.batch = [this, &job](std::size_t rows, const std::function<SqlRow(std::size_t)>& row) {
      const std::lock_guard lock(mutex_);
      for (std::size_t i = 0; i < rows && !job.abandoned; ++i) {
        const auto read = row(i);
        if (read.empty() || !(*job.row)(read)) return false;
      }
      return !job.abandoned;
    };
    return reader;
  }

  const milliseconds connect_timeout_;
  OdbcSession session_;  // the thread's alone
  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::shared_ptr<Job> job_;
  bool stop_ = false;
};

class OdbcTransport final : public SqlTransport {
 public:
  explicit OdbcTransport(OdbcSettings settings) : settings_(std::move(settings)) {}
  ~OdbcTransport() override {
    if (worker_ != nullptr) worker_->Stop();
  }

  Result<void> Query(const SqlStatement& statement, const SqlColumnsSink& columns,
                     const SqlRowSink& row, const CancelToken& cancel) override {
    if (cancel.cancelled()) return MakeError(Fault::kCancelled, "the statement was cancelled");
    if (statement.timeout <= milliseconds::zero()) {
      return MakeError(Fault::kUnavailable, "no time was left to ask the database");
    }
    if (worker_ == nullptr) {
      worker_ = std::make_shared<Worker>(settings_);
      worker_->Start();
    }
    const auto job = std::make_shared<Job>();
    job->statement = statement;
    job->columns = &columns;
    job->row = &row;
    if (worker_->Do(job, cancel)) return job->result;
    worker_.reset();
    auto error = cancel.cancelled()
                     ? MakeError(Fault::kCancelled, "the statement was cancelled")
                     : MakeError(Fault::kUnavailable, "the database did not answer in time");
    if (job->left) error.effect = Effect::kUnknown;
    return error;
  }

 private:
  const OdbcSettings settings_;
  std::shared_ptr<Worker> worker_;
};

}  // namespace

std::unique_ptr<SqlTransport> MakeOdbcTransport(OdbcSettings settings) {
  return std::make_unique<OdbcTransport>(std::move(settings));
}

}  // namespace pons::net
