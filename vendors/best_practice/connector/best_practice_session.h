// SPDX-License-Identifier: Apache-2.0
// One practice's open connection to Best Practice: what changed, single records, and a probe.
// Writing is best_practice_desk's, over this connection.
//
// Dated tables (patients, appointments, visits) are swept once by key and then followed by the time
// of their last change (best_practice_cursor.h). Small tables are read whole on every pull.
//
// The visit poll is one statement over the newest keys; what a visit that nobody has seen yet
// needs beside it costs one more. Visits far behind the newest are looked at once a minute.
//
// Through Halo Connect every statement is charged, so a pull asks its hints first whether there is
// anything to ask for, and answers "nothing" without a statement where there is not.
//
// After a refused password the session asks nothing more: the database locks accounts.
//
// Threads: one at a time, as for every session.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "connector/connector.h"
#include "net/sql.h"
#include "vendors/best_practice/connector/best_practice_clinical.h"
#include "vendors/best_practice/connector/best_practice_cursor.h"
#include "vendors/best_practice/connector/best_practice_hints.h"
#include "vendors/best_practice/connector/best_practice_map.h"
#include "vendors/best_practice/connector/best_practice_page.h"
#include "vendors/best_practice/connector/best_practice_procedures.h"
#include "vendors/best_practice/connector/best_practice_way.h"
#include "vendors/best_practice/connector/best_practice_wire.h"
#include "vendors/best_practice/connector/best_practice_write_settings.h"

namespace pons::best_practice {

class Desk;

// Halo Connect, as a session needs it.
struct Relay {
  halo_connect::Access access;
  Way way;
};

class BestPracticeSession final : public Session, public ChangeSource, public RecordReader {
 public:
  // `relay`: through Halo Connect instead of straight to the database.
  BestPracticeSession(const SessionContext& context, WriteSettings write,
                      std::optional<Relay> relay = {});
  ~BestPracticeSession() override;

  Result<ProbeReport> Probe(Instant deadline) override;
  ChangeSource* changes() override { return this; }
  RecordReader* records() override { return this; }
  SlotReader* slots() override;
  CommandSink* commands() override;
  ClinicalReader* clinical() override;

  Result<ChangePage> Pull(const PullRequest& request) override;
  Result<Cursor> Tip(model::Stream stream, Instant deadline) override;
  Result<RecordReader::Answer> Read(model::Stream stream, std::span<const std::string> ids,
                                    Instant deadline) override;

  // ---- What writing needs of the connection --------------------------------------------------

  // A statement that changes nothing: a failure has no effect.
  Result<void> Ask(net::SqlStatement statement, std::string_view operation, Instant deadline,
                   const std::function<void(net::SqlRow)>& row);
  // A call that may change something; empty: it returned NULL. Error::effect tells whether it may
  // have done its work all the same.
  Result<std::optional<std::int64_t>> Tell(const Call& call, Instant deadline);
  // The same for a statement that somebody else has written; `first` is the first cell of its first
  // row, where there is one.
  Result<void> TellText(net::SqlStatement statement, std::string_view operation, Instant deadline,
                        std::string& first);
  // A call that changes nothing.
  Result<std::optional<std::int64_t>> AskResult(const Call& call, Instant deadline);
  Result<void> NeedCodes(Instant deadline);
  // The code tables as they are now, where what was read of them does not explain what is seen.
  Result<void> LoadCodes(Instant deadline);
  const Codes& codes() const { return codes_; }
  const SessionContext& context() const { return context_; }
  // The record as sync would bring it now. kNotFound where it is gone.
  Result<Change> Present(const model::VendorRef& ref, Instant deadline);
  // The same, where it must be of this version (empty: of any); kConflict where it is not. A
  // version covers the words for codes too, so the code tables are read again before anybody is
  // told no.
  Result<Change> PresentAt(const model::VendorRef& ref, const std::optional<std::string>& version,
                           Instant deadline);

 private:
  // A row of a dated table as it was read, before anything is made of it.
  struct Seen {
    std::int64_t key;
    std::uint64_t hash;
    std::optional<LocalTime> changed;
  };
  struct Batch {
    std::vector<Seen> seen;
    PageBuilder page;
  };
  // What a cursor cannot hold: the rows given by the pass that led to it, for the newest one only.
  struct Memory {
    std::string token;
    Given before, during;
  };
  struct ServerClock {
    LocalTime utc, here;
  };

  Result<void> Run(net::SqlStatement statement, std::string_view operation, Instant deadline,
                   const std::function<void(net::SqlRow)>& row);

  Result<std::optional<std::int64_t>> Told(const Call& call, net::SqlStatement statement,
                                           Instant deadline);

  // best_practice_codes.cc
  bool CodesAreStale();

  // best_practice_session.cc
  Result<ChangePage> PullSmall(const PullRequest& request, Place place);
  Result<Batch> ReadSmall(model::Stream stream, std::int64_t after, std::uint32_t rows,
                          Instant deadline);
  Result<Batch> ReadRoles(std::int64_t after, std::uint32_t rows, Instant deadline);
  // best_practice_probe.cc
  Result<ServerClock> AskClock(Instant deadline);
  Result<void> AskSite(ProbeReport& report, Instant deadline);
  Result<void> AskRights(std::vector<std::string>& missing, Instant deadline);
  // best_practice_follow.cc
  Result<ChangePage> Sweep(const PullRequest& request, Place place);
  Result<ChangePage> Follow(const PullRequest& request, Place place);
  Result<ChangePage> FollowOnce(const PullRequest& request, Place place, Memory memory);
  Place BeginPass(model::Stream stream, Place place);
  Result<void> EndPass(Place& place, Given& during, Instant deadline);
  net::SqlStatement ChangesStatement(model::Stream stream, const Place& place,
                                     std::uint32_t rows) const;
  Result<void> TakeTip(model::Stream stream, Place& place, Instant deadline);
  Result<std::optional<std::uint64_t>> CountLive(const Table& table, Instant deadline);

  // best_practice_session.cc
  // Runs the statement; known rows (those in `given`) are seen but not built. Reads again once when
  // a code turns up that the practice's tables have gained meanwhile.
  Result<Batch> ReadRows(model::Stream stream, const net::SqlStatement& statement,
                         const Given& given, Instant deadline);
  Result<Batch> ReadRowsOnce(model::Stream stream, const net::SqlStatement& statement,
                             const Given& given, Instant deadline);
  Result<void> Complete(PageBuilder& page, Instant deadline);
  Result<void> ReadChunk(model::Stream stream, std::span<const std::int64_t> keys,
                         RecordReader::Answer& answer, Instant deadline);
  ChangePage PageOf(Batch batch);
  Result<ChangePage> PullNow(const PullRequest& request, Place place);
  std::uint32_t RowsOf(const PullRequest& request) const;

  const SessionContext context_;
  const std::optional<Relay> relay_;
  std::unique_ptr<Hints> hints_;  // with `relay_`
  std::optional<Error> refused_;  // the password was refused: silence
  Codes codes_;
  bool have_codes_ = false;
  Instant codes_read_{};
  std::optional<Instant> deep_pass_;  // visits: when all of them were looked at last
  std::array<Memory, model::kStreamCount> memory_;
  ClinicalShelf shelf_;
  std::unique_ptr<Desk> desk_;
};

}  // namespace pons::best_practice
