// SPDX-License-Identifier: Apache-2.0
// From rows of the clinical views to the inner model: the statements, and pure functions for what
// their cells mean. Each inferred meaning is one function, marked INFERRED.
#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "connector/connector.h"
#include "model/clinical.h"
#include "vendors/best_practice/connector/best_practice_wire.h"

namespace pons::best_practice {

// A view as it is read for one patient, newest rows first. The computed order needs no column.
struct View {
  std::string_view name;
  std::span<const std::string_view> columns;
  std::string_view order;  // empty: as they come
};

extern const View kHistoryView, kRxView, kReactionsView, kKnownAllergiesView, kObservationsView,
    kTobaccoView, kAlcoholView, kSocialView, kFamilyView, kFamilyDetailView, kInvestigationsView,
    kCorrespondenceInView, kCorrespondenceOutView, kReportsView, kImagesView;

// Rows of that patient, where the patient's record is live; one more than is ever given.
net::SqlStatement SelectOf(const View& view, std::int64_t patient);
// One row: whether there is such a patient.
net::SqlStatement SelectIsThere(std::int64_t patient);
// One row: whether the patient has that document.
net::SqlStatement SelectHasDocument(std::string_view view, std::string_view key,
                                    std::int64_t patient, std::int64_t document);

using ItemOrBad = std::variant<model::ClinicalItem, BadCell>;

ItemOrBad ToHistory(net::SqlRow row);
ItemOrBad ToMedication(net::SqlRow row);
// Reactions and relatives have no number: one is made of what they say.
ItemOrBad ToReaction(net::SqlRow row);
// Whether the practice has asked and there are none.
bool SaysNoneKnown(std::string_view known_allergies);

// One row of BPS_Observations.
struct Measured {
  std::int64_t key = 0, code = 0;
  std::string name, value, provider;
  std::string effective;  // FHIR date or dateTime
};
std::variant<Measured, BadCell> ToMeasured(net::SqlRow row, const PracticeZone& zone);
// Systolic and diastolic pressure of one moment become one item.
std::vector<model::ClinicalItem> ToVitalSigns(std::span<const Measured> rows);

std::vector<model::ClinicalItem> FromTobacco(net::SqlRow row);
std::vector<model::ClinicalItem> FromAlcohol(net::SqlRow row);
std::vector<model::ClinicalItem> FromSocial(net::SqlRow row);
std::vector<model::ClinicalItem> FromFamily(net::SqlRow row);
ItemOrBad ToRelative(net::SqlRow row);

// Where each kind of document is.
struct Shelf {
  std::string_view kind;  // "investigation": also the beginning of its items' ids
  std::string_view display;
  const View* view;
  std::string_view key;  // the column of its number
};
std::span<const Shelf> Shelves();
ItemOrBad ToDocument(const Shelf& shelf, net::SqlRow row, bool readable);
struct DocumentId {
  const Shelf* shelf = nullptr;
  std::int64_t number = 0;
};
std::optional<DocumentId> ReadDocumentId(std::string_view item);

// Items of the same id get a number each, in the order they came.
void NumberDoubles(std::vector<model::ClinicalItem>& items);

// ---- Bytes --------------------------------------------------------------------------------------

// The practice's own statement, with {patient_id}, {document_id} and {kind} bound to it. Errors:
// kMisconfigured, naming the setting.
Result<net::SqlStatement> FillDocumentReadCommand(std::string_view text, std::int64_t patient,
                                                  std::int64_t document, std::string_view kind);

// The first cell's text as bytes: hexadecimal (with or without 0x) or Base64. Empty where it is
// neither.
std::optional<std::string> BytesOf(std::string_view cell);
// By how the bytes begin: application/pdf, text/rtf, text/html, image/jpeg, image/png, image/tiff,
// text/plain; application/octet-stream where none of them fits.
std::string_view ContentTypeOf(std::string_view bytes);

// ---- Text ---------------------------------------------------------------------------------------

// Whatever the cell holds, as text; a number with a fraction, or beyond all measure, is nothing.
std::string AnyText(net::SqlRow row, std::size_t at);
// The text of a free-text column; nothing where it is RTF or another document format.
std::string_view PlainText(std::string_view text);
// A day as FHIR writes it; empty for the database's ways of saying "not known".
std::string DayOf(const std::optional<LocalTime>& held);

}  // namespace pons::best_practice
