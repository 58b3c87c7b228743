// SPDX-License-Identifier: Apache-2.0
// One Best Practice clinic as its Halo Link asks it: commands in, rows out, with the planned faults
// of the clinic's control port and an entry in its journal for each.
// Threads: any.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "vendors/best_practice/sandbox/sandbox.h"
#include "vendors/halo_connect/sandbox/command.h"
#include "vendors/halo_connect/sandbox/rows.h"

namespace pons::halo_connect::sandbox {

struct QueryResult {
  std::optional<HaloError> error;  // nullopt: it was successful
  Rows rows;
  std::int64_t rows_affected = -1;
  json::Array parameters;  // those that came out
  std::int64_t millis = 0;

  // What a planned fault makes of the answer; at most one is set.
  bool silent = false;   // accepted, and nothing said
  bool garbage = false;  // something that is no JSON
  std::optional<std::size_t> cut_at;
};

class Clinic {
 public:
  explicit Clinic(bp::Sandbox& sandbox) : sandbox_(sandbox) {}

  bp::Sandbox& sandbox() { return sandbox_; }
  Instant Now() const;
  // "Harbour Street Clinic", as it calls itself.
  std::string PracticeName();

  struct Asked {
    SharedNames shared = SharedNames::kLast;
    std::int64_t patience_ms = 30'000;  // what Halo waits for an answer
    std::function<void()> too_late;     // called when that is over, while the query runs on
    std::int64_t journal_connection = 0;
  };
  QueryResult Run(const Command& command, const Asked& asked, const CancelToken& cancel);

 private:
  struct Facts {
    bp::RequestFacts facts;
    std::shared_ptr<const bp::Batch> batch;
    std::optional<bp::SqlError> error;
  };
  Facts Describe(bp::Engine& engine, const Command& command, const bp::Variables& variables);
  void Execute(bp::Engine& engine, const Command& command, const Facts& facts,
               bp::Variables& variables, SharedNames shared, QueryResult& out);
  // What the rule wants before anything is done. False: it is answered.
  bool BeforeEffect(const sandboxkit::FaultRule& rule, const Asked& asked,
                    const CancelToken& cancel, QueryResult& out);
  void AfterEffect(const sandboxkit::FaultRule& rule, const Asked& asked, const CancelToken& cancel,
                   QueryResult& out);
  std::unique_ptr<bp::Engine> Borrow();
  void GiveBack(std::unique_ptr<bp::Engine> engine);

  bp::Sandbox& sandbox_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<bp::Engine>> idle_;
};

}  // namespace pons::halo_connect::sandbox
