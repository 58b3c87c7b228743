// SPDX-License-Identifier: Apache-2.0
#include "api/writes.h"

#include <algorithm>

#include "api/json_patch.h"
#include "base/text.h"
#include "crypto/crypto.h"
#include "model/au_identifiers.h"

namespace pons::api {
namespace {

using model::Stream;

constexpr std::string_view kPatchType = "application/json-patch+json";

bool IsPrintableAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F; });
}

// "application/fhir+json; charset=utf-8" without what follows the type.
std::string ContentType(const Call& call) {
  const std::string_view header = net::FindHeader(call.request.headers, "content-type");
  return AsciiLower(Trim(header.substr(0, header.find(';'))));
}

// The ids that a reference of a stored record leads to.
std::string IdAt(const json::Value& resource, std::string_view key) {
  const auto* element = resource.Find(key);
  if (element == nullptr) return {};
  const auto read = fhir::ReadReference(*element, key);
  return read ? read->id : std::string();
}

std::string TokenValue(std::string_view value) {
  std::string out;
  for (const char c : AsciiUpper(value)) {
    if (c != ' ') out += c;
  }
  return out;
}

bool EtagFits(std::string_view header, std::int64_t version) {
  const std::string number = "\"" + std::to_string(version) + "\"";
  for (std::string_view one : Split(header, ',')) {
    one = Trim(one);
    if (one == "*") return true;
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one == number) return true;
  }
  return false;
}

}  // namespace

bool Write::No(int status, std::string_view code, std::string_view text,
               std::string_view expression, net::Headers headers) {
  fhir::Issue issue;
  issue.code = code;
  issue.text = text;
  issue.expression = expression;
  Refuse(service_, *call_, status, std::move(issue), std::move(headers));
  return false;
}

bool Write::No(const Error& error) {
  if (error.fault == Fault::kUnsupported) {
    return No(422, "not-supported", error.summary);
  }
  Fail(service_, *call_, error);
  return false;
}

bool Write::NotDecoded(const Error& error) {
  return No(422, "invalid", error.summary, error.vendor_code);
}

PracticeZone Write::Zone(store::ConnectionKey connection) const {
  const auto found = snapshot_->zones.find(connection);
  auto zone = PracticeZone::Named(found == snapshot_->zones.end() ? std::string_view("UTC")
                                                                  : found->second);
  return zone ? std::move(*zone) : PracticeZone::Named("UTC").value();
}

bool Write::Begin(bool key_required) {
  auto reader = service_.readers.Borrow();
  if (!reader) return No(reader.error());
  reader_.emplace(std::move(*reader));
  auto snapshot = service_.directory.Current();
  if (!snapshot) return No(snapshot.error());
  snapshot_ = std::move(*snapshot);
  preference_ = ReadPreference(call_->request.headers);
  submission_.app = app().app.key;
  return ReadKey(key_required);
}

bool Write::ReadKey(bool required) {
  const std::string_view key = Trim(net::FindHeader(call_->request.headers, "idempotency-key"));
  if (key.empty()) {
    if (!required) return true;
    return No(400, "required",
              "Send \"Idempotency-Key\" with a name of your own for this request (a UUID will do), "
              "and the same one when you repeat it: that is how nothing is made twice when an "
              "answer is lost.");
  }
  if (key.size() > 255 || !IsPrintableAscii(key)) {
    return No(400, "invalid", "\"Idempotency-Key\" is 1 to 255 printable ASCII characters.");
  }
  submission_.idempotency_key = key;
  submission_.request_hash = Hex(crypto::Sha256(
      call_->request.method + "\n" + call_->request.target + "\n" + call_->request.body));
  auto known = service_.deps.desk->FindByKey(app().app.key, key, submission_.request_hash);
  if (!known) return No(known.error());
  if (*known) {
    Await(**known);
    return false;
  }
  return true;
}

bool Write::ReadResource() {
  const std::string type = ContentType(*call_);
  if (!type.empty() && type != "application/fhir+json" && type != "application/json") {
    return No(415, "not-supported", "Send application/fhir+json.");
  }
  auto value = json::Parse(call_->request.body);
  if (!value) return No(400, "structure", "The body is no JSON: " + value.error().summary + ".");
  resource_ = std::move(*value);
  return true;
}

bool Write::FindTarget(Stream stream, std::string_view id) {
  auto found = reader().Locate(app().GrantsFor(stream), stream, id);
  if (!found) return No(found.error());
  const std::string type(model::ResourceTypeOf(stream));
  if (!*found) {
    return No(404, "not-found", "There is no " + type + " with this id that this app may see.");
  }
  if ((*found)->record.deleted) return No(410, "deleted", "The record has been deleted.");
  auto body = json::Parse(*(*found)->record.body);
  if (!body) return No(body.error());
  target_ = std::move(**found);
  target_json_ = std::move(*body);
  submission_.target = target_->record.id;
  submission_.connection = target_->source.connection;
  submission_.expected_version = target_->source.vendor_version;
  return true;
}

bool Write::ReadNewState(Stream stream, std::string_view id) {
  const std::string type(model::ResourceTypeOf(stream));
  if (call_->request.method == "PUT") {
    if (!ReadResource()) return false;
    if (resource_.Text("id") != id) {
      return No(400, "invalid", "The resource's id must be the one in the address.", type + ".id");
    }
    return true;
  }
  if (ContentType(*call_) != kPatchType) {
    return No(415, "not-supported", "A PATCH is a JSON Patch: application/json-patch+json.", {},
              {{"Accept-Patch", std::string(kPatchType)}});
  }
  const auto patch = json::Parse(call_->request.body);
  if (!patch) return No(400, "structure", "The body is no JSON: " + patch.error().summary + ".");
  auto patched = ApplyJsonPatch(target_json_, *patch);
  if (!patched) {
    const bool unreadable = patched.error().fault == Fault::kProtocol;
    return No(unreadable ? 400 : 422, unreadable ? "structure" : "invalid",
              patched.error().summary);
  }
  resource_ = std::move(*patched);
  if (resource_.Text("id") != id || resource_.Text("resourceType") != type) {
    return No(422, "invalid", "A patch cannot change which record this is.");
  }
  return true;
}

bool Write::CheckIfMatch() {
  const std::string_view header = net::FindHeader(call_->request.headers, "if-match");
  if (Trim(header).empty()) {
    return No(428, "required",
              "Send \"If-Match\" with the ETag of the version you have read, so that nobody's "
              "change is overwritten unseen.");
  }
  if (EtagFits(header, target_->record.version)) return true;
  return No(412, "conflict",
            "The record has changed since you read it: read it again, then decide again.", {},
            {{"ETag", "W/\"" + std::to_string(target_->record.version) + "\""}});
}

bool Write::ChooseGrant(store::ConnectionKey connection,
                        const std::vector<store::GrantKey>& seen_by, bool store::Switches::*needed,
                        std::string_view switch_name) {
  const store::Grant* chosen = nullptr;
  for (const auto key : app().grants) {
    const auto found = snapshot_->grants.find(key);
    if (found == snapshot_->grants.end()) continue;
    const auto& grant = found->second;
    if (grant.connection != connection || !(grant.switches.*needed)) continue;
    const bool sees = std::find(seen_by.begin(), seen_by.end(), key) != seen_by.end();
    if (chosen == nullptr || sees) chosen = &grant;
    if (sees) break;
  }
  if (chosen == nullptr) {
    return No(403, "forbidden",
              "The practice has not switched on \"" + std::string(switch_name) +
                  "\" for this app: its admin can, on the grant's page.");
  }
  grant_ = chosen;
  submission_.connection = connection;
  submission_.grant = chosen->key;
  return true;
}

bool Write::CheckSupport(model::CommandKind kind) {
  const auto able = service_.deps.desk->Supports(submission_.connection, kind);
  return able ? true : No(able.error());
}

std::optional<store::LocatedRecord> Write::ByIdentifier(const fhir::Reference& reference,
                                                        Stream stream, std::string_view path) {
  store::SearchQuery query;
  query.stream = stream;
  query.grants = app().GrantsFor(stream);
  query.limit = 10;
  store::SearchClause clause;
  clause.field = store::SearchField::kIdentifier;
  store::Token token;
  token.value = TokenValue(reference.identifier_value);
  if (!reference.identifier_system.empty()) token.system = reference.identifier_system;
  clause.tokens.push_back(std::move(token));
  query.clauses.push_back(std::move(clause));
  auto page = reader().Search(query);
  if (!page) {
    No(page.error());
    return std::nullopt;
  }
  if (page->records.size() > 1) {
    No(422, "multiple-matches", "Several records have this identifier: refer to one by its id.",
       path);
    return std::nullopt;
  }
  if (page->records.empty()) {
    No(422, "not-found", "Nothing that this app may see has this identifier.", path);
    return std::nullopt;
  }
  fhir::Reference found;
  found.type = model::ResourceTypeOf(stream);
  found.id = page->records.front().id.value;
  return Resolve(found, stream, path);
}

std::optional<store::LocatedRecord> Write::Resolve(const fhir::Reference& reference, Stream stream,
                                                   std::string_view path) {
  const std::string type(model::ResourceTypeOf(stream));
  if (!reference.type.empty() && reference.type != type) {
    No(422, "invalid", "This must be a " + type + ".", path);
    return std::nullopt;
  }
  if (reference.id.empty()) return ByIdentifier(reference, stream, path);
  auto found = reader().Locate(app().GrantsFor(stream), stream, reference.id);
  if (!found) {
    No(found.error());
    return std::nullopt;
  }
  if (!*found) {
    No(422, "not-found", "There is no " + type + " with this id that this app may see.", path);
    return std::nullopt;
  }
  if ((*found)->record.deleted) {
    No(422, "deleted", "This " + type + " has been deleted.", path);
    return std::nullopt;
  }
  return std::move(*found);
}

std::optional<store::LocatedRecord> Write::ResolvePractitioner(
    const fhir::Reference& reference, std::string_view path,
    std::optional<store::LocatedRecord>* location, store::ConnectionKey connection) {
  if (reference.type == "Practitioner" && !reference.id.empty()) {
    return Resolve(reference, Stream::kPractitioners, path);
  }
  std::optional<store::LocatedRecord> role;
  if (!reference.id.empty()) {
    role = Resolve(reference, Stream::kPractitionerRoles, path);
    if (!role) return std::nullopt;
  } else {
    // A provider number belongs to a person at a place; others to the person.
    fhir::Reference by = reference;
    by.type.clear();
    if (by.identifier_system == kAppUserSystem) {
      return ResolveAppUser(by.identifier_value, path, connection);
    }
    if (by.identifier_system == model::au::kProviderSystem) {
      const auto checked = model::au::CheckProviderNumber(by.identifier_value);
      if (checked.state == model::au::State::kMalformed) {
        No(422, "invalid", "This is no provider number.", path);
        return std::nullopt;
      }
      by.identifier_value = checked.value;
      role = ByIdentifier(by, Stream::kPractitionerRoles, path);
      if (!role) return std::nullopt;
    } else {
      return ByIdentifier(by, Stream::kPractitioners, path);
    }
  }
  const auto body = json::Parse(*role->record.body);
  if (!body) {
    No(body.error());
    return std::nullopt;
  }
  fhir::Reference person;
  person.id = IdAt(*body, "practitioner");
  if (person.id.empty()) {
    No(422, "not-found", "This role names no practitioner that this app may see.", path);
    return std::nullopt;
  }
  if (location != nullptr && !*location) {
    const auto* places = body->Find("location");
    if (places != nullptr && places->array() != nullptr && places->array()->size() == 1) {
      const auto place = fhir::ReadReference(places->array()->front(), path);
      if (place) {
        auto located =
            reader().Locate(app().GrantsFor(Stream::kLocations), Stream::kLocations, place->id);
        if (located && *located && !(*located)->record.deleted) *location = std::move(**located);
      }
    }
  }
  return Resolve(person, Stream::kPractitioners, path);
}

std::optional<store::LocatedRecord> Write::ResolveService(const fhir::Reference& reference,
                                                          store::ConnectionKey connection,
                                                          std::string_view path) {
  if (!reference.id.empty()) return Resolve(reference, Stream::kHealthcareServices, path);
  const auto id = snapshot_->connections.find(connection);
  const bool ours =
      reference.identifier_system.empty() ||
      (id != snapshot_->connections.end() &&
       reference.identifier_system.ends_with("/" + id->second.value + "/appointment-type"));
  std::optional<ResourceId> found;
  if (ours) {
    auto by_code = reader().FindByVendorId(connection, Stream::kHealthcareServices,
                                           reference.identifier_value);
    if (!by_code) {
      No(by_code.error());
      return std::nullopt;
    }
    found = std::move(*by_code);
  }
  if (!found) {
    No(422, "not-found", "The practice has no such appointment type.", path);
    return std::nullopt;
  }
  fhir::Reference service;
  service.id = found->value;
  return Resolve(service, Stream::kHealthcareServices, path);
}

bool Write::SamePractice(const store::LocatedRecord& record, store::ConnectionKey connection,
                         std::string_view path) {
  if (record.source.connection == connection) return true;
  return No(422, "invalid", "This is of another practice than the patient.", path);
}

void Write::Submit(model::CommandBody body) {
  submission_.body = std::move(body);
  auto submitted = service_.deps.desk->Submit(submission_);
  if (!submitted) {
    No(submitted.error());
    return;
  }
  Await(submitted->command);
}

void Write::Await(const commands::CommandView& view) {
  // Readers are few; the wait needs none.
  reader_.reset();
  const bool kept_is_enough = view.kind == model::CommandKind::kAttachDocument;
  const bool ended = commands::IsFinal(view.state) || view.state == commands::State::kNeedsPerson;
  if (kept_is_enough || ended || preference_.wait.count() == 0) {
    return AnswerCommand(service_, *call_, view, preference_);
  }
  const Instant until = service_.deps.clock.Now() + preference_.wait;
  service_.settling.Wait(*service_.deps.desk, view, until,
                         [&service = service_, call = call_,
                          preference = preference_](const commands::CommandView& settled) {
                           AnswerCommand(service, *call, settled, preference);
                         });
}

}  // namespace pons::api
