// SPDX-License-Identifier: Apache-2.0
// A dermatology timeline report as plain values, and how it is read from the FHIR document an app
// sends (docs/reference/timeline-report.md).
//
// Errors: kRejected with the FHIRPath of the element in vendor_code
// ("Bundle.entry[3].resource.content") and words for the app's developer in summary, never a value.
// Reading is pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "json/value.h"

namespace pons::report {

// A FHIR date or dateTime, which may be a year, a month, a day or a moment.
struct When {
  enum class Precision : std::uint8_t { kNone, kYear, kMonth, kDay, kMoment };
  Precision precision = Precision::kNone;
  Instant start{};  // of the year, month or day in UTC; the moment itself
  bool known() const { return precision != Precision::kNone; }
  bool operator==(const When&) const = default;
};
// Empty where it is no FHIR date.
std::optional<When> ParseWhen(std::string_view text);
// "9 Mar 2026, 15:05" for a moment, on the practice's clock; "9 Mar 2026", "Mar 2026", "2026".
std::string FormatWhen(const When& when, const PracticeZone& zone);

enum class ImageKind : std::uint8_t { kClinical, kDermoscopic, kOverview };
std::string_view ImageKindName(ImageKind kind);  // "Clinical", for captions

// Names of how the body is looked at.
enum class MapView : std::uint8_t { kFront, kBack, kLeft, kRight };
constexpr std::size_t kMapViewCount = 4;

struct Image {
  ImageKind kind = ImageKind::kClinical;
  When taken;
  std::string title;
  std::string device;
  std::string content_type;
  // The bytes, or the Binary of the API that has them.
  std::string data;
  std::string binary_id;
  std::string path;  // FHIRPath of the attachment, for warnings
  std::vector<std::string> notes;
};

struct Diagnosis {
  std::string text;
  std::string status;  // "provisional", "confirmed", "resolved"; empty: not said
  When date;
};

enum class EntryKind : std::uint8_t {
  kNote,
  kObservation,
  kRequest,
  kReferral,
  kResult,
  kProcedure,
};
std::string_view EntryKindName(EntryKind kind);  // "Pathology request"

// What happened at a spot besides images and diagnoses.
struct Entry {
  EntryKind kind = EntryKind::kNote;
  When date;
  std::string title;
  std::string text;
};

// Where a spot is on a drawn body. Fractions of a box that just holds the body as it is seen: x
// from the left edge as one looks at it, y from the crown to the soles.
struct MapPosition {
  MapView view = MapView::kFront;
  double x = 0;
  double y = 0;
};

struct Spot {
  std::string label;  // "1", "L-04"
  std::string site_code;
  std::string site_system;
  std::string site;  // words: "Left forearm"
  std::optional<MapPosition> position;
  std::vector<Diagnosis> diagnoses;
  std::vector<Image> images;
  std::vector<Entry> entries;
};

// A section of the document that is about no one spot: a summary, a plan, whole-body images.
struct Section {
  std::string title;
  std::vector<std::string> paragraphs;
  std::vector<Diagnosis> diagnoses;
  std::vector<Image> images;
  std::vector<Entry> entries;
};

struct Person {
  std::string name;
  When birth_date;
  std::string gender;
  std::string phone;
  std::string address;
  std::string medicare;  // "2951 64537 1 / 1"
  std::string dva;
  std::string ihi;
};

struct Doctor {
  std::string name;
  std::string qualification;
  std::string provider_number;
};

struct Clinic {
  std::string name;
  std::string address;
  std::string phone;
};

struct TimelineReport {
  std::string id;  // Bundle.identifier.value: what is printed as the report's number
  std::string title;
  std::string status;      // preliminary | final | amended
  std::string language;    // BCP 47; "en-AU" unless the document says otherwise
  std::string patient_id;  // of the Patient that Composition.subject names
  std::string author_id;   // of the Practitioner or PractitionerRole; author_type says which
  std::string author_type;
  std::string type_code;  // Composition.type
  std::string type_system;
  std::string type_text;
  std::string replaces;  // DocumentReference that this one replaces; empty: none
  When date;
  Person patient;
  Doctor author;
  Clinic clinic;
  std::vector<Section> sections;
  std::vector<Spot> spots;
  std::size_t ImageCount() const;
};

struct ReadLimits {
  std::size_t max_spots = 200;
  std::size_t max_images = 200;
  std::size_t max_entries = 5000;  // of the Bundle
  std::size_t max_text = 20000;    // bytes of one text
};

// Spots, images and entries in the document's order.
Result<TimelineReport> ReadTimeline(const json::Value& bundle, const ReadLimits& limits = {});

// By date within each spot and section. Images without a date come last, entries without one first.
void SortByDate(TimelineReport& report, const PracticeZone& zone);

inline constexpr std::string_view kBodyMapPositionUrl =
    "https://pons.health/fhir/StructureDefinition/body-map-position";
inline constexpr std::string_view kBodyMapViewSystem =
    "https://pons.health/fhir/CodeSystem/body-map-view";
inline constexpr std::string_view kImageKindSystem =
    "https://pons.health/fhir/CodeSystem/image-kind";
inline constexpr std::string_view kBodySiteUrl = "http://hl7.org/fhir/StructureDefinition/bodySite";

}  // namespace pons::report
