// SPDX-License-Identifier: Apache-2.0
// The queue: one thread, one mail at a time, oldest first; what fails waits without holding up the
// rest.
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

#include "notify/smtp.h"

namespace pons::notify {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

class ThreadMailer final : public Mailer {
 public:
  ThreadMailer(SmtpSettings settings, Clock& clock, Random& random, Logger& log,
               MailerOptions options)
      : settings_(std::move(settings)),
        clock_(clock),
        random_(random),
        log_(log),
        options_(std::move(options)),
        thread_([this] { Loop(); }) {}

  ~ThreadMailer() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
  }
  ThreadMailer(const ThreadMailer&) = delete;
  ThreadMailer& operator=(const ThreadMailer&) = delete;

  bool Queue(Message message) override {
    {
      const std::lock_guard lock(mutex_);
      if (waiting_.size() >= options_.most_waiting) return false;
      waiting_.push_back({std::move(message), 0, {}});
    }
    wake_.notify_one();
    return true;
  }
  std::int64_t sent() const override { return sent_.load(); }
  std::int64_t given_up() const override { return given_up_.load(); }

 private:
  struct Waiting {
    Message message;
    std::size_t failures = 0;
    SteadyTime due;
  };

  // The first that is due; otherwise `next` says when one will be.
  std::deque<Waiting>::iterator FirstDue(SteadyTime now, std::optional<SteadyTime>& next) {
    for (auto at = waiting_.begin(); at != waiting_.end(); ++at) {
      if (at->due <= now) return at;
      if (!next || at->due < *next) next = at->due;
    }
    return waiting_.end();
  }

  void Loop() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      std::optional<SteadyTime> next;
      const auto due = FirstDue(std::chrono::steady_clock::now(), next);
      if (due == waiting_.end()) {
        if (next) {
          wake_.wait_until(lock, *next);
        } else {
          wake_.wait(lock);
        }
        continue;
      }
      Waiting one = std::move(*due);
      waiting_.erase(due);
      lock.unlock();
      const auto result = SendMail(settings_, one.message, clock_.Now(), random_);
      lock.lock();
      if (result) {
        ++sent_;
      } else {
        Failed(std::move(one), result.error());
      }
    }
  }

  void Failed(Waiting one, const Error& error) {
    const bool may_pass =
        error.fault == Fault::kUnavailable || error.fault == Fault::kUnauthenticated;
    if (may_pass && one.failures < options_.pauses.size()) {
      one.due = std::chrono::steady_clock::now() + options_.pauses[one.failures++];
      waiting_.push_back(std::move(one));
      log_.Warn("a mail could not be sent and is tried again", {{"cause", error.summary}});
      return;
    }
    ++given_up_;
    log_.Error("a mail could not be sent and is given up", {{"cause", error.summary}});
  }

  const SmtpSettings settings_;
  Clock& clock_;
  Random& random_;
  Logger& log_;
  const MailerOptions options_;
  std::atomic<std::int64_t> sent_{0};
  std::atomic<std::int64_t> given_up_{0};
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Waiting> waiting_;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses all the others
};

}  // namespace

std::unique_ptr<Mailer> Mailer::Start(SmtpSettings settings, Clock& clock, Random& random,
                                      Logger& log, MailerOptions options) {
  return std::make_unique<ThreadMailer>(std::move(settings), clock, random, log,
                                        std::move(options));
}

}  // namespace pons::notify
