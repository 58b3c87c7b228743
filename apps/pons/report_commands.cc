// SPDX-License-Identifier: Apache-2.0
// pons report: what the API's $timeline-report does, on files, for app developers.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

#include "commands.h"
#include "json/value.h"
#include "report/render.h"
#include "report/sample.h"

namespace pons {
namespace {

namespace fs = std::filesystem;

struct RenderArguments {
  std::string bundle;
  std::string output;
  std::string images;
  std::string time_zone = "Australia/Sydney";
};

struct SampleArguments {
  std::string output;
  std::size_t spots = 4;
  std::size_t images = 12;
  std::string patient = "p1";
  std::string practitioner = "d1";
};

Result<std::string> ReadWhole(const fs::path& path, std::uintmax_t most) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) {
    return MakeError(Fault::kNotFound, "there is no file " + path.string());
  }
  const auto size = fs::file_size(path, error);
  if (error || size > most) {
    return MakeError(Fault::kRejected,
                     path.string() + " is larger than " + std::to_string(most >> 20) + " MiB");
  }
  std::ifstream in(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (!in.good() && !in.eof()) {
    return MakeError(Fault::kUnavailable, "could not read " + path.string());
  }
  return bytes;
}

// Whole or not at all: a report that was cut off must not look like one.
Result<void> WriteWhole(const fs::path& path, const std::string& bytes) {
  fs::path part = path;
  part += ".part";
  {
    std::ofstream out(part, std::ios::binary | std::ios::trunc);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    out.flush();
    if (!out) return MakeError(Fault::kUnavailable, "could not write " + part.string());
  }
  std::error_code error;
  fs::rename(part, path, error);
  if (error) return MakeError(Fault::kUnavailable, "could not write " + path.string());
  return Ok();
}

// The reader takes only ids of letters, digits, "-" and ".", so that none leaves the folder.
Result<std::string> ImageIn(const fs::path& folder, std::string_view id) {
  for (const char* ending : {"", ".jpg", ".jpeg", ".png", ".JPG", ".PNG"}) {
    const fs::path path = folder / (std::string(id) + ending);
    std::error_code error;
    if (fs::is_regular_file(path, error)) return ReadWhole(path, 64u << 20);
  }
  return MakeError(Fault::kNotFound, "there is no such image");
}

ExitCode Render(const RenderArguments& given) {
  const auto text = ReadWhole(given.bundle, 512u << 20);
  if (!text) return Report(text.error());
  json::ParseLimits limits;
  limits.max_bytes = 512u << 20;
  const auto bundle = json::Parse(*text, limits);
  if (!bundle) return Report(WithContext(bundle.error(), given.bundle));
  const auto report = report::ReadTimeline(*bundle);
  if (!report) {
    return Report(WithContext(report.error(), given.bundle + ": " + report.error().vendor_code));
  }
  auto zone = PracticeZone::Named(given.time_zone);
  if (!zone) return Report(zone.error());
  report::RenderOptions options{std::move(*zone)};
  const fs::path folder = given.images;
  if (!given.images.empty()) {
    options.binary = [folder](std::string_view id) { return ImageIn(folder, id); };
  }
  const bool on_terminal = isatty(STDERR_FILENO) != 0;
  if (on_terminal) {
    options.progress = [](std::size_t done, std::size_t all) {
      std::fprintf(stderr, "\rimage %zu of %zu%s", done, all, done == all ? "\n" : "");
    };
  }
  const auto rendered = report::RenderTimeline(*report, options);
  if (!rendered) return Report(rendered.error());
  for (const auto& warning : rendered->warnings) {
    std::fprintf(stderr, "pons: %s: %s\n", warning.path.c_str(), warning.text.c_str());
  }
  if (const auto written = WriteWhole(given.output, rendered->pdf); !written) {
    return Report(written.error());
  }
  std::printf("%s: %d pages, %zu images, %zu bytes\n", given.output.c_str(), rendered->pages,
              rendered->images, rendered->pdf.size());
  return rendered->images_failed == 0 ? ExitCode::kOk : ExitCode::kAttention;
}

ExitCode Example(const SampleArguments& given) {
  report::SampleOptions options;
  options.spots = given.spots;
  options.images = given.images;
  options.patient_id = given.patient;
  options.practitioner_id = given.practitioner;
  const auto sample = report::MakeSample(options);
  if (const auto written = WriteWhole(given.output, sample.bundle); !written) {
    return Report(written.error());
  }
  std::printf("%s: %zu spots, %zu images, %zu bytes\n", given.output.c_str(), given.spots,
              given.images, sample.bundle.size());
  return ExitCode::kOk;
}

void AddRender(CLI::App& report, ExitCode& exit_code) {
  auto* render = report.add_subcommand("render", "Draw a timeline report as PDF");
  const auto given = std::make_shared<RenderArguments>();
  render->add_option("bundle", given->bundle, "FHIR document (JSON)")->required();
  render->add_option("-o,--output", given->output, "PDF to write")->required();
  render->add_option("--images", given->images,
                     "Folder with the images that the document names as Binary/ID: ID.jpg, ID.png");
  render->add_option("--time-zone", given->time_zone, "The practice's clock, for dates of images")
      ->capture_default_str();
  render->footer(
      "Leaves with 5 where an image could not be read; the report then says so in its place.\n"
      "Example: pons report render report.json -o report.pdf --images photos/");
  render->callback([given, &exit_code] { exit_code = Render(*given); });
}

void AddExample(CLI::App& report, ExitCode& exit_code) {
  auto* example = report.add_subcommand(
      "example", "Write a report of nobody, with drawn images, to start from");
  const auto given = std::make_shared<SampleArguments>();
  example->add_option("-o,--output", given->output, "FHIR document (JSON) to write")->required();
  example->add_option("--spots", given->spots, "How many spots")
      ->capture_default_str()
      ->check(CLI::Range(1, 200));
  example->add_option("--images", given->images, "How many images")
      ->capture_default_str()
      ->check(CLI::Range(0, 200));
  example->add_option("--patient", given->patient, "Id of the Patient")->capture_default_str();
  example->add_option("--practitioner", given->practitioner, "Id of the Practitioner")
      ->capture_default_str();
  example->footer("Example: pons report example -o report.json --images 40");
  example->callback([given, &exit_code] { exit_code = Example(*given); });
}

}  // namespace

void AddReport(CLI::App& app, ExitCode& exit_code) {
  auto* report = app.add_subcommand("report", "Timeline reports as PDF, without a server");
  report->require_subcommand(1);
  AddRender(*report, exit_code);
  AddExample(*report, exit_code);
}

}  // namespace pons
