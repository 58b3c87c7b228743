// SPDX-License-Identifier: Apache-2.0
// What is asked of practices at this moment, and who waits for it.
//
// Threads: all members from any thread. Callbacks are called without a lock, once each.
#pragma once

#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "commands/clinical_desk.h"

namespace pons::commands {

class ClinicalBoard {
 public:
  using Told = ClinicalDesk::Told;
  using Outcome = Result<std::shared_ptr<const ClinicalReading>>;
  // What is read once however many wait for it.
  using Question = std::tuple<std::string, model::ClinicalKind, std::string>;
  struct Job {
    std::uint64_t number = 0;
    Question question;
    Instant until{};  // the last who waits for it
  };

  explicit ClinicalBoard(std::size_t most_jobs) : most_jobs_(most_jobs) {}

  // False where this connection has too many already; nothing is kept then.
  bool Add(const ClinicalAsk& ask, Told told);
  // The oldest that nobody is at and somebody still waits for.
  std::optional<Job> Take(store::ConnectionKey connection);
  void Done(std::uint64_t number, const Outcome& outcome);

  std::optional<Instant> next_until() const;
  void TimeOut(Instant now);
  // Tells everybody; whoever comes after is told the same.
  void Close(const Error& why);

 private:
  struct Waiter {
    Instant until{};
    Told told;
  };
  struct Kept {
    store::ConnectionKey connection = 0;
    Job job;
    bool taken = false;
    std::vector<Waiter> waiters;
  };
  std::list<Kept>::iterator Find(std::uint64_t number);

  const std::size_t most_jobs_;
  mutable std::mutex mutex_;
  std::uint64_t next_ = 1;
  std::list<Kept> jobs_;  // in the order they came
  std::optional<Error> closed_;
};

}  // namespace pons::commands
