// SPDX-License-Identifier: Apache-2.0
#include "vendors/best_practice/connector/best_practice_clinical.h"

#include <algorithm>

#include "base/text.h"
#include "vendors/best_practice/connector/best_practice_clinical_map.h"
#include "vendors/best_practice/connector/best_practice_keys.h"
#include "vendors/best_practice/connector/best_practice_session.h"

namespace pons::best_practice {
namespace {

using model::ClinicalItem;
using model::ClinicalKind;
using net::SqlRow;

constexpr std::size_t kMostDocumentText = 64u << 20;

// What is being done, as errors name it.
std::string ReadingOf(std::string_view view) { return "read " + std::string(view); }

Error NoPatient() {
  return MakeError(Fault::kNotFound, "Best Practice no longer has this patient");
}

// Rows without a number are told by whose they are.
void Keep(ClinicalAnswer& answer, std::int64_t patient, model::Stream stream, ItemOrBad made) {
  if (auto* item = std::get_if<ClinicalItem>(&made)) {
    answer.items.push_back(std::move(*item));
    return;
  }
  const auto& bad = std::get<BadCell>(made);
  answer.unreadable.push_back(
      {{stream, std::to_string(patient)}, std::string(bad.field), std::string(bad.reason)});
}

void KeepAll(ClinicalAnswer& answer, std::vector<ClinicalItem> items) {
  std::move(items.begin(), items.end(), std::back_inserter(answer.items));
}

// A practice may hold several rows of a patient where one is meant (sheet §3, BPS_Clinical): what
// the last of them says counts.
void KeepLast(ClinicalAnswer& answer, std::vector<ClinicalItem> items) {
  for (auto& item : items) {
    std::erase_if(answer.items, [&](const ClinicalItem& kept) { return kept.id == item.id; });
    answer.items.push_back(std::move(item));
  }
}

}  // namespace

Result<void> ClinicalShelf::Ask(Reading& reading, net::SqlStatement statement,
                                std::string_view view, const std::function<void(SqlRow)>& row) {
  std::size_t rows = 0;
  PONS_TRY(session_.Ask(std::move(statement), ReadingOf(view), reading.deadline, [&](SqlRow one) {
    ++reading.rows;
    if (++rows > kMostClinicalRows) {
      reading.answer.cut = true;
      return;
    }
    row(one);
  }));
  return Ok();
}

Result<bool> ClinicalShelf::IsThere(std::int64_t patient, Instant deadline) {
  constexpr std::string_view kTotal[] = {"TOTAL"};
  bool there = false;
  PONS_TRY(session_.Ask(SelectIsThere(patient), ReadingOf("PATIENTS"), deadline, [&](SqlRow row) {
    CellReader in(row, kTotal);
    there = in.Int() > 0;
  }));
  return there;
}

Result<ClinicalAnswer> ClinicalShelf::ReadClinical(const ClinicalQuery& query) {
  const auto patient = KeyOf(query.patient);
  if (!patient) return NoPatient();
  Reading reading;
  reading.patient = *patient;
  reading.deadline = query.deadline;
  const auto read = [&]() -> Result<void> {
    switch (query.kind) {
      case ClinicalKind::kConditions:
        return Conditions(reading);
      case ClinicalKind::kMedications:
        return Medications(reading);
      case ClinicalKind::kAllergies:
        return Allergies(reading);
      case ClinicalKind::kVitalSigns:
        return VitalSigns(reading);
      case ClinicalKind::kSocialHistory:
        return SocialHistory(reading);
      case ClinicalKind::kFamilyHistory:
        return FamilyHistory(reading);
      case ClinicalKind::kDocuments:
        return Documents(reading);
    }
    return Ok();
  }();
  PONS_TRY(read);
  if (reading.rows == 0) {
    // Nothing is held, or there is nobody to hold it of.
    PONS_ASSIGN(const bool there, IsThere(*patient, query.deadline));
    if (!there) return NoPatient();
  }
  NumberDoubles(reading.answer.items);
  return std::move(reading.answer);
}

Result<void> ClinicalShelf::Conditions(Reading& reading) {
  return Ask(reading, SelectOf(kHistoryView, reading.patient), kHistoryView.name, [&](SqlRow row) {
    Keep(reading.answer, reading.patient, model::Stream::kConditions, ToHistory(row));
  });
}

Result<void> ClinicalShelf::Medications(Reading& reading) {
  return Ask(reading, SelectOf(kRxView, reading.patient), kRxView.name, [&](SqlRow row) {
    Keep(reading.answer, reading.patient, model::Stream::kPatients, ToMedication(row));
  });
}

Result<void> ClinicalShelf::Allergies(Reading& reading) {
  PONS_TRY(
      Ask(reading, SelectOf(kReactionsView, reading.patient), kReactionsView.name, [&](SqlRow row) {
        Keep(reading.answer, reading.patient, model::Stream::kPatients, ToReaction(row));
      }));
  // An entry, even one that cannot be read, is an entry.
  if (!reading.answer.items.empty() || !reading.answer.unreadable.empty()) return Ok();
  bool none = false;
  PONS_TRY(Ask(reading, SelectOf(kKnownAllergiesView, reading.patient), kKnownAllergiesView.name,
               [&](SqlRow row) {
                 CellReader in(row, kKnownAllergiesView.columns);
                 const auto said = in.Text();
                 if (!in.bad() && !Trim(said).empty()) none = SaysNoneKnown(said);
               }));
  if (!none) return Ok();
  model::AllergyIntolerance said;
  said.none_known = true;
  reading.answer.items.push_back({"none-known", std::move(said)});
  return Ok();
}

Result<void> ClinicalShelf::VitalSigns(Reading& reading) {
  std::vector<Measured> measured;
  PONS_TRY(Ask(reading, SelectOf(kObservationsView, reading.patient), kObservationsView.name,
               [&](SqlRow row) {
                 auto made = ToMeasured(row, session_.context().zone);
                 if (auto* one = std::get_if<Measured>(&made)) {
                   measured.push_back(std::move(*one));
                 } else {
                   Keep(reading.answer, reading.patient, model::Stream::kPatients,
                        std::get<BadCell>(made));
                 }
               }));
  KeepAll(reading.answer, ToVitalSigns(measured));
  return Ok();
}

Result<void> ClinicalShelf::SocialHistory(Reading& reading) {
  struct Source {
    const View* view;
    std::vector<ClinicalItem> (*make)(SqlRow);
  };
  constexpr Source kSources[] = {
      {&kTobaccoView, &FromTobacco}, {&kAlcoholView, &FromAlcohol}, {&kSocialView, &FromSocial}};
  for (const auto& source : kSources) {
    PONS_TRY(Ask(reading, SelectOf(*source.view, reading.patient), source.view->name,
                 [&](SqlRow row) { KeepLast(reading.answer, source.make(row)); }));
  }
  return Ok();
}

Result<void> ClinicalShelf::FamilyHistory(Reading& reading) {
  PONS_TRY(Ask(reading, SelectOf(kFamilyView, reading.patient), kFamilyView.name,
               [&](SqlRow row) { KeepLast(reading.answer, FromFamily(row)); }));
  return Ask(reading, SelectOf(kFamilyDetailView, reading.patient), kFamilyDetailView.name,
             [&](SqlRow row) {
               Keep(reading.answer, reading.patient, model::Stream::kPatients, ToRelative(row));
             });
}

Result<void> ClinicalShelf::Documents(Reading& reading) {
  const bool readable = !document_read_command_.empty();
  for (const auto& shelf : Shelves()) {
    PONS_TRY(
        Ask(reading, SelectOf(*shelf.view, reading.patient), shelf.view->name, [&](SqlRow row) {
          Keep(reading.answer, reading.patient, model::Stream::kPatients,
               ToDocument(shelf, row, readable));
        }));
  }
  std::stable_sort(reading.answer.items.begin(), reading.answer.items.end(),
                   [](const ClinicalItem& a, const ClinicalItem& b) {
                     return std::get<model::ClinicalDocument>(a.record).date >
                            std::get<model::ClinicalDocument>(b.record).date;
                   });
  return Ok();
}

Result<ClinicalContent> ClinicalShelf::ReadContent(std::string_view patient, std::string_view item,
                                                   Instant deadline) {
  constexpr std::string_view kTotal[] = {"TOTAL"};
  const auto key = KeyOf(patient);
  const auto document = ReadDocumentId(item);
  if (!key || !document) {
    return MakeError(Fault::kNotFound, "Best Practice has no such document of this patient");
  }
  if (document_read_command_.empty()) {
    return MakeError(Fault::kUnsupported,
                     "This connection gives no documents' contents: its setting "
                     "document_read_command is empty.");
  }
  bool there = false;
  PONS_TRY(session_.Ask(
      SelectHasDocument(document->shelf->view->name, document->shelf->key, *key, document->number),
      ReadingOf(document->shelf->view->name), deadline, [&](SqlRow row) {
        CellReader in(row, kTotal);
        there = in.Int() > 0;
      }));
  if (!there) {
    return MakeError(Fault::kNotFound, "Best Practice has no such document of this patient");
  }
  PONS_ASSIGN(auto statement, FillDocumentReadCommand(document_read_command_, *key,
                                                      document->number, document->shelf->kind));
  std::optional<std::string> cell;
  bool too_long = false;
  PONS_TRY(session_.Ask(std::move(statement), "document_read_command", deadline, [&](SqlRow row) {
    if (cell || row.empty()) return;
    const auto* text = std::get_if<std::string>(&row[0]);
    too_long = text != nullptr && text->size() > kMostDocumentText;
    if (text != nullptr && !too_long) cell = *text;
  }));
  if (too_long) return Refused("too-long", "The document is larger than Pons passes on (32 MiB).");
  if (!cell) return MakeError(Fault::kNotFound, "Best Practice gave no content of this document");
  auto bytes = BytesOf(*cell);
  if (!bytes) {
    return MakeError(Fault::kProtocol,
                     "document_read_command gave neither Base64 nor hexadecimal digits");
  }
  ClinicalContent content;
  content.content_type = ContentTypeOf(*bytes);
  content.bytes = std::move(*bytes);
  return content;
}

}  // namespace pons::best_practice
