// SPDX-License-Identifier: Apache-2.0
// A connector's change as the store takes it: FHIR bytes, search keys, source. Pure but for the
// names of practitioners, locations and services it remembers for display.
//
// Threads: one at a time; each connection's worker has its own.
#pragma once

#include <map>
#include <set>
#include <string>
#include <unordered_map>

#include "base/ids.h"
#include "connector/connector.h"
#include "fhir/encode.h"
#include "store/records.h"
#include "sync/identity_map.h"

namespace pons::sync {

class RecordBuilder final : public fhir::IdResolver {
 public:
  RecordBuilder(const IdentityMap& identities, ConnectionId connection,
                store::ConnectionKey connection_key, PracticeZone zone);

  store::RecordWrite Build(const Change& change, Instant read_at) const;
  ResourceId IdOf(const model::VendorRef& ref) const;

  // Remembers what a directory record is called.
  void Learn(const Change& change);
  void set_practice_name(std::string name) { practice_name_ = std::move(name); }
  // Where appointments are not copied, a reference to one would lead nowhere.
  void set_refers_to_appointments(bool refers) { refers_to_appointments_ = refers; }
  bool refers_to_appointments() const { return refers_to_appointments_; }
  // Where only some are copied: those that an app has booked.
  void ClearKeptAppointments() { kept_appointments_.clear(); }
  void AddKeptAppointment(const std::string& vendor_id) { kept_appointments_.insert(vendor_id); }

  std::string Resolve(const model::VendorRef& ref) const override;
  std::string Display(const model::VendorRef& ref) const override;

 private:
  const IdentityMap& identities_;
  ConnectionId connection_;
  store::ConnectionKey connection_key_;
  PracticeZone zone_;
  std::string identifier_base_;
  std::string practice_name_;
  bool refers_to_appointments_ = false;
  std::set<std::string> kept_appointments_;  // by vendor id; those of the page at hand
  // A diary names the same few places, people and types again and again, and one patient several
  // times in a row; their ids are hashes worth keeping.
  mutable std::map<model::VendorRef, ResourceId> few_ids_;
  mutable model::VendorRef last_ref_;
  mutable ResourceId last_id_;
  std::unordered_map<std::string, std::string> names_;  // stream name + '/' + vendor id
};

}  // namespace pons::sync
