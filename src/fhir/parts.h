// SPDX-License-Identifier: Apache-2.0
// Pieces that several resources share: identifiers, names, references, text made fit for FHIR.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/encode.h"
#include "json/writer.h"
#include "model/records.h"

namespace pons::fhir {

inline constexpr std::string_view kV2Types = "http://terminology.hl7.org/CodeSystem/v2-0203";
inline constexpr std::string_view kDataAbsentReason =
    "http://hl7.org/fhir/StructureDefinition/data-absent-reason";

// For resources whose references are ids of ours already.
class NoReferences final : public IdResolver {
 public:
  std::string Resolve(const model::VendorRef&) const override { return {}; }
};

// One resource being written. Construct it (that writes everything up to the end of meta), write
// members to `json()`, then Finish.
class ResourceWriter {
 public:
  // `profile` empty: none is claimed.
  ResourceWriter(std::string_view type, std::string_view profile, const EncodeContext& context);
  ResourceWriter(const ResourceWriter&) = delete;
  ResourceWriter& operator=(const ResourceWriter&) = delete;

  json::Writer& json() { return json_; }
  const EncodeContext& context() const { return context_; }
  Encoded Finish() &&;

 private:
  const EncodeContext& context_;
  Encoded out_;
  json::Writer json_;
};

// Text without blanks at either end and without control characters. The answer views `text`, or
// `room` where something had to be taken out of the middle.
std::string_view Clean(std::string_view text, std::string& room);

// "key":"text", or nothing where the text is empty once cleaned. True when something was written.
bool WriteText(json::Writer& w, std::string_view key, std::string_view text);
// Nothing where `code` is not one of `known` (codes separated by blanks).
void WriteCode(json::Writer& w, std::string_view key, std::string_view code,
               std::string_view known);
// A FHIR date of any precision (2028, 2028-05, 2028-05-31); nothing where it is none.
bool IsPartialDate(std::string_view text);

void WriteCoding(json::Writer& w, std::string_view system, std::string_view code,
                 std::string_view display);
// {"coding":[{…}],"text":"…"}. Requires that code or text is there (model::Coding not empty).
void WriteConcept(json::Writer& w, const model::Coding& coding);
void WriteConcept(json::Writer& w, std::string_view system, std::string_view code,
                  std::string_view display);
// True when the coding has anything to write.
bool HasText(const model::Coding& coding);
bool HasText(std::string_view text);

// "identifier":[…] of the vendor's own id, then what the record carries. `type_code` is of v2-0203
// and says what kind the vendor's own id is; empty: none.
void WriteIdentifiers(ResourceWriter& r, model::Stream stream, std::string_view type_code,
                      const std::vector<model::Identifier>& identifiers);

void WriteName(json::Writer& w, const model::HumanName& name);
bool HasName(const model::HumanName& name);
void WriteTelecoms(json::Writer& w, const std::vector<model::ContactPoint>& telecoms);
bool HasAddress(const model::Address& address);
void WriteAddress(json::Writer& w, const model::Address& address, Jurisdiction jurisdiction);

// A reference that can be written: its target id is known.
struct Target {
  const model::VendorRef* ref = nullptr;
  std::string id;
};
std::optional<Target> Find(const EncodeContext& context, const model::VendorRef& ref);
// {"reference":"Patient/…","display":"…"}. An empty display asks the resolver.
void WriteReference(json::Writer& w, const EncodeContext& context, const Target& target,
                    std::string_view display = {});
// "key":{reference}; nothing where the target is not known.
void WriteReferenceMember(json::Writer& w, std::string_view key, const EncodeContext& context,
                          const model::VendorRef& ref);

// "serviceType": the appointment type as a concept in the practice's own list.
void WriteAppointmentTypeConcept(json::Writer& w, const EncodeContext& context,
                                 const model::VendorRef& service, std::string_view display);
bool HasAppointmentType(const model::VendorRef& service, std::string_view display);

}  // namespace pons::fhir
