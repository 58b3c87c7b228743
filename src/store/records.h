// SPDX-License-Identifier: Apache-2.0
// Stored records: the FHIR JSON bytes as served, what they can be searched by, where they came
// from.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "model/records.h"
#include "store/keys.h"

namespace pons::store {

// FHIR JSON with a gap where meta.versionId and meta.lastUpdated go, which only the commit knows:
//   head + `"versionId":"3","lastUpdated":"…"` + tail
struct Body {
  std::string head;  // ends with `"meta":{`
  std::string tail;  // starts with `}` or `,"source":…}`
};

// What a record is found by. Text is folded with FoldForSearch; absent things are empty.
struct SearchKeys {
  std::optional<RefKey> patient;
  std::optional<RefKey> practitioner;
  std::optional<RefKey> location;
  std::optional<RefKey> service;
  std::optional<RefKey> appointment;
  std::optional<Instant> start;
  std::optional<Instant> end;
  std::string status;
  std::string family;  // of a person; the folded name of anything else that has one
  std::string given;
  std::string birth_date;  // "1984-07-02"
  std::string gender;
  bool active = true;
  // (system, value), values upper-cased without blanks.
  std::vector<std::pair<std::string, std::string>> identifiers;
};

// Where a record came from (every stored value has a source).
struct Source {
  ConnectionKey connection = 0;
  std::string vendor_id;
  std::string vendor_version;
  std::string origin;  // table or endpoint
  Instant read_at{};
};

struct RecordWrite {
  model::Stream stream = model::Stream::kPatients;
  ResourceId id;
  Body body;
  SearchKeys keys;
  Source source;
};

// The newest state of a record, without its body.
struct Head {
  std::int64_t version = 0;
  std::string vendor_version;
  bool deleted = false;
};

// A record as served.
struct ServedRecord {
  model::Stream stream = model::Stream::kPatients;
  ResourceId id;
  std::int64_t version = 0;
  Instant updated{};
  bool deleted = false;
  std::shared_ptr<const std::string> body;  // null where deleted
};

enum class ChangeKind : std::uint8_t { kCreated, kUpdated, kDeleted };
std::string_view ChangeKindName(ChangeKind kind);  // "created"

// One entry of the change log as one app may see it.
struct LoggedChange {
  std::int64_t seq = 0;
  GrantKey grant = 0;
  model::Stream stream = model::Stream::kPatients;
  ResourceId id;
  std::int64_t version = 0;
  ChangeKind kind = ChangeKind::kUpdated;
  Instant at{};
  std::string app_location;  // the app's own location this came through; empty: none applies
};

// Where a stream's reading stands. Saved in the transaction of the data it covers.
struct StreamState {
  std::string cursor;             // the connector's token; empty: from the beginning
  bool first_sweep_done = false;  // what is new from now on is news
  bool sweeping = false;          // sweep_seen collects what this sweep has met
};

// A row that could not be read, kept aside and shown.
struct QuarantinedRow {
  ConnectionKey connection = 0;
  model::Stream stream = model::Stream::kPatients;
  std::string vendor_id;
  std::string field;
  std::string reason;
  Instant first_seen{};
  Instant last_seen{};
};

// A visit that was seen, whether or not it matched any grant. Holds no patient detail.
struct SeenVisit {
  ConnectionKey connection = 0;
  std::string vendor_id;
  Instant seen{};
  std::string location_id;  // vendor ids of what grants filter by
  std::string practitioner_id;
  std::string service_id;
  std::string outcome;  // per grant: "grant-…: shared", "grant-…: location is not mapped"
  // Vendor id of a patient who could not be read when the visit started; the visit is judged again
  // once that row can be read. Empty: nothing is waited for.
  std::string waiting_patient = {};
};

}  // namespace pons::store
