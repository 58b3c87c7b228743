// SPDX-License-Identifier: Apache-2.0
// Whether it is worth asking the database now, where every question is charged (decision 0039).
//
// A stream is looked at
//   * the first time,
//   * when its pace says so (WaySettings; slower while the practice is closed),
//   * when the registered query has seen a change since the last look, or
//   * when somebody asks sooner than agreed: Halo called, or a person wants it now.
// The registered query fails safe: where it does not run, cannot be asked or misses something, the
// pace still holds, and a stream that has no pace of its own gets one.
//
// Threads: one at a time.
#pragma once

#include <array>
#include <memory>
#include <optional>

#include "connector/connector.h"
#include "vendors/best_practice/connector/best_practice_way.h"
#include "vendors/halo_connect/connector/halo_watch.h"

namespace pons::best_practice {

// One row that is another one whenever a visit, appointment or patient was made or changed today.
net::SqlStatement SelectChangeMark();
halo_connect::WatchQuery ChangeWatch();

// What a registered query is to this session; a seam for tests.
class ChangeWatcher {
 public:
  virtual ~ChangeWatcher() = default;
  // Makes sure that it runs, and says whether anything changed since it last said so.
  virtual Result<halo_connect::Sight> Look(Instant deadline) = 0;
};
std::unique_ptr<ChangeWatcher> MakeChangeWatcher(const halo_connect::Access& access,
                                                 const halo_connect::SiteAddress& site,
                                                 const SessionContext& context);

class Hints {
 public:
  // What `context` refers to outlives it. `watcher` may be null: there is no registered query.
  Hints(const Way& way, bool called, std::unique_ptr<ChangeWatcher> watcher,
        const SessionContext& context);

  // Whether the stream is to be read now.
  bool Due(model::Stream stream, Instant deadline);
  // What Due has let through was read to its end.
  void Done(model::Stream stream);

 private:
  struct Seen {
    std::optional<Instant> asked;  // when Due was asked last
    std::optional<Instant> read;   // what Done has confirmed
    bool changed = false;
  };
  seconds PaceOf(model::Stream stream, Instant now) const;
  void Glance(Instant now, Instant deadline);
  void Say(bool works, std::string_view why);

  const Way way_;
  const bool called_;
  const std::unique_ptr<ChangeWatcher> watcher_;
  const SessionContext context_;
  std::array<Seen, model::kStreamCount> seen_;
  std::optional<Instant> glanced_;
  std::optional<Instant> worked_;  // when it was last seen to run, or first looked for
  bool works_ = true;
};

}  // namespace pons::best_practice
