// SPDX-License-Identifier: Apache-2.0
#include "api/documents.h"

#include <algorithm>

#include "base/text.h"
#include "commands/record_keys.h"
#include "crypto/crypto.h"
#include "fhir/document_reference.h"

namespace pons::api {
namespace {

using model::Stream;

constexpr std::string_view kAttachment = "DocumentReference.content[0].attachment";
constexpr std::string_view kAuthor = "DocumentReference.author";

// A PDF begins and ends as one; what lies between is the reader's business.
bool LooksLikePdf(std::string_view bytes) {
  if (!bytes.starts_with("%PDF-")) return false;
  const auto tail = bytes.substr(bytes.size() - std::min<std::size_t>(bytes.size(), 1024));
  return tail.find("%%EOF") != std::string_view::npos;
}

bool CheckContent(Write& write, const fhir::DocumentRequest& request) {
  const std::string path(kAttachment);
  if (request.content_type != "application/pdf") {
    return write.No(422, "not-supported", "Practices take documents as application/pdf.",
                    path + ".contentType");
  }
  if (request.data->empty()) {
    return write.No(422, "invalid", "The document has no bytes.", path + ".data");
  }
  if (request.data->size() > kMostDocumentBytes) {
    return write.No(413, "too-long", "The document is larger than 20 MiB; make its images smaller.",
                    path + ".data");
  }
  if (!LooksLikePdf(*request.data)) {
    return write.No(422, "invalid",
                    "The document is no whole PDF: one begins with %PDF- and ends with %%EOF.",
                    path + ".data");
  }
  return true;
}

// The bytes of an upload take the place of its address. False: answered.
bool FetchBinary(Write& write, fhir::DocumentRequest& request) {
  if (request.data) return true;
  const auto path = std::string(kAttachment) + ".url";
  const auto found =
      write.reader().Binary(write.app().app.key, request.binary_id, write.call().began);
  if (!found) return write.No(found.error());
  if (!*found) {
    return write.No(422, "not-found",
                    "There is no such Binary of this app's; an upload is kept for a day.", path);
  }
  request.data = *(*found)->bytes;
  return true;
}

struct Parties {
  std::optional<store::LocatedRecord> patient, author, location;
};

// False: answered.
bool ResolveParties(Write& write, const fhir::DocumentRequest& request, Parties& parties) {
  constexpr std::string_view kSubject = "DocumentReference.subject";
  constexpr std::string_view kRelated = "DocumentReference.context.related";
  parties.patient = write.Resolve(request.patient, Stream::kPatients, kSubject);
  if (!parties.patient) return false;
  const auto connection = parties.patient->source.connection;
  if (request.author.empty()) {
    return write.No(422, "required",
                    "A document needs its author: the practitioner who is signed in at the app, "
                    "as a reference or by provider number. It is addressed to them.",
                    kAuthor);
  }
  if (!request.location.empty()) {
    parties.location = write.Resolve(request.location, Stream::kLocations, kRelated);
    if (!parties.location || !write.SamePractice(*parties.location, connection, kRelated)) {
      return false;
    }
  }
  parties.author =
      write.ResolvePractitioner(request.author, kAuthor, &parties.location, connection);
  return parties.author && write.SamePractice(*parties.author, connection, kAuthor);
}

// False: answered.
bool CheckReplaced(Write& write, const fhir::DocumentRequest& request) {
  if (request.replaces.empty()) return true;
  constexpr std::string_view kPath = "DocumentReference.relatesTo";
  const auto found = write.reader().Locate(write.app().GrantsFor(Stream::kDocumentReferences),
                                           Stream::kDocumentReferences, request.replaces);
  if (!found) return write.No(found.error());
  if (*found && !(*found)->record.deleted) {
    return write.SamePractice(**found, write.submission().connection, kPath);
  }
  return write.No(422, "not-found", "There is no such document that this app may see.", kPath);
}

std::string NameIn(const store::LocatedRecord& practitioner) {
  const auto body = json::Parse(*practitioner.record.body);
  if (!body) return {};
  const auto* names = body->Find("name");
  if (names == nullptr || names->array() == nullptr || names->array()->empty()) return {};
  const auto& name = names->array()->front();
  std::string out;
  for (const char* key : {"prefix", "given"}) {
    const auto* parts = name.Find(key);
    if (parts == nullptr || parts->array() == nullptr) continue;
    for (const auto& part : *parts->array()) {
      if (part.string() != nullptr) out += (out.empty() ? "" : " ") + *part.string();
    }
  }
  const auto family = std::string(name.Text("family"));
  return family.empty() ? out : out + (out.empty() ? "" : " ") + family;
}

// The record that apps read, as it stands when the document has been kept.
store::RecordWrite RecordOf(const Write& write, const fhir::DocumentFields& fields,
                            store::ConnectionKey connection, Instant now) {
  auto encoded = fhir::EncodeDocumentReference(fields, write.Zone(connection));
  store::RecordWrite record;
  record.stream = Stream::kDocumentReferences;
  record.id = ResourceId(fields.id);
  record.body = {std::move(encoded.head), std::move(encoded.tail)};
  record.keys = commands::SearchKeysOf(fields);
  record.source.connection = connection;
  record.source.vendor_id = fields.id;
  record.source.origin = "app";
  record.source.read_at = now;
  return record;
}

fhir::DocumentFields FieldsOf(Write& write, const fhir::DocumentRequest& request,
                              const Parties& parties, Instant now) {
  const auto& id = write.snapshot().connections.at(parties.patient->source.connection).value;
  fhir::DocumentFields fields;
  fields.id = NewId(write.service().deps.random);
  fields.export_state = "queued";
  fields.patient_id = parties.patient->record.id.value;
  fields.author_id = parties.author->record.id.value;
  fields.author_display = NameIn(*parties.author);
  if (parties.location) fields.location_id = parties.location->record.id.value;
  fields.type = request.type;
  fields.title = request.title.empty() ? std::string("Report") : request.title;
  fields.date = request.date.value_or(now);
  fields.content_type = request.content_type;
  fields.bytes = request.data->size();
  fields.sha1_base64 = crypto::Base64(crypto::Sha1(*request.data));
  fields.binary_id = fields.id;
  fields.replaces_id = request.replaces;
  fields.source = "https://pons.health/connections/" + id;
  fields.identifier_system = fields.source + "/document-id";
  fields.identifier_value = request.identifier_value.empty() ? fields.id : request.identifier_value;
  return fields;
}

}  // namespace

void CreateDocument(Write& write, fhir::DocumentRequest request) {
  if (!FetchBinary(write, request) || !CheckContent(write, request)) return;
  Parties parties;
  if (!ResolveParties(write, request, parties)) return;
  const auto connection = parties.patient->source.connection;
  if (!write.ChooseGrant(connection, parties.patient->seen_by, &store::Switches::reports_out,
                         "reports_out") ||
      !CheckReplaced(write, request) || !write.CheckSupport(model::CommandKind::kAttachDocument)) {
    return;
  }
  const Instant now = write.service().deps.clock.Now();
  const auto fields = FieldsOf(write, request, parties, now);
  auto& submission = write.submission();
  submission.patient = parties.patient->record.id;
  submission.document = RecordOf(write, fields, connection, now);
  submission.content = std::make_shared<const std::string>(std::move(*request.data));
  model::AttachDocument attach;
  attach.document_id = fields.id;
  attach.patient = {Stream::kPatients, parties.patient->source.vendor_id};
  attach.author = {Stream::kPractitioners, parties.author->source.vendor_id};
  if (parties.location) {
    attach.location = {Stream::kLocations, parties.location->source.vendor_id};
  }
  attach.title = fields.title;
  attach.type = fields.type;
  attach.content_type = fields.content_type;
  attach.date = fields.date;
  attach.replaces = fields.replaces_id;
  write.Submit(std::move(attach));
}

void PostDocument(Service& service, const CallPtr& call) {
  Write write(service, call);
  if (!write.Begin(true) || !write.ReadResource()) return;
  auto request = fhir::DecodeDocumentReference(write.resource());
  if (!request) {
    write.NotDecoded(request.error());
    return;
  }
  CreateDocument(write, std::move(*request));
}

}  // namespace pons::api
