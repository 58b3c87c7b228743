// SPDX-License-Identifier: Apache-2.0
// One write on its way to the desk: what all kinds of writes are judged by, in the order that
// docs/reference/api.md promises. Each step either goes on or has answered the call.
//
// Threads: one at a time, on the pool for writes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/service.h"
#include "commands/desk.h"
#include "fhir/decode.h"
#include "fhir/operation_outcome.h"
#include "json/value.h"

namespace pons::api {

// The system of identifiers that are an app's own ids of its users.
inline constexpr std::string_view kAppUserSystem = "https://pons.health/app-users";

// What the caller would like the answer to be.
struct Preference {
  enum class Return { kRepresentation, kMinimal, kOutcome };
  Return what = Return::kRepresentation;
  std::chrono::seconds wait{10};
};
Preference ReadPreference(const net::Headers& headers);

// An error answer with the element that it is about.
void Refuse(Service& service, Call& call, int status, fhir::Issue issue, net::Headers headers = {});

// How a command stands, as an answer: 201, 200, 202, 409, 422, … Names the Task in `Pons-Task`.
void AnswerCommand(Service& service, Call& call, const commands::CommandView& view,
                   const Preference& preference);

class Write {
 public:
  Write(Service& service, CallPtr call) : service_(service), call_(std::move(call)) {}

  // ---- steps; false (or empty): the call has been answered
  // Fetches what the rest needs, and answers where this key's first answer is known already.
  bool Begin(bool key_required);
  // The body as JSON: 415 where it says that it is something else, 400 where it cannot be read.
  bool ReadResource();
  // The record that is to be changed: 404, or 410 where it is deleted.
  bool FindTarget(model::Stream stream, std::string_view id);
  // The body, or the target after the body's patch. Both must stay the same record.
  bool ReadNewState(model::Stream stream, std::string_view id);
  // 428 without, 412 where it is not the target's version.
  bool CheckIfMatch();
  // A grant of that connection with that switch on; 403 naming the switch.
  bool ChooseGrant(store::ConnectionKey connection, const std::vector<store::GrantKey>& seen_by,
                   bool store::Switches::*needed, std::string_view switch_name);
  // 422 naming what the connection cannot do.
  bool CheckSupport(model::CommandKind kind);

  // What a reference leads to, within what the app may see; 422 where nothing does.
  std::optional<store::LocatedRecord> Resolve(const fhir::Reference& reference,
                                              model::Stream stream, std::string_view path);
  // The practitioner behind a Practitioner, a PractitionerRole, a provider number, or a user of the
  // app who is linked to one (at `connection`, where it is known). The place of a role goes into
  // `location` where that is empty.
  std::optional<store::LocatedRecord> ResolvePractitioner(
      const fhir::Reference& reference, std::string_view path,
      std::optional<store::LocatedRecord>* location, store::ConnectionKey connection = 0);
  // The practice's appointment type, by reference or by its own code.
  std::optional<store::LocatedRecord> ResolveService(const fhir::Reference& reference,
                                                     store::ConnectionKey connection,
                                                     std::string_view path);
  // All of a write's records are of one practice.
  bool SamePractice(const store::LocatedRecord& record, store::ConnectionKey connection,
                    std::string_view path);

  // Hands the command in and answers when it has settled, or when the caller has waited enough.
  void Submit(model::CommandBody body);

  // Answers, and is false, so that a step can return it.
  bool No(int status, std::string_view code, std::string_view text,
          std::string_view expression = {}, net::Headers headers = {});
  bool No(const Error& error);
  // A decoder's error: 422 with its FHIRPath.
  bool NotDecoded(const Error& error);

  Service& service() { return service_; }
  Call& call() { return *call_; }
  const AppView& app() const { return *call_->session->app; }
  const Snapshot& snapshot() const { return *snapshot_; }
  store::Reader& reader() { return *reader_->get(); }
  const json::Value& resource() const { return resource_; }
  const store::LocatedRecord& target() const { return *target_; }
  const json::Value& target_json() const { return target_json_; }
  const store::Grant& grant() const { return *grant_; }
  commands::Submission& submission() { return submission_; }
  PracticeZone Zone(store::ConnectionKey connection) const;

 private:
  std::optional<store::LocatedRecord> ResolveAppUser(std::string_view user, std::string_view path,
                                                     store::ConnectionKey connection);
  bool ReadKey(bool required);
  void Await(const commands::CommandView& view);
  std::optional<store::LocatedRecord> ByIdentifier(const fhir::Reference& reference,
                                                   model::Stream stream, std::string_view path);

  Service& service_;
  CallPtr call_;
  Preference preference_;
  std::optional<ReaderPool::Lease> reader_;
  std::shared_ptr<const Snapshot> snapshot_;
  json::Value resource_;
  std::optional<store::LocatedRecord> target_;
  json::Value target_json_;
  const store::Grant* grant_ = nullptr;
  commands::Submission submission_;
};

// ---- routes, on the pool for writes. Each answers the call.
void CreatePatient(Service& service, const CallPtr& call);
void UpdatePatient(Service& service, const CallPtr& call);
void MatchPatient(Service& service, const CallPtr& call);
void BookAppointment(Service& service, const CallPtr& call);
void UpdateAppointment(Service& service, const CallPtr& call);
void UpdateTask(Service& service, const CallPtr& call);
// Goes on to a pool of its own.
void MakeTimelineReport(Service& service, const CallPtr& call);

// An operation on a type, as the CapabilityStatement tells it.
struct Operation {
  std::string_view name;  // "match"
  std::string_view definition;
};
std::vector<Operation> OperationsOf(model::Stream stream);

// POST, PUT and PATCH below /fhir/R4. `rest` is what follows.
void HandleWrite(Service& service, Call&& call, std::string_view rest);
// /fhir/R4/Binary and what is below it.
void HandleBinary(Service& service, Call&& call, std::string_view rest);
// How large the body of a request may be.
std::size_t BodyLimit(Service& service, const net::ServerRequest& request);
inline constexpr std::size_t kMostBodyBytes = 1u << 20;
inline constexpr std::size_t kMostUploadBytes = 32u << 20;

}  // namespace pons::api
