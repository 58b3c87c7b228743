// SPDX-License-Identifier: Apache-2.0
// Turns records of the inner model into FHIR R4 JSON, conforming to AU Base and AU Core where the
// data allow it. The only place that knows how FHIR JSON is written.
//
// Promises: the bytes are valid FHIR R4 whatever the text in the record (no empty strings, arrays
// or objects; blanks at either end and control characters are taken away; codes that FHIR does not
// know are left out). meta.profile names an AU Core profile only where its constraints are met. The
// same record and context always give the same bytes. Instants carry the practice's offset at that
// moment, so that a reader sees the time on the practice's clock.
//
// Threads: pure functions; the resolver is called on the caller's thread.
// Errors: none. A reference that the resolver does not know is left out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"
#include "model/records.h"

namespace pons::fhir {

// Extensions of our own, documented in docs/reference/fhir.md.
inline constexpr std::string_view kEthnicityExtension =
    "https://pons.health/fhir/StructureDefinition/ethnicity";
inline constexpr std::string_view kVendorStatusExtension =
    "https://pons.health/fhir/StructureDefinition/vendor-status";
inline constexpr std::string_view kUsualLengthExtension =
    "https://pons.health/fhir/StructureDefinition/usual-length";

// The FHIR ids of what a record refers to.
class IdResolver {
 public:
  virtual ~IdResolver() = default;
  // The FHIR logical id; empty where the vendor's record is not known, and must not be referred to.
  virtual std::string Resolve(const model::VendorRef& ref) const = 0;
  // What a person would call it ("Dr Alex Nguyen"); empty: not known. Never asked of patients.
  virtual std::string Display(const model::VendorRef& ref) const {
    (void)ref;
    return {};
  }
};

enum class Jurisdiction : std::uint8_t { kAustralia, kOther };

// What a record does not know about itself. Views must outlive the call.
struct EncodeContext {
  std::string_view id;               // the record's own FHIR id
  std::string_view vendor_id;        // what the vendor calls it
  std::string_view identifier_base;  // "https://pons.health/connections/<connection id>"
  std::string_view practice_name;    // the assigner of vendor ids; empty: not known
  std::string_view source;           // meta.source, a URI; empty: none
  const PracticeZone& zone;
  const IdResolver& ids;
  Jurisdiction jurisdiction = Jurisdiction::kAustralia;
};

// head + `"versionId":"3","lastUpdated":"…"` + tail is the resource.
struct Encoded {
  std::string head;  // ends with `"meta":{`
  std::string tail;  // starts with `}` or `,`
  bool operator==(const Encoded&) const = default;
};

Encoded Encode(const model::Record& record, const EncodeContext& context);

// What the vendor's own ids of that stream are called below identifier_base: "patient-id". The
// identifier in the resource has the system identifier_base + '/' + this.
std::string_view LocalIdentifierName(model::Stream stream);

// The state or territory of an Australian postcode, "NSW"; empty where the postcode is none, or
// covers places in two states.
std::string_view StateOfPostcode(std::string_view postcode);

}  // namespace pons::fhir
