// SPDX-License-Identifier: Apache-2.0
#include "fhir/document_reference.h"

#include <optional>
#include <utility>

#include "fhir/parts.h"

namespace pons::fhir {
namespace {

void WriteLiteral(json::Writer& w, std::string_view type, std::string_view id,
                  std::string_view display = {}) {
  w.BeginObject();
  std::string reference(type);
  reference += '/';
  reference += id;
  w.Member("reference", reference);
  WriteText(w, "display", display);
  w.EndObject();
}

// Before the moment it was kept there is nothing to say.
void WriteExportState(json::Writer& w, std::string_view state) {
  if (state.empty()) return;
  w.Key("extension");
  w.BeginArray();
  w.BeginObject();
  w.Member("url", kExportStateExtension);
  w.Member("valueCode", state);
  w.EndObject();
  w.EndArray();
}

void WriteContent(json::Writer& w, const DocumentFields& document, const PracticeZone& zone) {
  w.Key("content");
  w.BeginArray();
  w.BeginObject();
  w.Key("attachment");
  w.BeginObject();
  WriteText(w, "contentType", document.content_type);
  if (!document.binary_id.empty()) w.Member("url", "Binary/" + document.binary_id);
  w.Member("size", static_cast<std::int64_t>(document.bytes));
  w.MemberIfAny("hash", document.sha1_base64);
  WriteText(w, "title", document.title);
  if (document.date > Instant{}) w.Member("creation", FormatInstantIn(document.date, zone));
  w.EndObject();
  w.EndObject();
  w.EndArray();
}

// Where the value lies that follows `before`, up to the quote that ends it.
std::optional<std::pair<std::size_t, std::size_t>> ValueAfter(const std::string& text,
                                                              const std::string& before) {
  const auto at = text.find(before);
  if (at == std::string::npos) return std::nullopt;
  const auto from = at + before.size();
  const auto end = text.find('"', from);
  if (end == std::string::npos) return std::nullopt;
  return std::pair{from, end - from};
}

}  // namespace

bool SetDocumentState(std::string& body, std::string_view export_state,
                      std::string_view doc_status) {
  // Quotes inside of texts are escaped, so that neither can be found in one.
  const auto state =
      ValueAfter(body, "\"url\":\"" + std::string(kExportStateExtension) + "\",\"valueCode\":\"");
  const auto status = ValueAfter(body, ",\"docStatus\":\"");
  if (!state || !status || status->first < state->first) return false;
  body.replace(status->first, status->second, doc_status);
  body.replace(state->first, state->second, export_state);
  return true;
}

Encoded EncodeDocumentReference(const DocumentFields& document, const PracticeZone& zone) {
  const NoReferences none;
  const EncodeContext context{document.id, {}, {}, {}, document.source, zone, none};
  ResourceWriter r("DocumentReference", "", context);
  auto& w = r.json();
  WriteExportState(w, document.export_state);
  if (HasText(document.identifier_value)) {
    w.Key("identifier");
    w.BeginArray();
    w.BeginObject();
    WriteText(w, "system", document.identifier_system);
    WriteText(w, "value", document.identifier_value);
    w.EndObject();
    w.EndArray();
  }
  w.Member("status", document.status);
  WriteCode(w, "docStatus", document.doc_status, "preliminary final amended entered-in-error");
  if (HasText(document.type)) {
    w.Key("type");
    WriteConcept(w, document.type);
  }
  if (!document.patient_id.empty()) {
    w.Key("subject");
    WriteLiteral(w, "Patient", document.patient_id);
  }
  if (document.date > Instant{}) w.Member("date", FormatInstantIn(document.date, zone));
  if (!document.author_id.empty()) {
    w.Key("author");
    w.BeginArray();
    WriteLiteral(w, "Practitioner", document.author_id, document.author_display);
    w.EndArray();
  }
  if (!document.replaces_id.empty()) {
    w.Key("relatesTo");
    w.BeginArray();
    w.BeginObject();
    w.Member("code", "replaces");
    w.Key("target");
    WriteLiteral(w, "DocumentReference", document.replaces_id);
    w.EndObject();
    w.EndArray();
  }
  WriteText(w, "description", document.title);
  WriteContent(w, document, zone);
  if (!document.location_id.empty()) {
    w.Key("context");
    w.BeginObject();
    w.Key("related");
    w.BeginArray();
    WriteLiteral(w, "Location", document.location_id);
    w.EndArray();
    w.EndObject();
  }
  return std::move(r).Finish();
}

}  // namespace pons::fhir
