// SPDX-License-Identifier: Apache-2.0
#include "report/sample.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "crypto/crypto.h"
#include "json/writer.h"
#include "model/au_identifiers.h"
#include "report/image.h"
#include "report/timeline.h"

namespace pons::report {
namespace {

// ---- pictures

std::uint32_t Mix(std::uint32_t n) {
  n ^= n >> 16;
  n *= 0x7FEB352DU;
  n ^= n >> 15;
  n *= 0x846CA68BU;
  return n ^ n >> 16;
}

// Smooth noise from -1 to 1: random values at whole numbers, blended between.
class Noise {
 public:
  explicit Noise(std::uint32_t seed) : seed_(seed) {}
  float At(float x, float y) const {
    const float fx = std::floor(x);
    const float fy = std::floor(y);
    const float tx = Smooth(x - fx);
    const float ty = Smooth(y - fy);
    const auto ix = static_cast<std::int32_t>(fx);
    const auto iy = static_cast<std::int32_t>(fy);
    const float top = Corner(ix, iy) * (1 - tx) + Corner(ix + 1, iy) * tx;
    const float bottom = Corner(ix, iy + 1) * (1 - tx) + Corner(ix + 1, iy + 1) * tx;
    return top * (1 - ty) + bottom * ty;
  }

 private:
  static float Smooth(float t) { return t * t * (3 - 2 * t); }
  float Corner(std::int32_t x, std::int32_t y) const {
    const auto n = Mix(static_cast<std::uint32_t>(x) * 73856093U ^
                       static_cast<std::uint32_t>(y) * 19349663U ^ seed_);
    return static_cast<float>(n & 0xFFFF) / 32767.5F - 1;
  }
  std::uint32_t seed_;
};

struct Tone {
  float red, green, blue;
};

// u and v: from the middle, in halves of the picture's height.
Tone Mole(const Noise& noise, float u, float v, float size, bool close) {
  const float skin = noise.At(u * 3, v * 3) * 6 + noise.At(u * 40, v * 40) * 4;
  Tone tone{226 + skin, 178 + skin, 152 + skin};
  if (close) tone = {232 + skin, 176 + skin, 160 + skin};
  const float edge =
      noise.At(u * 4 / size + 7, v * 4 / size) * 0.16F + noise.At(u * 14, v * 14 + 3) * 0.05F;
  const float distance = std::sqrt(u * u + v * v * 1.35F) / size + edge;
  const float inside = std::clamp((1 - distance) * 7, 0.0F, 1.0F);
  float depth = 0.62F + 0.25F * noise.At(u * 6 / size, v * 6 / size + 11);
  if (close) depth += 0.22F * noise.At(u * 30, v * 30);
  const float keep = 1 - inside * std::clamp(depth, 0.2F, 0.95F);
  tone.red = tone.red * keep + 62 * (1 - keep);
  tone.green = tone.green * keep + 34 * (1 - keep);
  tone.blue = tone.blue * keep + 26 * (1 - keep);
  return tone;
}

// ---- the document

struct SampleSpot {
  const char* site;
  const char* code;  // SNOMED CT; empty: words only
  const char* view;  // empty: no coordinates
  const char* x;
  const char* y;
  const char* diagnosis;
  const char* status;
};
constexpr std::array kSpots = {
    SampleSpot{"Left forearm", "66480008", "front", "0.88", "0.44", "Dysplastic naevus",
               "provisional"},
    SampleSpot{"Upper back, right of the midline", "", "back", "0.62", "0.22",
               "Superficial spreading melanoma, Breslow thickness 0.4 mm", "confirmed"},
    SampleSpot{"Right cheek", "", "", "", "", "Seborrhoeic keratosis", "confirmed"},
    SampleSpot{"Abdomen", "113345001", "front", "0.55", "0.41", "Benign compound naevus",
               "confirmed"},
    SampleSpot{"Left lower leg", "48979004", "", "", "", "Basal cell carcinoma", "differential"},
    SampleSpot{"Mid back", "", "back", "0.47", "0.33", "Junctional naevus", "confirmed"},
    SampleSpot{"Nail bed", "", "", "", "", "Subungual haematoma", "provisional"},
    SampleSpot{"Right shoulder", "91774008", "right", "0.55", "0.21", "Actinic keratosis",
               "confirmed"},
};

class BundleWriter {
 public:
  BundleWriter(const SampleOptions& options, Sample& sample)
      : options_(options), w_(sample.bundle), sample_(sample) {}

  void Write() {
    w_.BeginObject();
    w_.Member("resourceType", "Bundle");
    w_.Key("identifier");
    w_.BeginObject();
    w_.Member("system", "https://app.example/reports");
    w_.Member("value", options_.report_id);
    w_.EndObject();
    w_.Member("type", "document");
    w_.Member("timestamp", options_.date);
    w_.Key("entry");
    w_.BeginArray();
    Composition();
    Patient();
    Practitioner();
    Organization();
    for (std::size_t i = 0; i < options_.spots; ++i) Spot(i);
    w_.EndArray();
    w_.EndObject();
  }

 private:
  static std::string Url(std::string_view type, const std::string& id) {
    return "https://app.example/fhir/" + std::string(type) + "/" + id;
  }
  void Begin(const char* type, const std::string& id) {
    w_.BeginObject();
    w_.Member("fullUrl", Url(type, id));
    w_.Key("resource");
    w_.BeginObject();
    w_.Member("resourceType", type);
    w_.Member("id", id);
  }
  void End() {
    w_.EndObject();
    w_.EndObject();
  }
  void Reference(const char* key, const std::string& to) {
    w_.Key(key);
    w_.BeginObject();
    w_.Member("reference", to);
    w_.EndObject();
  }
  void Subject(const char* key = "subject") { Reference(key, "Patient/" + options_.patient_id); }
  void Coded(const char* key, std::string_view system, std::string_view code,
             std::string_view text) {
    w_.Key(key);
    Concept(system, code, text);
  }
  void Concept(std::string_view system, std::string_view code, std::string_view text) {
    w_.BeginObject();
    if (!code.empty()) {
      w_.Key("coding");
      w_.BeginArray();
      w_.BeginObject();
      w_.Member("system", system);
      w_.Member("code", code);
      w_.EndObject();
      w_.EndArray();
    }
    w_.MemberIfAny("text", text);
    w_.EndObject();
  }
  void Note(std::string_view text) {
    w_.Key("note");
    w_.BeginArray();
    w_.BeginObject();
    w_.Member("text", text);
    w_.EndObject();
    w_.EndArray();
  }
  std::string WithWords(std::string text) const {
    return options_.words.empty() ? text : text + " – " + options_.words;
  }
  // Pictures of this spot: the first spots have one more where they do not come out even.
  std::size_t ImagesOf(std::size_t spot) const {
    return options_.images / options_.spots + (spot < options_.images % options_.spots ? 1 : 0);
  }
  std::string ImageId(std::size_t spot, std::size_t image) const {
    return "image-" + std::to_string(spot + 1) + "-" + std::to_string(image + 1);
  }

  void Composition() {
    Begin("Composition", "composition");
    w_.Member("language", "en-AU");
    w_.Member("status", "final");
    Coded("type", "http://loinc.org", "11488-4", "Dermatology timeline report");
    Subject();
    w_.Member("date", options_.date);
    w_.Key("author");
    w_.BeginArray();
    w_.BeginObject();
    w_.Member("reference", "Practitioner/" + options_.practitioner_id);
    w_.EndObject();
    w_.EndArray();
    w_.Member("title", options_.title);
    Reference("custodian", "Organization/clinic");
    w_.Key("section");
    w_.BeginArray();
    w_.BeginObject();
    w_.Member("title", "Summary");
    w_.Key("text");
    w_.BeginObject();
    w_.Member("status", "additional");
    w_.Member("div",
              "<div xmlns=\"http://www.w3.org/1999/xhtml\"><p>Annual skin check with dermoscopy of "
              "all recorded spots. Changes since the last visit are noted with each spot.</p>"
              "<p>Next full check in twelve months, sooner where a spot changes.</p></div>");
    w_.EndObject();
    w_.EndObject();
    for (std::size_t i = 0; i < options_.spots; ++i) Section(i);
    w_.EndArray();
    End();
  }

  void Section(std::size_t spot) {
    const std::string number = std::to_string(spot + 1);
    w_.BeginObject();
    w_.Member("title", "Spot " + number);
    Reference("focus", "BodyStructure/spot-" + number);
    w_.Key("entry");
    w_.BeginArray();
    const auto refer = [this](const std::string& to) {
      w_.BeginObject();
      w_.Member("reference", to);
      w_.EndObject();
    };
    refer("Condition/diagnosis-" + number);
    for (std::size_t i = 0; i < ImagesOf(spot); ++i) refer("Media/" + ImageId(spot, i));
    if (spot % 4 == 1) {
      refer("ServiceRequest/request-" + number);
      refer("Procedure/procedure-" + number);
      refer("DiagnosticReport/result-" + number);
    }
    w_.EndArray();
    w_.EndObject();
  }

  void Patient() {
    Begin("Patient", options_.patient_id);
    if (!options_.medicare.empty()) {
      w_.Key("identifier");
      w_.BeginArray();
      w_.BeginObject();
      w_.Member("system", model::au::kMedicareSystem);
      w_.Member("value", options_.medicare);
      w_.EndObject();
      w_.EndArray();
    }
    w_.Key("name");
    w_.BeginArray();
    w_.BeginObject();
    w_.MemberIfAny("family", options_.patient_family);
    if (!options_.patient_given.empty()) {
      w_.Key("given");
      w_.BeginArray();
      w_.String(options_.patient_given);
      w_.EndArray();
    }
    w_.EndObject();
    w_.EndArray();
    w_.Member("gender", options_.gender);
    w_.MemberIfAny("birthDate", options_.birth_date);
    End();
  }

  void Practitioner() {
    Begin("Practitioner", options_.practitioner_id);
    w_.Key("identifier");
    w_.BeginArray();
    w_.BeginObject();
    w_.Member("system", model::au::kProviderSystem);
    w_.Member("value", options_.provider_number);
    w_.EndObject();
    w_.EndArray();
    w_.Key("name");
    w_.BeginArray();
    w_.BeginObject();
    w_.Member("text", options_.practitioner_name);
    w_.EndObject();
    w_.EndArray();
    End();
  }

  void Organization() {
    Begin("Organization", "clinic");
    w_.Member("name", options_.clinic);
    w_.Key("telecom");
    w_.BeginArray();
    w_.BeginObject();
    w_.Member("system", "phone");
    w_.Member("value", "02 5550 1234");
    w_.EndObject();
    w_.EndArray();
    w_.Key("address");
    w_.BeginArray();
    w_.BeginObject();
    w_.Key("line");
    w_.BeginArray();
    w_.String("12 Wharf Street");
    w_.EndArray();
    w_.Member("city", "Sydney");
    w_.Member("state", "NSW");
    w_.Member("postalCode", "2000");
    w_.EndObject();
    w_.EndArray();
    End();
  }

  void Spot(std::size_t index) {
    const SampleSpot& spot = kSpots[index % kSpots.size()];
    const std::string number = std::to_string(index + 1);
    Begin("BodyStructure", "spot-" + number);
    if (*spot.view != '\0') {
      w_.Key("extension");
      w_.BeginArray();
      w_.BeginObject();
      w_.Key("extension");
      w_.BeginArray();
      Part("view", "valueCode", "\"" + std::string(spot.view) + "\"");
      Part("x", "valueDecimal", spot.x);
      Part("y", "valueDecimal", spot.y);
      w_.EndArray();
      w_.Member("url", kBodyMapPositionUrl);
      w_.EndObject();
      w_.EndArray();
    }
    w_.Key("identifier");
    w_.BeginArray();
    w_.BeginObject();
    w_.Member("system", "https://app.example/spots");
    w_.Member("value", number);
    w_.EndObject();
    w_.EndArray();
    Coded("location", "http://snomed.info/sct", spot.code, WithWords(spot.site));
    w_.Member("description",
              WithWords("Slightly raised, symmetrical, two shades of brown. The patient first saw "
                        "it about two years ago and reports no itch and no bleeding."));
    Subject("patient");
    End();
    Condition(spot, number);
    for (std::size_t i = 0; i < ImagesOf(index); ++i) Picture(index, i);
    if (index % 4 == 1) Pathology(number);
  }

  void Part(const char* url, const char* key, std::string_view value) {
    w_.BeginObject();
    w_.Member("url", url);
    w_.Key(key);
    w_.Raw(value);
    w_.EndObject();
  }

  void Condition(const SampleSpot& spot, const std::string& number) {
    Begin("Condition", "diagnosis-" + number);
    Coded("clinicalStatus", "http://terminology.hl7.org/CodeSystem/condition-clinical", "active",
          "");
    Coded("verificationStatus", "http://terminology.hl7.org/CodeSystem/condition-ver-status",
          spot.status, "");
    Coded("code", "", "", WithWords(spot.diagnosis));
    Subject();
    w_.Member("recordedDate", "2026-03-09");
    Note(WithWords("No change in size against the first image; follow up at the next check."));
    End();
  }

  void Pathology(const std::string& number) {
    Begin("ServiceRequest", "request-" + number);
    w_.Member("status", "completed");
    w_.Member("intent", "order");
    Coded("code", "", "", "Histopathology of excision specimen");
    Subject();
    w_.Member("authoredOn", "2025-11-12");
    End();
    Begin("Procedure", "procedure-" + number);
    w_.Member("status", "completed");
    Coded("code", "", "", "Elliptical excision with 5 mm margin");
    Subject();
    w_.Member("performedDateTime", "2025-11-12T10:40:00+11:00");
    Note("Closed in two layers, sutures out after fourteen days.");
    End();
    Begin("DiagnosticReport", "result-" + number);
    w_.Member("status", "final");
    Coded("code", "", "", "Histopathology");
    Subject();
    w_.Member("effectiveDateTime", "2025-11-19");
    w_.Member("conclusion",
              "Fully excised. Nearest margin 4.1 mm. No ulceration, no mitoses, no regression.");
    End();
  }

  void Picture(std::size_t spot, std::size_t index) {
    const std::string id = ImageId(spot, index);
    const bool close = index % 2 == 1;
    const auto year = 2024 + index / 2 % 3;
    const auto month = 1 + (spot * 2 + index / 6) % 9;
    Begin("Media", id);
    w_.Member("status", "completed");
    Coded("modality", kImageKindSystem, close ? "dermoscopic" : "clinical", "");
    Subject();
    w_.Member("createdDateTime", std::to_string(year) + "-0" + std::to_string(month) +
                                     (close ? "-14T09:31:30+10:00" : "-14T09:30:00+10:00"));
    w_.Member("deviceName", close ? "MoleScope II" : "Canon EOS 250D");
    w_.Key("content");
    w_.BeginObject();
    w_.Member("contentType", "image/jpeg");
    const auto seed = static_cast<std::uint32_t>(spot * 1000 + index / 2 + 1);
    std::string jpeg = SampleImage(seed, options_.image_width, options_.image_height, close);
    if (options_.binaries) {
      w_.Member("url", "Binary/" + id);
      sample_.binaries.emplace_back(id, std::move(jpeg));
    } else {
      w_.Member("data", crypto::Base64(jpeg));
    }
    w_.EndObject();
    End();
  }

  const SampleOptions& options_;
  json::Writer w_;
  Sample& sample_;
};

}  // namespace

std::string SampleImage(std::uint32_t seed, int width, int height, bool dermoscopic, int quality) {
  const Noise noise(Mix(seed));
  const float size = dermoscopic ? 0.58F : 0.20F + static_cast<float>(seed % 7) * 0.01F;
  // Drawn coarsely, since a lens is no sharper; the grain is each pixel's own.
  const int step = std::max(1, height / 600);
  const int coarse_width = (width + step - 1) / step;
  const float half = static_cast<float>(height) / 2;
  std::vector<Tone> row(static_cast<std::size_t>(coarse_width));
  Pixels pixels{width, height, {}};
  pixels.rgb.reserve(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
  std::uint32_t grain = Mix(seed + 99);
  for (int y = 0; y < height; ++y) {
    for (int i = 0; y % step == 0 && i < coarse_width; ++i) {
      const float u = (static_cast<float>(i * step) - static_cast<float>(width) / 2) / half;
      const float v = (static_cast<float>(y) - half) / half;
      const bool rim = dermoscopic && u * u + v * v > 0.94F;
      row[static_cast<std::size_t>(i)] =
          rim ? Tone{18, 18, 20} : Mole(noise, u, v, size, dermoscopic);
    }
    for (int x = 0; x < width; ++x) {
      const Tone& tone = row[static_cast<std::size_t>(x / step)];
      grain = grain * 1664525U + 1013904223U;
      const float speck = static_cast<float>(grain >> 24) / 255 * 14 - 7;
      for (const float one : {tone.red, tone.green, tone.blue}) {
        pixels.rgb.push_back(static_cast<std::uint8_t>(std::clamp(one + speck, 0.0F, 255.0F)));
      }
    }
  }
  auto jpeg = EncodeJpeg(pixels, quality);
  return jpeg ? std::move(*jpeg) : std::string();
}

Sample MakeSample(const SampleOptions& options) {
  Sample sample;
  SampleOptions within = options;
  within.spots = std::max<std::size_t>(1, options.spots);
  BundleWriter(within, sample).Write();
  return sample;
}

}  // namespace pons::report
