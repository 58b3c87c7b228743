// SPDX-License-Identifier: Apache-2.0
#include "report/render.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "report/compose.h"
#include "report/pdf_catalog.h"

namespace pons::report {
namespace {

constexpr std::size_t kRoomForTheRest = 400'000;  // fonts, texts, drawings
constexpr int kBestQuality = 92;
constexpr int kLeastQuality = 40;

// The best picture that is no larger than `most`; where even a poor one is, a smaller one.
Result<std::string> EncodeWithin(Pixels& pixels, std::size_t most) {
  while (true) {
    PONS_ASSIGN(auto best, EncodeJpeg(pixels, kBestQuality));
    if (best.size() <= most) return best;
    int low = kLeastQuality;
    int high = kBestQuality - 1;
    std::string fitting;
    while (low <= high) {
      const int quality = (low + high) / 2;
      PONS_ASSIGN(auto jpeg, EncodeJpeg(pixels, quality));
      if (jpeg.size() <= most) {
        fitting = std::move(jpeg);
        low = quality + 1;
      } else {
        high = quality - 1;
      }
    }
    if (!fitting.empty()) return fitting;
    if (pixels.width < 100 || pixels.height < 100) return EncodeJpeg(pixels, kLeastQuality);
    pixels = Shrink(pixels, pixels.width * 4 / 5, pixels.height * 4 / 5);
  }
}

class ImagePreparer {
 public:
  ImagePreparer(const RenderOptions& options, std::size_t count, Rendered& rendered)
      : options_(options),
        count_(count),
        left_(options.target_bytes > 2 * kRoomForTheRest ? options.target_bytes - kRoomForTheRest
                                                         : options.target_bytes / 2),
        rendered_(rendered) {}

  Result<void> Prepare(const std::vector<Image>& images) {
    const Grid grid = GridFor(images.size());
    const double scale = options_.print_dpi / 72;
    for (const Image& image : images) {
      if (options_.may_go_on) PONS_TRY(options_.may_go_on());
      PreparedImage& prepared = images_[&image];
      // What earlier pictures left over is for those that follow.
      const std::size_t share = left_ / (count_ - done_);
      if (auto made = One(image, static_cast<int>(std::lround(grid.cell_width * scale)),
                          static_cast<int>(std::lround(grid.most_height * scale)), share)) {
        prepared = std::move(*made);
        ++rendered_.images;
        left_ -= std::min(left_, prepared.jpeg.size());
      } else {
        if (made.error().fault == Fault::kInternal) return made.error();
        prepared.failure = made.error().summary;
        ++rendered_.images_failed;
        rendered_.warnings.push_back(
            {image.path, "The image could not be read: " + made.error().summary + "."});
      }
      ++done_;
      if (options_.progress) options_.progress(done_, count_);
    }
    return Ok();
  }

  const PreparedImages& images() const { return images_; }

 private:
  Result<PreparedImage> One(const Image& image, int width, int height, std::size_t share) {
    std::string fetched;
    if (image.data.empty()) {
      if (!options_.binary) {
        return MakeError(Fault::kNotFound, "the image is not part of the document");
      }
      auto bytes = options_.binary(image.binary_id);
      if (!bytes) {
        // Whatever went wrong inside is not for the page.
        return MakeError(Fault::kNotFound, bytes.error().fault == Fault::kNotFound
                                               ? "the image was not sent"
                                               : "the image could not be fetched");
      }
      fetched = std::move(*bytes);
    }
    const std::string& bytes = image.data.empty() ? fetched : image.data;
    PONS_ASSIGN(auto pixels, DecodeImage(bytes, width, height, options_.images));
    PreparedImage prepared;
    PONS_ASSIGN(prepared.jpeg, EncodeWithin(pixels, share));
    prepared.width = pixels.width;
    prepared.height = pixels.height;
    return prepared;
  }

  const RenderOptions& options_;
  const std::size_t count_;
  std::size_t done_ = 0;
  std::size_t left_;
  PreparedImages images_;
  Rendered& rendered_;
};

cairo_status_t Append(void* closure, const unsigned char* data, unsigned int length) {
  static_cast<std::string*>(closure)->append(reinterpret_cast<const char*>(data), length);
  return CAIRO_STATUS_SUCCESS;
}

// A PDF being drawn into a string.
class Pdf {
 public:
  explicit Pdf(std::string& out)
      : surface_(cairo_pdf_surface_create_for_stream(Append, &out, kPageWidth, kPageHeight)),
        cr_(cairo_create(surface_)) {
    cairo_pdf_surface_restrict_to_version(surface_, CAIRO_PDF_VERSION_1_5);
  }
  ~Pdf() {
    cairo_destroy(cr_);
    cairo_surface_destroy(surface_);
  }
  Pdf(const Pdf&) = delete;
  Pdf& operator=(const Pdf&) = delete;

  cairo_t* cr() { return cr_; }
  void Metadata(cairo_pdf_metadata_t what, const std::string& text) {
    if (!text.empty()) cairo_pdf_surface_set_metadata(surface_, what, text.c_str());
  }
  void Outline(const std::string& text, const std::string& destination) {
    const std::string attributes = "dest='" + destination + "'";
    cairo_pdf_surface_add_outline(surface_, CAIRO_PDF_OUTLINE_ROOT, text.c_str(),
                                  attributes.c_str(), static_cast<cairo_pdf_outline_flags_t>(0));
  }
  Result<void> Close() {
    cairo_surface_finish(surface_);
    const auto status = cairo_status(cr_) != CAIRO_STATUS_SUCCESS ? cairo_status(cr_)
                                                                  : cairo_surface_status(surface_);
    if (status == CAIRO_STATUS_SUCCESS) return Ok();
    return MakeError(Fault::kInternal, std::string("the report could not be drawn: ") +
                                           cairo_status_to_string(status));
  }

 private:
  cairo_surface_t* surface_;
  cairo_t* cr_;
};

// Structure elements open and close here, so that one that spans blocks spans no page.
void DrawPage(cairo_t* cr, const std::vector<Flow::Placed>& page) {
  const Block* open = nullptr;
  for (const auto& placed : page) {
    const Block& block = *placed.block;
    if (open != nullptr && (open->group != block.group || block.tag == nullptr)) {
      cairo_tag_end(cr, open->tag);
      open = nullptr;
    }
    if (open == nullptr && block.tag != nullptr) {
      cairo_tag_begin(cr, block.tag, nullptr);
      open = &block;
    }
    cairo_save(cr);
    if (block.draw) block.draw(cr, placed.y);
    cairo_restore(cr);
  }
  if (open != nullptr) cairo_tag_end(cr, open->tag);
}

std::string PdfDate(const When& when) {
  // The report's date and not today's: the same report is the same file.
  return when.known() ? FormatInstant(when.start) : "2000-01-01T00:00:00Z";
}

void Describe(Pdf& pdf, const TimelineReport& report) {
  pdf.Metadata(CAIRO_PDF_METADATA_TITLE, report.title + " – " + report.patient.name);
  pdf.Metadata(CAIRO_PDF_METADATA_AUTHOR, report.author.name);
  pdf.Metadata(CAIRO_PDF_METADATA_SUBJECT, "Report " + report.id);
  pdf.Metadata(CAIRO_PDF_METADATA_CREATOR, "Pons");
  pdf.Metadata(CAIRO_PDF_METADATA_CREATE_DATE, PdfDate(report.date));
  pdf.Metadata(CAIRO_PDF_METADATA_MOD_DATE, PdfDate(report.date));
  for (std::size_t i = 0; i < report.spots.size(); ++i) {
    const Spot& spot = report.spots[i];
    pdf.Outline("Spot " + spot.label + (spot.site.empty() ? "" : " – " + spot.site),
                SpotDestination(i));
  }
}

}  // namespace

Result<Rendered> RenderTimeline(TimelineReport report, const RenderOptions& options) {
  SortByDate(report, options.zone);
  Rendered rendered;
  ImagePreparer preparer(options, report.ImageCount(), rendered);
  for (const Section& section : report.sections) PONS_TRY(preparer.Prepare(section.images));
  for (const Spot& spot : report.spots) PONS_TRY(preparer.Prepare(spot.images));

  TextMaker texts(report.language);
  Composer composer(report, options.zone, preparer.images(), texts);
  const Flow flow = composer.Compose();
  const auto pages = flow.Paginate();
  rendered.pages = static_cast<int>(pages.size());
  {
    Pdf pdf(rendered.pdf);
    Describe(pdf, report);
    for (std::size_t i = 0; i < pages.size(); ++i) {
      DrawPage(pdf.cr(), pages[i]);
      composer.DrawFooter(pdf.cr(), static_cast<int>(i + 1), rendered.pages);
      cairo_show_page(pdf.cr());
    }
    PONS_TRY(pdf.Close());
  }
  PONS_ASSIGN(rendered.pdf, WithLanguage(std::move(rendered.pdf), report.language));
  rendered.unknown_glyphs = texts.unknown_glyphs();
  if (rendered.unknown_glyphs > 0) {
    rendered.warnings.push_back(
        {"Bundle", std::to_string(rendered.unknown_glyphs) +
                       " characters are in no font of this server and show as boxes."});
  }
  if (rendered.pdf.size() > options.target_bytes) {
    rendered.warnings.push_back({"Bundle", "The report is larger than it was to be."});
  }
  return rendered;
}

}  // namespace pons::report
