// SPDX-License-Identifier: Apache-2.0
// What people are shown in the portal: across grants, by connection, newest first. Never for apps.
//
// Reached through Reader::Portal, whose thread and error rules hold: after a failure, calls give
// empty answers and the failure comes out of Portal.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "model/records.h"
#include "store/commands.h"
#include "store/keys.h"
#include "store/outbox.h"
#include "store/records.h"

namespace pons::store {

// A live record, visible to an app or not.
struct StoredRecord {
  RefKey ref = 0;
  model::Stream stream = model::Stream::kPatients;
  ResourceId id;
  ConnectionKey connection = 0;
  std::string vendor_id;
  Instant updated{};
  bool deleted = false;
  std::optional<RefKey> patient;            // whom it is about
  std::shared_ptr<const std::string> body;  // null where deleted
};

// All that is given must hold.
struct PatientSearch {
  std::vector<ConnectionKey> connections;  // of any of these
  std::vector<std::string> names;  // each begins one of the person's names; folded (FoldForSearch)
  std::string birth_date;          // "1984-07-02"
  std::string identifier;          // begins one of the person's numbers; upper case, no blanks
  std::int64_t skip = 0;
  std::int64_t limit = 50;
};

// One line of the change log, with whether the app has been told.
struct ChangeLine {
  std::int64_t seq = 0;
  GrantKey grant = 0;
  RefKey ref = 0;
  ChangeKind kind = ChangeKind::kUpdated;
  Instant at{};
  // Of its webhooks' deliveries; empty: no webhook wanted it.
  std::optional<DeliveryState> told;
  std::string error;  // of the last attempt that failed
};

class PortalReads {
 public:
  virtual ~PortalReads() = default;

  // By family and given name.
  virtual std::vector<StoredRecord> Patients(const PatientSearch& search) = 0;
  virtual std::int64_t CountPatients(const PatientSearch& search) = 0;
  // All live ones, by name.
  virtual std::vector<StoredRecord> Directory(ConnectionKey connection, model::Stream stream) = 0;
  virtual std::array<std::int64_t, model::kStreamCount> Counts(ConnectionKey connection) = 0;
  virtual std::int64_t CountVisible(GrantKey grant, model::Stream stream) = 0;
  virtual std::optional<StoredRecord> Record(RefKey ref) = 0;
  // Grants in force that show it, and since when.
  virtual std::vector<std::pair<GrantKey, Instant>> SeenBy(RefKey ref) = 0;
  virtual std::optional<Instant> LastVisit(RefKey patient) = 0;

  virtual std::vector<SeenVisit> VisitsSince(ConnectionKey connection, Instant since) = 0;
  // Newest first: those before (seen, vendor_id).
  virtual std::vector<SeenVisit> VisitsBefore(ConnectionKey connection, Instant seen,
                                              std::string_view vendor_id, std::int64_t limit) = 0;
  virtual std::vector<ChangeLine> ChangesBefore(GrantKey grant, std::int64_t seq,
                                                std::int64_t limit) = 0;
  virtual std::vector<ChangeLine> ChangesOf(RefKey ref, std::int64_t limit) = 0;  // newest first
  virtual std::vector<CommandRow> CommandsBefore(ConnectionKey connection, std::int64_t seq,
                                                 std::int64_t limit) = 0;
  // How many appointments the app has booked, by the hour (its begin), oldest first.
  virtual std::vector<std::pair<Instant, std::int64_t>> Bookings(AppKey app, Instant since) = 0;
  // Different patients that became visible to any of these grants since then.
  virtual std::int64_t CountSharedSince(std::span<const GrantKey> grants, Instant since) = 0;
  virtual bool Answered(ConnectionKey connection, model::Stream stream,
                        std::string_view vendor_id) = 0;
  virtual bool HasAnswers(ConnectionKey connection, model::Stream stream) = 0;
};

}  // namespace pons::store
