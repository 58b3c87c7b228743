// SPDX-License-Identifier: Apache-2.0
#include "portal/static_files.h"

#include <zlib.h>

#include "base/text.h"
#include "crypto/crypto.h"
#include "portal/static_data.h"

namespace pons::portal {
namespace {

constexpr std::pair<std::string_view, std::string_view> kTypes[] = {
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".json", "application/json; charset=utf-8"},
    {".webmanifest", "application/manifest+json"},
    {".txt", "text/plain; charset=utf-8"},
    {".woff2", "font/woff2"},
    {".png", "image/png"},
    {".ico", "image/x-icon"},
};

std::string_view TypeOf(std::string_view path) {
  for (const auto& [ending, type] : kTypes) {
    if (path.ends_with(ending)) return type;
  }
  return "application/octet-stream";
}

// Null where it fails or does not help.
std::shared_ptr<const std::string> Gzip(std::string_view text) {
  z_stream stream{};
  constexpr int kGzipWindow = 15 + 16;
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kGzipWindow, 9, Z_DEFAULT_STRATEGY) !=
      Z_OK) {
    return nullptr;
  }
  auto out = std::make_shared<std::string>(deflateBound(&stream, text.size()), '\0');
  // zlib's interface predates const; it does not write to its input.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out->data());
  stream.avail_out = static_cast<uInt>(out->size());
  const int ended = deflate(&stream, Z_FINISH);
  out->resize(stream.total_out);
  deflateEnd(&stream);
  if (ended != Z_STREAM_END || out->size() >= text.size()) return nullptr;
  return out;
}

}  // namespace

StaticFiles::StaticFiles() {
  for (const auto& file : EmbeddedFiles()) contents_.emplace(file.path, file.content);
}

const StaticFile* StaticFiles::Find(std::string_view path) const {
  const auto found = contents_.find(path);
  if (found == contents_.end()) return nullptr;
  const std::lock_guard lock(mutex_);
  const auto [made, is_new] = made_.try_emplace(found->first);
  if (!is_new) return &made->second;
  auto& file = made->second;
  file.path = found->first;
  file.content_type = TypeOf(path);
  file.plain = std::make_shared<const std::string>(found->second);
  file.packed = Gzip(found->second);
  file.etag = '"' + Hex(crypto::Sha256(found->second)).substr(0, 24) + '"';
  file.immutable = path.starts_with("assets/");
  return &file;
}

std::string WithNonce(std::string_view page, std::string_view nonce) {
  constexpr std::string_view kHead = "<head>";
  const auto at = page.find(kHead);
  if (at == std::string_view::npos) return std::string(page);
  std::string out(page.substr(0, at + kHead.size()));
  ((out += "<meta name=\"csp-nonce\" content=\"") += nonce) += "\">";
  return out += page.substr(at + kHead.size());
}

std::string_view NotBuiltInPage() {
  return "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">"
         "<title>Pons</title></head><body><h1>The portal was not built into this program</h1>"
         "<p>This server works; its pages are missing. Build them with <code>scripts/build</code>, "
         "which needs Node.js, or use the command line: <code>pons --help</code>.</p>"
         "</body></html>";
}

}  // namespace pons::portal
