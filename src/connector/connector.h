// SPDX-License-Identifier: Apache-2.0
// A Connector knows one vendor. A Session is one practice's open connection to that vendor.
// The core drives sessions. A session never reaches back: it has no store, no queue and no view of
// any other practice, and every effect it has on the world goes through its SessionContext.
//
// Threads: a Connector is immutable and may be shared. A Session is used by one thread at a time;
// the core promises this, so sessions hold no locks.
// Lifetime: whatever SessionContext refers to outlives the session.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "base/result.h"
#include "base/time.h"
#include "connector/settings.h"
#include "model/clinical.h"
#include "model/commands.h"
#include "model/records.h"

namespace pons::net {
using Headers = std::vector<std::pair<std::string, std::string>>;
class Folder;
class HttpTransport;
class SqlTransport;
}  // namespace pons::net

namespace pons {

struct Guide;  // connector/guide.h

// ---- What a vendor can do ---------------------------------------------------------------------

// How a stream reveals what changed since last time.
enum class DeltaStyle : std::uint8_t {
  kFeed,           // the vendor keeps a change feed and hands out positions in it
  kModifiedSince,  // rows carry a modification time that can be filtered on
  kSweepOnly,      // every pull must read everything
};

// How a stream reveals that something is gone.
enum class DeletionStyle : std::uint8_t {
  kReported,  // the vendor names what was deleted, or flags it
  kBySweep,   // only a finished sweep proves absence
  kNever,     // the vendor cannot tell; deletions stay unknown
};

struct StreamSupport {
  model::Stream stream;
  DeltaStyle delta;
  DeletionStyle deletions;
  std::chrono::milliseconds poll_interval;  // default; a connection may set another
};

// At most `requests` in any window of `per`.
struct RateLimit {
  std::uint32_t requests = 0;  // 0: the vendor declares none
  std::chrono::seconds per{1};
};

// Declared once per vendor, never computed from a live session. The conformance suite holds every
// line of it against what the session really does.
struct Capabilities {
  std::span<const StreamSupport> streams;
  bool reads_records = false;  // RecordReader: single records by reference
  bool tells_clock = false;    // ProbeReport::clock is filled
  RateLimit rate_limit = {};
  bool reads_slots = false;                           // SlotReader
  std::span<const model::CommandKind> commands = {};  // CommandSink; empty: none
  // How long after a lost answer the request may still take effect.
  std::chrono::milliseconds settling{2000};
  std::uint64_t max_document_bytes = 0;                // for kAttachDocument
  std::span<const model::ClinicalKind> clinical = {};  // ClinicalReader; empty: none
};

struct Descriptor {
  std::string_view id;      // "memory"; the folder's name, never renamed once released
  std::string_view name;    // "Best Practice"
  std::string_view region;  // "AU"
  std::span<const SettingSpec> settings;
  // The only hosts a session may dial: literal names, or "{key}" for the value of a setting.
  std::span<const std::string_view> hosts;
  Capabilities can;
};

// ---- Reading changes --------------------------------------------------------------------------

// A place in a stream. Written and read by the connector alone; the core stores it whole and hands
// it back. Starts with the connector's own format version so that an old one can be recognised.
struct Cursor {
  std::string token;
  bool operator==(const Cursor&) const = default;
};

enum class ChangeKind : std::uint8_t { kUpsert, kTombstone };

struct Change {
  ChangeKind kind = ChangeKind::kUpsert;
  model::VendorRef ref;
  std::shared_ptr<const model::Record> record;  // null for a tombstone
  std::string version;                          // opaque; equal versions mean equal content
  std::string origin;                           // endpoint or table it was read from
};

// A row the connector found but could not make sense of. It goes to quarantine; the stream goes on.
struct Unreadable {
  model::VendorRef ref;
  std::string field;   // the field's name, never its value
  std::string reason;  // "is null", "is no date"; never the value
  bool operator==(const Unreadable&) const = default;
};

enum class PageEnd : std::uint8_t {
  kMore,      // pull again at once
  kCaughtUp,  // nothing further for now
};

// What this pass covered. Only a finished sweep proves that an unseen record is gone.
enum class Coverage : std::uint8_t { kDelta, kSweepPart, kSweepFinished };

struct PullRequest {
  model::Stream stream = model::Stream::kPatients;
  std::optional<Cursor> since;  // empty: from the beginning
  std::uint32_t max_changes = 500;
  Instant deadline{};
};

struct ChangePage {
  std::vector<Change> changes;
  std::vector<Unreadable> unreadable;
  Cursor next;
  PageEnd end = PageEnd::kCaughtUp;
  Coverage coverage = Coverage::kDelta;
  // About how many records the running sweep will bring in all, where that is cheap to know; lets
  // long first readings show the time left.
  std::optional<std::uint64_t> sweep_total = {};
};

class ChangeSource {
 public:
  virtual ~ChangeSource() = default;

  // Returns the changes after `request.since`, at least once each, in any order within the page.
  // Pulling again from the same cursor is always allowed and returns at least the same changes.
  // A cursor the vendor no longer honours gives Fault::kCursorExpired; the core then starts over.
  // Unknown fields are ignored. A row that cannot be read is listed as unreadable; an answer that
  // cannot be read at all gives Fault::kProtocol.
  virtual Result<ChangePage> Pull(const PullRequest& request) = 0;

  // A cursor that stands at the stream's present end, without reading what lies before it: for
  // streams where only what happens from now on matters (visits of an on_visit connection).
  virtual Result<Cursor> Tip(model::Stream stream, Instant deadline) = 0;
};

// ---- Reading single records -------------------------------------------------------------------

class RecordReader {
 public:
  virtual ~RecordReader() = default;

  // Reads these records of one stream as they are now; those that are gone come as tombstones,
  // those that cannot be read in `unreadable`. For kConditions the ids are patients' ids, and all
  // their conditions come back.
  struct Answer {
    std::vector<Change> changes;
    std::vector<Unreadable> unreadable;
  };
  virtual Result<Answer> Read(model::Stream stream, std::span<const std::string> ids,
                              Instant deadline) = 0;
};

// ---- Reading open slots -----------------------------------------------------------------------

struct SlotQuery {
  model::VendorRef practitioner;   // required
  model::VendorRef location;       // empty: any
  model::VendorRef service;        // decides the length; empty: the diary's own slots
  std::chrono::minutes length{0};  // 0: the service's usual length
  Instant from{};                  // included
  Instant to{};                    // excluded
  Instant deadline{};
};

struct SlotAnswer {
  std::vector<model::Slot> slots;  // sorted by start, none outside the window
  Instant as_of{};                 // how fresh this is; a slot is an offer, not a promise
};

class SlotReader {
 public:
  virtual ~SlotReader() = default;
  // A practitioner who is away has no slots; that is not an error.
  virtual Result<SlotAnswer> ReadSlots(const SlotQuery& query) = 0;
};

// ---- Reading clinical data, on demand -----------------------------------------------------------

struct ClinicalQuery {
  std::string patient;  // the vendor's id
  model::ClinicalKind kind = model::ClinicalKind::kConditions;
  Instant deadline{};
};

struct ClinicalAnswer {
  std::vector<model::ClinicalItem> items;  // newest first where they are dated
  std::vector<Unreadable> unreadable;
  bool cut = false;  // there was more than is ever read at once
};

struct ClinicalContent {
  std::string content_type;
  std::string bytes;
};

// Clinical data is asked for when an app asks, and never kept.
class ClinicalReader {
 public:
  virtual ~ClinicalReader() = default;
  // Errors: kNotFound where there is no such patient.
  virtual Result<ClinicalAnswer> ReadClinical(const ClinicalQuery& query) = 0;
  // One item of the kind kDocuments, in full. Errors: kUnsupported where these settings give no way
  // to it, naming the setting; kNotFound.
  virtual Result<ClinicalContent> ReadContent(std::string_view patient, std::string_view item,
                                              Instant deadline) = 0;
};

// ---- Writing ----------------------------------------------------------------------------------

struct Command {
  std::string id;  // the core's
  // Ten capital letters and digits made from the id, to be left where the vendor has room for it,
  // so that the effect can be recognised.
  std::string reference;
  std::shared_ptr<const model::CommandBody> body;
  // Refuse with kConflict where the target has moved on from it.
  std::optional<std::string> expected_version;
  // When this command was first sent; what is older is not its effect.
  Instant first_sent{};
  Instant deadline{};  // of this call
};

struct Applied {
  model::VendorRef ref;  // what was made or changed
  // Nothing was written: it was there already (the same person, the status asked for).
  bool existed = false;
  // Patients that a person should compare with a new one.
  std::vector<model::VendorRef> similar = {};
  // What proves it, for a person: "the return value", "our reference in REASON". No patient data.
  std::string evidence = {};
};

// What FindEffect has found out.
struct Trace {
  enum class Kind : std::uint8_t {
    kFound,       // `applied` tells
    kNone,        // the vendor certainly has no trace of it
    kCannotTell,  // no evidence either way: a person must look
  };
  Kind kind = Kind::kNone;
  Applied applied = {};
  // For a person: what was looked at and what was seen. No patient data.
  std::string evidence = {};
};

// Whether what was applied has arrived.
struct Confirmation {
  enum class Kind : std::uint8_t {
    kConfirmed,  // read back; `change` is the record where there is one
    kWaiting,    // applied, but not taken up yet: look again at `look_again`
    kFailed,     // taken up and refused: `note` says why
  };
  Kind kind = Kind::kConfirmed;
  std::optional<Change> change = {};
  std::string note = {};         // for a person: "importer not running: …"; no patient data
  bool needs_attention = false;  // somebody at the practice must act for it to go on
  std::optional<Instant> look_again = {};
};

class CommandSink {
 public:
  virtual ~CommandSink() = default;

  // Tries once. On failure Error::effect says whether the vendor may have acted: kNone only when
  // that is certain. Never retries a write by itself.
  // Errors: kConflict (slot taken, version moved on), kRejected (a rule of the vendor, its code in
  // vendor_code), kNotFound, kUnsupported, and those of the transport.
  virtual Result<Applied> Apply(const Command& command) = 0;

  // After an Apply that ended in Effect::kUnknown: looks for what that command would have left
  // behind. Changes nothing.
  virtual Result<Trace> FindEffect(const Command& command) = 0;

  // Reads back what Apply or FindEffect told. Changes nothing.
  virtual Result<Confirmation> Confirm(const Command& command, const Applied& applied) = 0;
};

// ---- Sessions and connectors ------------------------------------------------------------------

// Counts what a vendor may charge for, per connection and day, so that a practice sees what a
// setting costs. Threads: any.
class Meter {
 public:
  virtual ~Meter() = default;
  // `what` is a word of the vendor's price list, in snake_case: "query".
  virtual void Count(std::string_view what, std::uint64_t times = 1) = 0;
};

struct SessionContext {
  Clock& clock;
  net::HttpTransport* http;
  net::SqlTransport* sql;  // what MakeSql gave; null where it gave none
  Random& random;
  const CancelToken& cancel;
  Logger& log;
  PracticeZone zone;
  net::Folder* folder = nullptr;  // what MakeFolder gave
  Meter* meter = nullptr;         // null: nobody counts
  // Keeps a setting marked `learned` that the vendor has changed by itself; empty: nobody keeps it.
  // Called on the session's thread; the session goes on as it is.
  std::function<void(std::string_view key, std::string value)> keep = {};
};

struct ProbeReport {
  std::string practice_name;                // so that a person can see that it is the right one
  std::string vendor_version;               // empty where the vendor does not say
  std::vector<std::string> missing_rights;  // by the vendor's own names for them
  // How far the vendor's clock is ahead of ours (negative: behind); empty where it cannot be told.
  std::optional<std::chrono::milliseconds> clock_ahead;
};

class Session {
 public:
  virtual ~Session() = default;

  // Proves that the settings work, touching as little as the vendor allows and changing nothing.
  virtual Result<ProbeReport> Probe(Instant deadline) = 0;

  // Each facet is null exactly when Capabilities says that the vendor lacks it.
  virtual ChangeSource* changes() { return nullptr; }
  virtual RecordReader* records() { return nullptr; }
  virtual SlotReader* slots() { return nullptr; }
  virtual CommandSink* commands() { return nullptr; }
  virtual ClinicalReader* clinical() { return nullptr; }
};

// A vendor's own call to say that something may have changed.
struct HookRequest {
  const net::Headers& headers;
  std::string_view body;
  Instant now{};
};
struct Hook {
  std::string id;  // the call's own; a second one of the same id is the same call
  // Whom it concerns: the connections of this vendor whose setting `key` has this value.
  std::string key;
  std::string value;
};

class Connector {
 public:
  virtual ~Connector() = default;
  virtual const Descriptor& descriptor() const = 0;

  // What a person is told who connects such a practice; null where nobody has written it.
  virtual const Guide* guide() const { return nullptr; }

  // Judges settings by themselves; no I/O, so that a bad form or file is refused at once. The error
  // (kMisconfigured) names the setting.
  virtual Result<void> Check(const Settings& settings) const = 0;

  // Whether the operator of this server has given what this way of connecting needs (a value of
  // Guide::way_setting). The error's summary is a sentence for whoever runs the practice.
  virtual Result<void> WayAvailable(std::string_view way) const;

  // What these settings will about cost at a vendor that charges by the request, in a sentence for
  // the practice ("About 4,000 queries a day."); empty where nothing is charged.
  virtual std::string CostWords(const Settings& settings) const;

  // How long after a lost answer a request may still take effect over these settings; by default
  // what the descriptor says.
  virtual std::chrono::milliseconds Settling(const Settings& settings) const;

  // How often to look at a stream: the descriptor's interval, unless these settings say otherwise.
  virtual std::chrono::milliseconds PollInterval(const Settings& settings,
                                                 model::Stream stream) const;

  // The SQL transport this vendor speaks through with these settings; null for HTTP vendors.
  // `context` is the one Open will be given, without `sql` and `folder`; what it refers to outlives
  // the transport.
  virtual std::unique_ptr<net::SqlTransport> MakeSql(const Settings& settings,
                                                     const SessionContext& context) const;

  // Exchanges what is given once for what is kept, with the vendor. Called before the first Open,
  // and again whenever a setting marked `once` is given. Returns the settings to keep: those marked
  // `learned` filled in, those marked `once` gone. A vendor without such settings is never asked.
  // Errors: kRejected (the code is wrong, or used up), kUnavailable, kMisconfigured (the operator
  // has not given what this needs).
  virtual Result<Settings> Pair(const Settings& given, const SessionContext& context) const;

  // Takes back what this connection has left running at the vendor, when it is paused or removed.
  virtual Result<void> Leave(const Settings& settings, const SessionContext& context) const;

  // Reads what came to this vendor's address for calls (POST /hooks/{vendor}); nothing in it is
  // believed but that somebody should look. Errors: kUnsupported (this vendor calls nobody),
  // kUnauthenticated (not signed by the vendor, or not lately), kProtocol.
  virtual Result<Hook> ReadHook(const HookRequest& request) const;

  // The watched folder that these settings name; null where they name none.
  virtual std::unique_ptr<net::Folder> MakeFolder(const Settings& settings) const;

  // Whether a connection with these settings can do this at all; asked before anything is queued.
  // The error (kUnsupported) names what is missing: the capability, or the setting that would
  // switch it on. By default: what the descriptor lists.
  virtual Result<void> Supports(const Settings& settings, model::CommandKind kind) const;

  // Requires settings that passed Check. Cheap: it signs in lazily.
  virtual Result<std::unique_ptr<Session>> Open(const Settings& settings,
                                                const SessionContext& context) const = 0;
};

}  // namespace pons
