// SPDX-License-Identifier: Apache-2.0
#include "report/pdf_catalog.h"

#include <cstdio>

namespace pons::report {
namespace {

// The digits that follow `key` in `text`; empty where there are none.
std::string NumberAfter(std::string_view text, std::string_view key) {
  const auto at = text.rfind(key);
  if (at == std::string_view::npos) return {};
  const auto begin = text.find_first_of("0123456789", at + key.size());
  if (begin == std::string_view::npos) return {};
  const auto end = text.find_first_not_of("0123456789", begin);
  return std::string(text.substr(begin, end - begin));
}

}  // namespace

Result<std::string> WithLanguage(std::string pdf, std::string_view language) {
  const Error odd = MakeError(Fault::kInternal, "the drawing library wrote an unexpected PDF");
  const auto trailer_at = pdf.rfind("trailer");
  if (trailer_at == std::string::npos) return odd;
  const std::string_view trailer = std::string_view(pdf).substr(trailer_at);
  const std::string root = NumberAfter(trailer, "/Root");
  const std::string info = NumberAfter(trailer, "/Info");
  const std::string size = NumberAfter(trailer, "/Size");
  const std::string start = NumberAfter(trailer, "startxref");
  if (root.empty() || size.empty() || start.empty()) return odd;
  const std::string head = "\n" + root + " 0 obj\n<<";
  const auto catalog = pdf.rfind(head);
  const auto end = catalog == std::string::npos ? catalog : pdf.find("endobj", catalog);
  if (end == std::string::npos) return odd;
  const std::string body = pdf.substr(catalog + head.size(), end - catalog - head.size());
  if (body.find("/Catalog") == std::string::npos || body.find("/Lang") != std::string::npos) {
    return odd;
  }
  const bool tagged = body.find("/StructTreeRoot") != std::string::npos &&
                      body.find("/MarkInfo") == std::string::npos;
  if (pdf.back() != '\n') pdf += '\n';
  const std::size_t object_at = pdf.size();
  pdf += root + " 0 obj\n<< /Lang (" + std::string(language) +
         ")\n   /ViewerPreferences << /DisplayDocTitle true >>" +
         (tagged ? "\n   /MarkInfo << /Marked true >>" : "") + body + "endobj\n";
  const std::size_t xref_at = pdf.size();
  char offset[24];
  std::snprintf(offset, sizeof offset, "%010zu", object_at);
  pdf += "xref\n" + root + " 1\n" + offset + " 00000 n \ntrailer\n<< /Size " + size +
         "\n   /Root " + root + " 0 R\n" + (info.empty() ? "" : "   /Info " + info + " 0 R\n") +
         "   /Prev " + start + "\n>>\nstartxref\n" + std::to_string(xref_at) + "\n%%EOF\n";
  return pdf;
}

}  // namespace pons::report
