// SPDX-License-Identifier: Apache-2.0
// Reports as readers see them that are not ours: qpdf and poppler.
#include "report/render.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

#include "report/image.h"
#include "report/test_support.h"

namespace pons::report {
namespace {

using testing::HasSubstr;

struct Looked {
  std::string text;
  std::string info;
  std::size_t images = 0;  // JPEGs in the file
  std::size_t other_images = 0;
  bool fonts_embedded = true;
};

Looked LookAt(const std::string& pdf) {
  const TemporaryFile file(pdf);
  Looked looked;
  const auto check = RunProgram("qpdf --check " + file.path());
  EXPECT_EQ(check.code, 0) << check.output;
  const auto text = RunProgram("pdftotext -layout " + file.path() + " -");
  EXPECT_EQ(text.code, 0) << text.output;
  looked.text = text.output;
  const auto info = RunProgram("pdfinfo " + file.path());
  EXPECT_EQ(info.code, 0) << info.output;
  // "Pages:           5" with one blank.
  looked.info = std::regex_replace(info.output, std::regex(": +"), ": ");
  const auto images = RunProgram("pdfimages -list " + file.path());
  EXPECT_EQ(images.code, 0) << images.output;
  looked.images = CountOf(images.output, " jpeg ");
  looked.other_images = CountOf(images.output, "\n") - 2 - looked.images;
  const auto fonts = RunProgram("pdffonts " + file.path());
  EXPECT_EQ(fonts.code, 0) << fonts.output;
  // Columns: embedded, subset, with a map to Unicode.
  looked.fonts_embedded = CountOf(fonts.output, "yes yes yes") + 2 == CountOf(fonts.output, "\n");
  return looked;
}

TimelineReport SmallReport() {
  SampleOptions options;
  options.spots = 1;
  options.images = 1;
  options.image_width = 400;
  options.image_height = 300;
  return ReadSample(MakeSample(options));
}

TEST(Render, TwelveImages) {
  SampleOptions options;
  options.image_width = 600;
  options.image_height = 450;
  const auto report = ReadSample(MakeSample(options));
  const auto rendered = MustRender(report);
  EXPECT_EQ(rendered.images, 12U);
  EXPECT_EQ(rendered.images_failed, 0U);
  EXPECT_EQ(rendered.unknown_glyphs, 0U);
  EXPECT_TRUE(rendered.warnings.empty());
  const auto looked = LookAt(rendered.pdf);
  EXPECT_EQ(looked.images, 12U) << "each picture once, as JPEG";
  EXPECT_EQ(looked.other_images, 0U);
  EXPECT_TRUE(looked.fonts_embedded);
  const auto pages = static_cast<std::size_t>(rendered.pages);
  EXPECT_GE(pages, 3U);
  EXPECT_THAT(looked.info, HasSubstr("Pages: " + std::to_string(pages)));
  for (std::size_t page = 1; page <= pages; ++page) {
    EXPECT_EQ(CountOf(looked.text, "Page " + std::to_string(page) + " of " + std::to_string(pages)),
              1U);
  }
  EXPECT_EQ(CountOf(looked.text, "Report TR-2026-000142"), pages) << "on every page";
  EXPECT_GE(CountOf(looked.text, "Marguerite Featherstone"), pages);
  for (const char* expected :
       {"Harbour Skin Clinic", "Dr Hannah Okafor", "3 Apr 1971", "2951 64537 1 / 1", "2426621B",
        "9 Mar 2026, 15:05", "Superficial spreading melanoma", "Left forearm",
        "Histopathology of excision specimen", "Elliptical excision with 5 mm margin",
        "Nearest margin 4.1 mm", "MoleScope II", "Summary"}) {
    EXPECT_THAT(looked.text, HasSubstr(expected));
  }
}

TEST(Render, SaysWhatItIs) {
  const auto rendered = MustRender(SmallReport());
  const auto looked = LookAt(rendered.pdf);
  EXPECT_THAT(looked.info, HasSubstr("Title: Dermatology timeline report – Marguerite"));
  EXPECT_THAT(looked.info, HasSubstr("Author: Dr Hannah Okafor"));
  EXPECT_THAT(looked.info, HasSubstr("Subject: Report TR-2026-000142"));
  EXPECT_THAT(looked.info, HasSubstr("Tagged: yes"));
  EXPECT_THAT(looked.info, HasSubstr("A4"));
  EXPECT_THAT(rendered.pdf, HasSubstr("/Lang (en-AU)"));
  EXPECT_GE(CountOf(rendered.pdf, "/Subtype /Link"), 2U) << "from the map and from the table";
  const TemporaryFile file(rendered.pdf);
  const auto outline = RunProgram("qpdf --json --json-key=outlines " + file.path());
  EXPECT_EQ(outline.code, 0);
  EXPECT_THAT(outline.output, HasSubstr("Left forearm"));
}

TEST(Render, WhatIsNotFinalSaysSoOnEveryPage) {
  auto report = ReadSample(MakeSample({}));
  report.status = "preliminary";
  const auto rendered = MustRender(report);
  EXPECT_EQ(CountOf(LookAt(rendered.pdf).text, "Preliminary"),
            static_cast<std::size_t>(rendered.pages) + 1);
  report.status = "final";
  EXPECT_EQ(CountOf(LookAt(MustRender(report).pdf).text, "Final"), 0U);
}

TEST(Render, SameInputSameBytes) {
  const auto report = SmallReport();
  EXPECT_EQ(MustRender(report).pdf, MustRender(report).pdf);
}

// Every script that a patient's name or a note may be in has its letters on a fresh system.
TEST(Render, EveryScript) {
  const std::pair<const char*, const char*> texts[] = {
      {"Latin", "Łukasz Żółć, Đặng Thị Ngọc Ánh, Šimůnková, Óðinn, İğdır"},
      {"Greek", "Αναστασία Παπαδοπούλου"},
      {"Cyrillic", "Наталья Ђоковић Київ"},
      {"Arabic", "فاطمة الزهراء عبد الرحمن، گچپژ"},
      {"Hebrew", "רבקה בת־שבע אברמוביץ"},
      {"Devanagari", "श्रीमती प्रियंका क्षत्रिय"},
      {"Bengali", "শ্রীমতী রেহানা"},
      {"Tamil", "தமிழ் லக்ஷ்மி"},
      {"Thai", "กิตติศักดิ์ ศรีสวัสดิ์"},
      {"Khmer", "សុខា"},
      {"Armenian", "Արմեն"},
      {"Georgian", "ნინო"},
      {"Ethiopic", "አበበ"},
      {"Chinese", "欧阳娜娜 歐陽 边界清楚"},
      {"Japanese", "さくら カタカナ 山田太郎"},
      {"Korean", "김민수 변화 없음 뷁"},
      {"signs", "½ ≥ ± µm × ° – — “quoted” … €"},
  };
  for (const auto& [script, text] : texts) {
    SampleOptions options;
    options.spots = 1;
    options.images = 0;
    options.patient_family = text;
    options.patient_given = "";
    options.words = text;
    const auto rendered = MustRender(ReadSample(MakeSample(options)));
    EXPECT_EQ(rendered.unknown_glyphs, 0U) << script;
    EXPECT_TRUE(LookAt(rendered.pdf).fonts_embedded) << script;
  }
}

TEST(Render, WhatNoFontHasIsCounted) {
  auto report = SmallReport();
  report.patient.name = "\xF3\xB0\x80\x80";  // private use
  const auto rendered = MustRender(report);
  EXPECT_GT(rendered.unknown_glyphs, 0U);
  ASSERT_EQ(rendered.warnings.size(), 1U);
  EXPECT_THAT(rendered.warnings[0].text, HasSubstr("in no font"));
}

TEST(Render, BrokenAndMissingImagesSaySo) {
  SampleOptions options;
  options.spots = 1;
  options.images = 4;
  options.image_width = 200;
  options.image_height = 150;
  options.binaries = true;
  const auto sample = MakeSample(options);
  const auto report = ReadSample(sample);
  auto given = SydneyOptions();
  given.binary = [&](std::string_view id) -> Result<std::string> {
    if (id == "image-1-1") return sample.binaries[0].second;
    if (id == "image-1-2") return std::string("no picture at all");
    if (id == "image-1-3") return sample.binaries[2].second.substr(0, 900);
    return MakeError(Fault::kNotFound, "secret words of the store");
  };
  const auto rendered = MustRender(report, given);
  EXPECT_EQ(rendered.images, 1U);
  EXPECT_EQ(rendered.images_failed, 3U);
  ASSERT_EQ(rendered.warnings.size(), 3U);
  for (const auto& warning : rendered.warnings) {
    EXPECT_THAT(warning.path,
                testing::MatchesRegex("Bundle\\.entry\\[[0-9]+\\]\\.resource\\.content"));
  }
  const auto looked = LookAt(rendered.pdf);
  EXPECT_EQ(CountOf(looked.text, "This image could not be read"), 3U);
  EXPECT_THAT(looked.text, HasSubstr("the image was not sent"));
  EXPECT_EQ(rendered.pdf.find("secret"), std::string::npos);
  EXPECT_EQ(looked.images, 1U);
}

TEST(Render, FortyPhotographsStayUnderFiveMegabytes) {
  SampleOptions options;
  options.spots = 10;
  options.images = 40;
  options.image_width = 8;
  options.image_height = 6;
  options.binaries = true;
  const auto report = ReadSample(MakeSample(options));
  std::vector<std::string> photographs;
  for (std::uint32_t i = 0; i < 4; ++i) {
    photographs.push_back(SampleImage(i, 4000, 3000, i % 2 == 1));
  }
  std::size_t asked = 0;
  auto given = SydneyOptions();
  given.binary = [&](std::string_view) -> Result<std::string> {
    return photographs[asked++ % photographs.size()];
  };
  const auto rendered = MustRender(report, given);
  EXPECT_EQ(asked, 40U) << "each is fetched once";
  EXPECT_EQ(rendered.images, 40U);
  EXPECT_LT(rendered.pdf.size(), 5'000'000U);
  EXPECT_GT(rendered.pdf.size(), 400'000U) << "and they are not thumbnails";
  EXPECT_EQ(LookAt(rendered.pdf).images, 40U);
}

TEST(Render, EvenNoiseStaysUnderFiveMegabytes) {
  SampleOptions options;
  options.spots = 10;
  options.images = 40;
  options.image_width = 8;
  options.image_height = 6;
  options.binaries = true;
  const auto report = ReadSample(MakeSample(options));
  Pixels noise{1600, 1200, {}};
  std::uint32_t state = 1;
  for (int i = 0; i < 1600 * 1200 * 3; ++i) {
    state = state * 1664525U + 1013904223U;
    noise.rgb.push_back(static_cast<std::uint8_t>(state >> 24));
  }
  const auto jpeg = EncodeJpeg(noise, 95).value();
  auto given = SydneyOptions();
  given.binary = [&](std::string_view) -> Result<std::string> { return jpeg; };
  const auto rendered = MustRender(report, given);
  EXPECT_EQ(rendered.images, 40U);
  EXPECT_LT(rendered.pdf.size(), 5'000'000U);
  EXPECT_TRUE(rendered.warnings.empty());
  given.target_bytes = 1'500'000;
  EXPECT_LT(MustRender(report, given).pdf.size(), 1'500'000U);
}

TEST(Render, PrintedAt200DotsAnInch) {
  SampleOptions options;
  options.spots = 1;
  options.images = 2;
  options.image_width = 4000;
  options.image_height = 3000;
  const auto rendered = MustRender(ReadSample(MakeSample(options)));
  const TemporaryFile file(rendered.pdf);
  const auto list = RunProgram("pdfimages -list " + file.path()).output;
  // width height … x-ppi y-ppi
  EXPECT_THAT(list, testing::ContainsRegex(" 200 +200 "));
}

TEST(Render, NoImagesNoSpots) {
  auto report = SmallReport();
  report.spots[0].images.clear();
  EXPECT_EQ(LookAt(MustRender(report).pdf).images, 0U);
  report.spots.clear();
  report.sections.clear();
  const auto rendered = MustRender(report);
  EXPECT_EQ(rendered.pages, 1);
  EXPECT_THAT(LookAt(rendered.pdf).text, HasSubstr("0 spots, 0 images"));
}

TEST(Render, LongTextsBreakOverPagesAndLoseNothing) {
  auto report = SmallReport();
  std::string note;
  for (int i = 0; i < 2500; ++i) note += "word" + std::to_string(i) + " ";
  report.spots[0].entries[0].text = note + "theveryend";
  report.patient.name = "";
  for (int i = 0; i < 40; ++i) report.patient.name += "Wolfeschlegelsteinhausen ";
  report.spots[0].site = std::string(300, 'x');
  const auto rendered = MustRender(report);
  const auto looked = LookAt(rendered.pdf);
  EXPECT_THAT(looked.text, HasSubstr("theveryend"));
  for (int i = 0; i < 2500; i += 7) {
    EXPECT_THAT(looked.text, HasSubstr("word" + std::to_string(i))) << i;
  }
  EXPECT_GE(rendered.pages, 4);
  EXPECT_LE(rendered.pages, 12);
  EXPECT_EQ(CountOf(looked.text, "born 3 Apr 1971"), static_cast<std::size_t>(rendered.pages))
      << "a long name takes no room from what tells people apart";
}

TEST(Render, AHundredSpots) {
  SampleOptions options;
  options.spots = 100;
  options.images = 0;
  const auto rendered = MustRender(ReadSample(MakeSample(options)));
  const auto looked = LookAt(rendered.pdf);
  EXPECT_THAT(looked.text, HasSubstr("Not placed"));
  EXPECT_THAT(looked.text, HasSubstr("100 spots"));
  EXPECT_GE(CountOf(looked.text, "Body site"), 3U) << "the table's head is on each of its pages";
}

TEST(Render, CanBeCalledOff) {
  SampleOptions sample;
  sample.images = 5;
  sample.image_width = 80;
  sample.image_height = 60;
  int asked = 0;
  auto options = SydneyOptions();
  options.may_go_on = [&]() -> Result<void> {
    if (++asked < 3) return Ok();
    return MakeError(Fault::kCancelled, "enough");
  };
  const auto rendered = RenderTimeline(ReadSample(MakeSample(sample)), options);
  ASSERT_FALSE(rendered);
  EXPECT_EQ(rendered.error().fault, Fault::kCancelled);
  EXPECT_EQ(asked, 3);
}

TEST(Render, TellsHowFarItIs) {
  SampleOptions options;
  options.images = 5;
  options.image_width = 80;
  options.image_height = 60;
  std::vector<std::size_t> told;
  auto given = SydneyOptions();
  given.progress = [&](std::size_t done, std::size_t all) {
    EXPECT_EQ(all, 5U);
    told.push_back(done);
  };
  MustRender(ReadSample(MakeSample(options)), given);
  EXPECT_THAT(told, testing::ElementsAre(1, 2, 3, 4, 5));
}

}  // namespace
}  // namespace pons::report
