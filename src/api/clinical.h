// SPDX-License-Identifier: Apache-2.0
// Clinical data of a patient, asked of the practice while the app waits, and not kept: searches by
// patient, reads by an id that such a search gave, and the bytes of documents. For grants with the
// switch read_clinical_data only.
//
// Condition and DocumentReference have kept records besides (cancer history, what apps sent). A
// Condition search by patient asks the practice; one of DocumentReference does when it asks for the
// category practice-document. docs/decisions/0041-clinical-data-on-demand.md says why.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "api/service.h"

namespace pons::api {

enum class LiveField : std::uint8_t { kPatient, kCategory, kCode, kStatus, kDate, kRelationship };

struct LiveParam {
  std::string_view name;
  LiveField field;
  std::string_view documentation;
};
std::string_view LiveParamTypeName(LiveField field);  // "token"

struct LiveType {
  std::string_view name;  // "MedicationStatement"
  std::span<const LiveParam> params;
  std::span<const model::ClinicalKind> kinds;
  bool also_kept = false;  // there are stored records of this type as well
};
std::span<const LiveType> LiveTypes();
const LiveType* LiveTypeNamed(std::string_view name);

// Whether the practice is to be asked: this server does, and the search is one of a patient's
// clinical data.
bool IsLiveSearch(const Service& service, std::string_view type, const net::FormFields& fields);
// Whether the id is one that a live search gave.
bool IsLiveId(std::string_view id);

// Each answers the call, now or later. The token's scope has been judged.
void SearchLive(Service& service, const CallPtr& call, const LiveType& type,
                const net::FormFields& fields);
void ReadLive(Service& service, const CallPtr& call, const LiveType& type);
// The bytes of the document of the call's id. `give` answers with them.
void ReadLiveContent(Service& service, const CallPtr& call,
                     std::function<void(Call&, const ClinicalContent&)> give);

}  // namespace pons::api
