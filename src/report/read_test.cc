// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "report/body_map.h"
#include "report/read_parts.h"
#include "report/test_support.h"

namespace pons::report {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Sample SmallSample() {
  SampleOptions options;
  options.spots = 3;
  options.images = 6;
  options.image_width = 16;
  options.image_height = 12;
  return MakeSample(options);
}

json::Value& EntryAt(json::Value& bundle, std::size_t index) {
  for (auto& [name, value] : *const_cast<json::Object*>(bundle.object())) {
    if (name == "entry") return (*value.array())[index];
  }
  static json::Value none;
  return none;
}

json::Value& ResourceAt(json::Value& bundle, std::size_t index) {
  for (auto& [name, value] : *const_cast<json::Object*>(EntryAt(bundle, index).object())) {
    if (name == "resource") return value;
  }
  static json::Value none;
  return none;
}

// "path: words" of what is wrong; empty where nothing is.
std::string Wrong(const json::Value& bundle, const ReadLimits& limits = {}) {
  const auto report = ReadTimeline(bundle, limits);
  if (report) return {};
  EXPECT_EQ(report.error().fault, Fault::kRejected);
  EXPECT_FALSE(report.error().summary.empty());
  return report.error().vendor_code;
}

TEST(ReadTimeline, TheWholeReport) {
  auto report = ReadSample(SmallSample());
  SortByDate(report, PracticeZone::Named("Australia/Sydney").value());
  EXPECT_EQ(report.id, "TR-2026-000142");
  EXPECT_EQ(report.title, "Dermatology timeline report");
  EXPECT_EQ(report.status, "final");
  EXPECT_EQ(report.patient_id, "p1");
  EXPECT_EQ(report.author_type, "Practitioner");
  EXPECT_EQ(report.author_id, "d1");
  EXPECT_EQ(report.type_code, "11488-4");
  EXPECT_EQ(report.patient.name, "Marguerite Featherstone");
  EXPECT_EQ(report.patient.medicare, "2951 64537 1 / 1");
  EXPECT_EQ(report.author.name, "Dr Hannah Okafor");
  EXPECT_EQ(report.author.provider_number, "2426621B");
  EXPECT_EQ(report.clinic.name, "Harbour Skin Clinic");
  EXPECT_EQ(report.clinic.address, "12 Wharf Street, Sydney NSW 2000");
  ASSERT_EQ(report.sections.size(), 1U);
  EXPECT_EQ(report.sections[0].paragraphs.size(), 2U);
  ASSERT_EQ(report.spots.size(), 3U);
  const Spot& spot = report.spots[1];
  EXPECT_EQ(spot.label, "2");
  EXPECT_EQ(spot.site, "Upper back, right of the midline");
  ASSERT_TRUE(spot.position);
  EXPECT_EQ(spot.position->view, MapView::kBack);
  EXPECT_DOUBLE_EQ(spot.position->x, 0.62);
  ASSERT_EQ(spot.diagnoses.size(), 1U);
  EXPECT_EQ(spot.diagnoses[0].status, "confirmed");
  ASSERT_EQ(spot.images.size(), 2U);
  EXPECT_EQ(spot.images[0].kind, ImageKind::kClinical);
  EXPECT_EQ(spot.images[1].kind, ImageKind::kDermoscopic);
  EXPECT_EQ(spot.images[1].device, "MoleScope II");
  std::vector<EntryKind> kinds;
  for (const auto& entry : spot.entries) kinds.push_back(entry.kind);
  EXPECT_THAT(kinds, ElementsAre(EntryKind::kNote, EntryKind::kRequest, EntryKind::kProcedure,
                                 EntryKind::kResult, EntryKind::kNote));
  EXPECT_EQ(report.ImageCount(), 6U);
}

TEST(ReadTimeline, OrderDoesNotMatter) {
  auto bundle = Parsed(SmallSample().bundle);
  const auto before = ReadTimeline(bundle).value();
  for (auto& [name, value] : *const_cast<json::Object*>(bundle.object())) {
    if (name == "entry") std::reverse(value.array()->begin(), value.array()->end());
  }
  const auto after = ReadTimeline(bundle).value();
  ASSERT_EQ(after.spots.size(), before.spots.size());
  for (std::size_t i = 0; i < before.spots.size(); ++i) {
    EXPECT_EQ(after.spots[i].site, before.spots[i].site);
    ASSERT_EQ(after.spots[i].images.size(), before.spots[i].images.size());
    for (std::size_t k = 0; k < before.spots[i].images.size(); ++k) {
      EXPECT_EQ(after.spots[i].images[k].data, before.spots[i].images[k].data);
    }
  }
}

TEST(ReadTimeline, SectionsAreNotNeeded) {
  const auto bundle = Parsed(R"({"resourceType":"Bundle","type":"document",
    "identifier":{"value":"R1"},"entry":[
    {"fullUrl":"urn:uuid:1","resource":{"resourceType":"Composition","status":"preliminary",
      "subject":{"reference":"urn:uuid:2"},"date":"2026-03","title":"T",
      "author":[{"display":"Dr Who"}]}},
    {"fullUrl":"urn:uuid:2","resource":{"resourceType":"Patient","id":"abc","name":[{"text":"Ann"}]}},
    {"fullUrl":"urn:uuid:3","resource":{"resourceType":"BodyStructure",
      "location":{"text":"Left cheek"},"patient":{"reference":"urn:uuid:2"}}},
    {"fullUrl":"urn:uuid:4","resource":{"resourceType":"Media","status":"completed",
      "extension":[{"url":"http://hl7.org/fhir/StructureDefinition/bodySite",
        "valueReference":{"reference":"urn:uuid:3"}}],
      "content":{"url":"Binary/b1"}}},
    {"fullUrl":"urn:uuid:5","resource":{"resourceType":"Media","status":"completed",
      "modality":{"text":"Total body photography"},"content":{"url":"urn:uuid:6"}}},
    {"fullUrl":"urn:uuid:6","resource":{"resourceType":"Binary","contentType":"image/jpeg",
      "data":"AAAA"}}]})");
  const auto report = ReadTimeline(bundle);
  ASSERT_TRUE(report) << report.error().vendor_code << report.error().summary;
  EXPECT_EQ(report->patient_id, "abc");
  EXPECT_EQ(report->author.name, "Dr Who");
  ASSERT_EQ(report->spots.size(), 1U);
  EXPECT_EQ(report->spots[0].label, "1");
  ASSERT_EQ(report->spots[0].images.size(), 1U);
  EXPECT_EQ(report->spots[0].images[0].binary_id, "b1");
  ASSERT_EQ(report->sections.size(), 1U) << "a picture of no spot is still shown";
  EXPECT_EQ(report->sections[0].images[0].kind, ImageKind::kOverview);
  EXPECT_EQ(report->sections[0].images[0].data, std::string(3, '\0'));
}

// docs/reference/timeline-report.md shows what this reader takes.
TEST(ReadTimeline, TheDocumentedExample) {
  std::ifstream in(std::string(PONS_SOURCE_DIR) + "/docs/reference/timeline-report.md");
  const std::string page{std::istreambuf_iterator<char>(in), {}};
  const auto begin = page.find("```json\n");
  const auto end = page.find("```", begin + 8);
  ASSERT_NE(end, std::string::npos);
  const auto report = ReadTimeline(Parsed(page.substr(begin + 8, end - begin - 8)));
  ASSERT_TRUE(report) << report.error().vendor_code << ": " << report.error().summary;
  ASSERT_EQ(report->spots.size(), 1U);
  EXPECT_EQ(report->spots[0].images.size(), 2U);
  EXPECT_EQ(report->spots[0].images[1].binary_id, "b2");
  EXPECT_EQ(report->spots[0].entries.size(), 4U);
  EXPECT_EQ(report->sections.size(), 1U);
  const auto rendered = MustRender(*report);
  EXPECT_EQ(rendered.images, 1U);
  EXPECT_EQ(rendered.images_failed, 1U) << "b2 is not in the document";
}

TEST(ReadTimeline, ErrorsNameTheElement) {
  const auto good = Parsed(SmallSample().bundle);
  const auto wrong_with = [&good](const std::function<void(json::Value&)>& change) {
    auto bundle = good;
    change(bundle);
    return Wrong(bundle);
  };
  const auto composition = "Bundle.entry[0].resource";
  EXPECT_EQ(Wrong(good), "");
  EXPECT_EQ(Wrong(json::Value()), "Bundle.type");
  EXPECT_EQ(wrong_with([](auto& b) { b.Set("type", "collection"); }), "Bundle.type");
  EXPECT_EQ(wrong_with([](auto& b) { b.Set("identifier", json::Value()); }),
            "Bundle.identifier.value");
  EXPECT_EQ(wrong_with([](auto& b) { ResourceAt(b, 0).Set("resourceType", "Basic"); }),
            "Bundle.entry");
  EXPECT_EQ(wrong_with([](auto& b) { ResourceAt(b, 0).Set("status", "entered-in-error"); }),
            std::string(composition) + ".status");
  EXPECT_EQ(wrong_with([](auto& b) { ResourceAt(b, 0).Set("title", ""); }),
            std::string(composition) + ".title");
  EXPECT_EQ(wrong_with([](auto& b) { ResourceAt(b, 0).Set("date", "09/03/2026"); }),
            std::string(composition) + ".date");
  EXPECT_EQ(wrong_with([](auto& b) { ResourceAt(b, 0).Set("author", json::Array()); }),
            std::string(composition) + ".author");
  EXPECT_EQ(wrong_with([](auto& b) { ResourceAt(b, 0).Set("language", "en AU)"); }),
            std::string(composition) + ".language");
  EXPECT_EQ(wrong_with([](auto& b) { ResourceAt(b, 0).Set("subject", json::Value()); }),
            std::string(composition) + ".subject");
  EXPECT_EQ(wrong_with([](auto& b) { ResourceAt(b, 1).Set("name", json::Array()); }),
            "Bundle.entry[1].resource.name");
  EXPECT_EQ(wrong_with([](auto& b) { ResourceAt(b, 1).Set("birthDate", "2026-02-30"); }),
            "Bundle.entry[1].resource.birthDate");
  EXPECT_EQ(
      wrong_with([](auto& b) { EntryAt(b, 2).Set("fullUrl", EntryAt(b, 1).Text("fullUrl")); }),
      "Bundle.entry[2].fullUrl");
  EXPECT_EQ(wrong_with([](auto& b) { EntryAt(b, 5).Set("resource", json::Value()); }),
            "Bundle.entry[5].resource");
  // Entry 4 is the first spot, 5 its diagnosis, 6 its first picture.
  EXPECT_THAT(wrong_with([](auto& b) {
                const auto text = json::Write(ResourceAt(b, 4));
                auto changed = text;
                changed.replace(changed.find("0.88"), 4, "1.88");
                ResourceAt(b, 4) = Parsed(changed);
              }),
              HasSubstr("Bundle.entry[4].resource.extension[0]"));
  json::Value content;
  content.Set("data", "no base64!");
  EXPECT_EQ(wrong_with([&](auto& b) { ResourceAt(b, 6).Set("content", content); }),
            "Bundle.entry[6].resource.content.data");
  content = {};
  content.Set("url", "https://elsewhere.example/picture.jpg");
  EXPECT_EQ(wrong_with([&](auto& b) { ResourceAt(b, 6).Set("content", content); }),
            "Bundle.entry[6].resource.content");
  content.Set("url", "Binary/../../etc/passwd");
  EXPECT_EQ(wrong_with([&](auto& b) { ResourceAt(b, 6).Set("content", content); }),
            "Bundle.entry[6].resource.content");
  EXPECT_THAT(wrong_with([](auto& b) {
                auto text = json::Write(b);
                text.replace(text.find("Condition/diagnosis-1"), 21, "Condition/diagnosis-9");
                b = Parsed(text);
              }),
              HasSubstr(".section[1].entry[0]"));
  ReadLimits limits;
  limits.max_images = 5;
  EXPECT_EQ(Wrong(good, limits), "Bundle.entry");
  limits = {};
  limits.max_spots = 2;
  EXPECT_THAT(Wrong(good, limits), HasSubstr("Bundle.entry["));
  limits = {};
  limits.max_text = 20;
  EXPECT_NE(Wrong(good, limits), "");
}

TEST(ReadTimeline, ErrorsHoldNoValues) {
  auto bundle = Parsed(SmallSample().bundle);
  ResourceAt(bundle, 1).Set("birthDate", "secret-birth");
  const auto report = ReadTimeline(bundle);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().summary.find("secret"), std::string::npos);
}

TEST(ReadTimeline, TextsHoldNothingThatTurnsOrControls) {
  auto bundle = Parsed(SmallSample().bundle);
  ResourceAt(bundle, 0).Set("title",
                            "a\u202Eb\u2066c\u200Fd\x01"
                            "e\te\r\nf \u202A");
  EXPECT_EQ(ReadTimeline(bundle).value().title, "abc\u200Fd e e\nf");
}

TEST(ReadTimeline, WhatWasAnErrorIsLeftOut) {
  auto bundle = Parsed(SmallSample().bundle);
  ResourceAt(bundle, 6).Set("status", "entered-in-error");
  EXPECT_EQ(ReadTimeline(bundle).value().ImageCount(), 5U);
}

TEST(When, AsPrecisely) {
  const auto zone = PracticeZone::Named("Australia/Sydney").value();
  const auto shown = [&](std::string_view text) {
    const auto when = ParseWhen(text);
    return when ? FormatWhen(*when, zone) : "none";
  };
  EXPECT_EQ(shown("2026"), "2026");
  EXPECT_EQ(shown("2026-03"), "Mar 2026");
  EXPECT_EQ(shown("2026-03-09"), "9 Mar 2026");
  EXPECT_EQ(shown("2026-03-09T04:05:06Z"), "9 Mar 2026, 15:05") << "summer time";
  EXPECT_EQ(shown("2026-07-09T20:05:06+00:00"), "10 Jul 2026, 06:05") << "winter, next day";
  for (const char* bad : {"", "26", "2026-13", "2026-02-30", "2026-3-9", "yesterday", "20260309"}) {
    EXPECT_EQ(shown(bad), "none") << bad;
  }
}

TEST(When, SortsOnThePracticesClock) {
  TimelineReport report;
  report.spots.emplace_back();
  auto& spot = report.spots.back();
  for (const char* text : {"", "2025-11-11T13:30:00Z", "2025-11-12", "2025-11-12T10:40:00+11:00",
                           "2025-11-11T22:00:00+11:00", "2025-11", "2025-11-13"}) {
    Entry entry;
    entry.title = text;
    if (const auto when = ParseWhen(text)) entry.date = *when;
    spot.entries.push_back(entry);
    Image image;
    image.title = text;
    image.taken = entry.date;
    spot.images.push_back(image);
  }
  SortByDate(report, PracticeZone::Named("Australia/Sydney").value());
  std::vector<std::string> entries, images;
  for (const auto& entry : spot.entries) entries.push_back(entry.title);
  for (const auto& image : spot.images) images.push_back(image.title);
  EXPECT_THAT(entries,
              ElementsAre("", "2025-11", "2025-11-11T22:00:00+11:00", "2025-11-12",
                          "2025-11-11T13:30:00Z", "2025-11-12T10:40:00+11:00", "2025-11-13"));
  EXPECT_EQ(images.back(), "");
  EXPECT_EQ(images.front(), "2025-11");
}

TEST(PlainText, OfANarrative) {
  EXPECT_EQ(PlainText("<div xmlns=\"x\"><p>One &amp; <b>tw</b>o</p><ul><li>a</li><li>b</li></ul>"
                      "<table><tr><td>c</td><td>d</td></tr></table>&#233;&#x4e2d;&lt;</div>"),
            "One & two\na\nb\nc d\n\u00e9\u4e2d<");
  EXPECT_EQ(PlainText("plain"), "plain");
  EXPECT_EQ(PlainText("<p>never closed"), "never closed");
  EXPECT_EQ(PlainText("a <b"), "a");
  EXPECT_EQ(PlainText("&nosuch; &#xD800; &"), "&nosuch; \xEF\xBF\xBD &");
}

TEST(BodyMap, PlacesSites) {
  const auto place = [](std::string_view code, std::string_view words) -> std::string {
    const auto at = PlaceOfSite(code, words);
    if (!at) return "none";
    EXPECT_GE(at->x, 0);
    EXPECT_LE(at->x, 1);
    EXPECT_GE(at->y, 0);
    EXPECT_LE(at->y, 1);
    const char* side = at->x < 0.45 ? " left" : at->x > 0.55 ? " right" : " middle";
    return std::string(MapViewName(at->view)) + side;
  };
  // On the front view, the patient's left is at the viewer's right.
  EXPECT_EQ(place("66480008", ""), "Front right");
  EXPECT_EQ(place("", "Skin of left forearm"), "Front right");
  EXPECT_EQ(place("", "Right forearm"), "Front left");
  EXPECT_EQ(place("", "back of left hand"), "Back left");
  EXPECT_EQ(place("", "Left scapula"), "Back left");
  EXPECT_EQ(place("", "upper back"), "Back middle");
  EXPECT_EQ(place("", "Lower back, right"), "Back right");
  EXPECT_EQ(place("", "Scalp"), "Front middle");
  EXPECT_EQ(place("", "left ear"), "Front right");
  EXPECT_EQ(place("", "Abdomen"), "Front middle");
  EXPECT_EQ(place("", "right calf"), "Back right");
  EXPECT_EQ(place("", "forearm"), "none") << "which one?";
  EXPECT_EQ(place("", "left and right cheek"), "none");
  EXPECT_EQ(place("", "rearmost region"), "none") << "no ear, no arm";
  EXPECT_EQ(place("", "nail bed"), "none");
  EXPECT_EQ(place("", ""), "none");
}

}  // namespace
}  // namespace pons::report
