// SPDX-License-Identifier: Apache-2.0
// MLLP: however a stream is cut into reads, the same frames come out, none longer than allowed; and
// a framed message comes out as it went in, after any bytes that do not begin a frame.
#include <algorithm>
#include <vector>

#include "fuzz.h"
#include "hl7/mllp.h"

namespace {

using pons::hl7::Deframer;

constexpr std::size_t kMost = 5000;

std::vector<Deframer::Frame> FramesOf(std::string_view stream, std::size_t step) {
  Deframer deframer(kMost);
  std::vector<Deframer::Frame> out;
  while (!stream.empty()) {
    deframer.Feed(stream.substr(0, step));
    stream.remove_prefix(std::min(step, stream.size()));
    while (auto frame = deframer.Next()) {
      PONS_CHECK(frame->bytes.size() <= kMost);
      out.push_back(*std::move(frame));
    }
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto rest = pons::AsText(data, size);
  if (rest.empty()) return 0;
  const auto step = std::max<std::size_t>(static_cast<unsigned char>(rest.front()), 1);
  rest.remove_prefix(1);
  const auto whole = FramesOf(rest, rest.size());
  PONS_CHECK(FramesOf(rest, step) == whole);
  PONS_CHECK(FramesOf(rest, 1) == whole);
  if (rest.find_first_of(std::string_view("\x0B\x1C", 2)) != std::string_view::npos) return 0;
  const auto framed = FramesOf(std::string(rest) + pons::hl7::Framed(rest), step);
  PONS_CHECK(framed.size() == 1);
  if (rest.size() <= kMost) PONS_CHECK(framed[0].bytes == rest);
  return 0;
}
