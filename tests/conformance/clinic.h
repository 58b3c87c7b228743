// SPDX-License-Identifier: Apache-2.0
// A clinic that the conformance suite can play staff in: what a check needs of a vendor's stand-in,
// in the same words for every vendor. One implementation drives a practice in memory, another a
// sandbox process through its control port.
//
// Ids are those of the connector's VendorRef. Whatever a stand-in cannot do gives
// Fault::kUnsupported, and the check that needed it fails.
//
// Threads: one at a time.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connector/connector.h"

namespace pons::conformance {

struct PatientForm {
  std::string given;
  std::string family;
  std::string birth_date;  // YYYY-MM-DD
  std::string medicare;
  std::string phone;
  std::string email;
};

// Who and what a booking needs: somebody with a diary, where they work, a type of appointment.
struct Bookable {
  std::string practitioner;
  std::string location;  // empty: the vendor does not ask
  std::string service;   // empty: the vendor does not ask
};

// `local` is the practice's wall clock: "2026-07-01T09:00:00".
struct BookingForm {
  std::string patient;  // empty: a block, which keeps the time free of patients
  std::string practitioner;
  std::string local;
  int minutes = 15;
};

// A document as the practice has it.
struct FiledDocument {
  std::string title;
  std::string bytes;
  bool imported = false;  // taken up by the vendor's importer; false: still waiting for it
};

// What befalls a write. Either way the caller hears nothing but a broken connection.
enum class WriteTrouble : std::uint8_t {
  kLoseRequest,  // it never arrives
  kLoseAnswer,   // it takes effect, and the answer is lost
};

enum class Trouble : std::uint8_t {
  kUnavailable,  // refuses once, as an unwell server does
  kSilent,       // accepts the request and never answers
  kSlow,         // answers after `amount` ms
  kDrip,         // sends a byte now and then, and never comes to an end in time
  kCut,          // the answer ends after `amount` bytes
  kFlip,         // one bit of byte `amount` of the answer is turned over
  kGarbage,      // a page for people instead of an answer
  kRateLimit,    // "slow down, come back in `amount` seconds"
  kExpireToken,  // what was signed in is signed in no longer
};

// One request as the far side saw it.
struct Seen {
  Instant at{};
  bool sign_in = false;
};

enum class Nowhere : std::uint8_t { kNobodyListens, kAcceptsAndIsSilent };

class Clinic {
 public:
  virtual ~Clinic() = default;

  // ---- How to reach it ------------------------------------------------------------------------
  virtual const Connector& connector() const = 0;
  // What carries the vendor's wire where that is HTTP.
  virtual net::HttpTransport* http() { return nullptr; }
  virtual Settings GoodSettings() const = 0;
  virtual Settings WrongPassword() const = 0;
  virtual Settings Unreachable(Nowhere kind) = 0;
  virtual std::string practice_name() const = 0;
  // "127.0.0.1:40123" of everything the session and the suite may be connected to.
  virtual std::vector<std::string> AllowedPeers() const = 0;
  // A second practice of the same vendor, empty, reached by its own settings.
  virtual Result<std::unique_ptr<Clinic>> Another() = 0;

  // ---- Time -----------------------------------------------------------------------------------
  // The session's clock.
  virtual Clock& clock() = 0;
  // Cancels while the session waits for its next answer. The result lives until that is over.
  virtual std::shared_ptr<void> CancelSoon(CancelToken& cancel) = 0;
  // How long after a deadline or a cancellation a call may take to come back.
  virtual milliseconds patience() const = 0;
  // From now on the vendor's clock stands, so that edits share one timestamp; or runs again.
  virtual Result<void> HoldClock(bool hold) = 0;
  // Both clocks, the vendor's and the session's, move on.
  virtual Result<void> Step(milliseconds by) = 0;

  // ---- As staff -------------------------------------------------------------------------------
  // One more believable record of that stream, with whatever it needs around it.
  virtual Result<std::string> Add(model::Stream stream) = 0;
  // Changes something of it that a record carries.
  virtual Result<void> Edit(model::Stream stream, const std::string& id) = 0;
  virtual Result<void> Delete(model::Stream stream, const std::string& id) = 0;
  virtual Result<std::vector<std::string>> Ids(model::Stream stream) = 0;
  virtual Result<std::string> AddPatient(const PatientForm& form) = 0;
  // How many characters of a name the vendor has room for.
  virtual std::size_t longest_name() const { return 200; }
  // `local` is the practice's wall clock: "2026-07-01T09:00:00".
  virtual Result<std::string> AddAppointmentAt(const std::string& local) = 0;

  // ---- As staff, where the vendor takes commands ------------------------------------------------
  // Somebody who can be booked, with an empty diary.
  virtual Result<Bookable> AddBookable() { return Cannot(); }
  // A base slot of an opening time to come; the three hours after it are open too.
  virtual Result<std::string> OpenTime() { return Cannot(); }
  virtual Result<std::string> Book(const BookingForm&) { return Cannot(); }
  // On leave from `from` to `to`, practice's wall clock.
  virtual Result<void> SetAway(const std::string& practitioner, const std::string& from,
                               const std::string& to);
  // The patient is opened for a visit.
  virtual Result<std::string> Visit(const std::string& patient);
  // What the practice holds for this patient, the newest last.
  virtual Result<std::vector<FiledDocument>> Documents(const std::string& patient);
  // Held: whatever arrives waits. RunImporter takes up all that waits, held or not.
  virtual Result<void> HoldImporter(bool held);
  virtual Result<void> RunImporter() { return Cannot(); }
  // How many commands of a kind have had an effect since ClearJournal, as the vendor saw it.
  virtual Result<int> Effects(model::CommandKind kind);
  // Settings that pass Check and with which a declared kind is not possible all the same; empty
  // where there are none.
  virtual std::optional<Settings> SettingsWithout(model::CommandKind kind);

  // ---- As staff, where the vendor gives clinical data ------------------------------------------
  // One more believable item of that kind; gives the number of its row.
  virtual Result<std::string> AddClinical(model::ClinicalKind kind, const std::string& patient);
  // Makes that row impossible to read; kUnsupported where nothing of it could be missing.
  virtual Result<void> SpoilClinical(model::ClinicalKind kind, const std::string& row);

  // ---- Behind the vendor's back ---------------------------------------------------------------
  // Makes a row impossible to read, and readable again.
  virtual Result<void> Spoil(model::Stream stream, const std::string& id) = 0;
  virtual Result<void> Mend(model::Stream stream, const std::string& id) = 0;
  // The vendor's next release: a field nobody has heard of, on every row of the stream.
  virtual Result<void> AddUnknownField(model::Stream stream) = 0;
  // Takes away a field that records can do without.
  virtual Result<void> ClearOptional(model::Stream stream, const std::string& id) = 0;
  virtual Result<void> Forbid(model::Stream stream, bool forbidden) = 0;
  // A cursor far beyond the stream's end; empty where the format has no such thing.
  virtual std::optional<Cursor> FutureCursor(model::Stream stream) const = 0;

  // ---- Faults ---------------------------------------------------------------------------------
  // Strikes the next read, once.
  virtual Result<void> Plan(Trouble trouble, std::int64_t amount) = 0;
  virtual Result<void> ClearTroubles() = 0;
  // Strikes the next request that would write, once; reads before it are let through.
  virtual Result<void> PlanWrite(WriteTrouble trouble);
  // Whether a bit turned over anywhere in an answer can be told from the answer itself.
  virtual bool answers_are_checked() const = 0;
  // How many bytes apart answers are damaged: 1 where trying costs nothing, more where each try
  // costs a connection.
  virtual std::int64_t damage_step() const { return 1; }
  virtual Result<std::vector<Seen>> Journal() = 0;
  virtual Result<void> ClearJournal() = 0;

 protected:
  static Error Cannot() {
    return MakeError(Fault::kUnsupported, "the stand-in cannot play this yet");
  }
};

inline Result<void> Clinic::SetAway(const std::string&, const std::string&, const std::string&) {
  return Cannot();
}
inline Result<std::string> Clinic::Visit(const std::string&) { return Cannot(); }
inline Result<std::vector<FiledDocument>> Clinic::Documents(const std::string&) { return Cannot(); }
inline Result<void> Clinic::HoldImporter(bool) { return Cannot(); }
inline Result<int> Clinic::Effects(model::CommandKind) { return Cannot(); }
inline std::optional<Settings> Clinic::SettingsWithout(model::CommandKind) { return std::nullopt; }
inline Result<std::string> Clinic::AddClinical(model::ClinicalKind, const std::string&) {
  return Cannot();
}
inline Result<void> Clinic::SpoilClinical(model::ClinicalKind, const std::string&) {
  return Cannot();
}
inline Result<void> Clinic::PlanWrite(WriteTrouble) { return Cannot(); }

}  // namespace pons::conformance
