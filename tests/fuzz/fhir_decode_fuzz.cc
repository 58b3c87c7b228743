// SPDX-License-Identifier: Apache-2.0
// Resources that apps send: any JSON becomes a value of the inner model, or an error that names the
// element by its path and blames the sender. A patient that was understood is written and
// understood again as the same patient.
#include <string>

#include "fhir/decode.h"
#include "fhir/encode.h"
#include "fuzz.h"
#include "json/value.h"

namespace {

namespace fhir = pons::fhir;
namespace json = pons::json;
namespace model = pons::model;

class Nobody final : public fhir::IdResolver {
 public:
  std::string Resolve(const model::VendorRef&) const override { return {}; }
};

void CheckError(const pons::Error& error) {
  PONS_CHECK(error.fault == pons::Fault::kRejected);
  PONS_CHECK(error.effect == pons::Effect::kNone);
  PONS_CHECK(!error.vendor_code.empty() && !error.summary.empty());
}

json::Value Written(const model::Patient& patient) {
  static const Nobody ids;
  static const auto zone = pons::PracticeZone::Named("Australia/Sydney").value();
  const fhir::EncodeContext context{"p",  "1", "https://pons.health/connections/c", "", "",
                                    zone, ids};
  const auto encoded = fhir::Encode(patient, context);
  auto value = json::Parse(encoded.head + R"("versionId":"1")" + encoded.tail);
  PONS_CHECK(value.has_value());
  return std::move(*value);
}

void TryPatient(const json::Value& value) {
  const auto first = fhir::DecodePatient(value);
  if (!first) return CheckError(first.error());
  // What writing adds (a state from the postcode) is there after the first time.
  const auto second = fhir::DecodePatient(Written(*first));
  PONS_CHECK(second.has_value());
  const auto third = fhir::DecodePatient(Written(*second));
  PONS_CHECK(third.has_value() && *third == *second);
  PONS_CHECK(second->names.size() == first->names.size());
  PONS_CHECK(second->identifiers.size() == first->identifiers.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto value = json::Parse(pons::AsText(data + 1, size - 1));
  if (!value) return 0;
  switch (data[0] % 4) {
    case 0:
      TryPatient(*value);
      break;
    case 1:
      if (const auto request = fhir::DecodeAppointment(*value); !request) {
        CheckError(request.error());
      } else {
        PONS_CHECK(!request->minutes || *request->minutes > 0);
      }
      break;
    case 2:
      if (const auto request = fhir::DecodeDocumentReference(*value); !request) {
        CheckError(request.error());
      } else {
        PONS_CHECK(request->data.has_value() != !request->binary_id.empty());
        PONS_CHECK(!request->patient.empty() && !request->content_type.empty());
      }
      break;
    default:
      if (const auto reference = fhir::ReadReference(*value, "Any.reference"); !reference) {
        CheckError(reference.error());
      } else {
        PONS_CHECK(!reference->empty() && reference->id.size() <= 65);
      }
      break;
  }
  return 0;
}
