// SPDX-License-Identifier: Apache-2.0
// Gathers the rows of one statement into changes. Some rows need a second look at the database
// before they are whole (a patient's e-mail addresses, a visit's appointment); those wait until all
// rows have come, so that one statement serves them all.
#pragma once

#include <vector>

#include "connector/connector.h"
#include "vendors/best_practice/connector/best_practice_map.h"
#include "vendors/best_practice/connector/best_practice_wire.h"

namespace pons::best_practice {

class PageBuilder {
 public:
  PageBuilder(model::Stream stream, const Codes& codes, const PracticeZone& zone)
      : stream_(stream), codes_(codes), zone_(zone) {}

  // A row of the stream's dated table. `key` is what DecodeHead found.
  void AddLive(std::int64_t key, net::SqlRow row);
  void AddGone(std::int64_t key, std::string_view origin);
  void AddBad(std::string id, const BadCell& bad);
  void Add(std::string id, model::Record record, std::string_view origin);

  // Patients that wait for their e-mail addresses, in the order of their keys.
  std::vector<std::int64_t> PatientsWaiting() const;
  void AddEmailOf(std::int64_t patient, std::string_view address);

  const std::vector<VisitRow>& visits_waiting() const { return visits_; }
  void AddCandidate(net::SqlRow row);

  // Completes what waited. Call once, last.
  void Finish();

  std::vector<Change>& changes() { return changes_; }
  std::vector<Unreadable>& unreadable() { return unreadable_; }
  LeftOut& left_out() { return left_out_; }

 private:
  struct WaitingPatient {
    std::int64_t key;
    model::Patient patient;
  };

  const model::Stream stream_;
  const Codes& codes_;
  const PracticeZone& zone_;
  std::vector<Change> changes_;
  std::vector<Unreadable> unreadable_;
  std::vector<WaitingPatient> patients_;
  std::vector<VisitRow> visits_;
  std::vector<CandidateRow> candidates_;
  LeftOut left_out_;
};

}  // namespace pons::best_practice
