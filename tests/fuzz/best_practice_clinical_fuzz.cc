// SPDX-License-Identifier: Apache-2.0
// A document's bytes as any statement may give them, and rows of clinical views of any cells: bytes
// come back as they were written, every item has an id, and what is named unreadable is never a
// value.
#include "base/text.h"
#include "crypto/crypto.h"
#include "fuzz.h"
#include "vendors/best_practice/connector/best_practice_clinical_map.h"

namespace {

namespace bp = pons::best_practice;
using pons::net::SqlNull;
using pons::net::SqlValue;

std::vector<SqlValue> CellsOf(std::string_view text) {
  std::vector<SqlValue> row;
  while (!text.empty() && row.size() < 16) {
    const auto line = pons::TakeLine(text);
    std::int64_t number = 0;
    for (const char c : line.substr(line.empty() ? 0 : 1)) {
      number = static_cast<std::int64_t>(static_cast<std::uint64_t>(number) * 10 +
                                         static_cast<unsigned char>(c - '0') % 16);
    }
    if (line == "n") {
      row.emplace_back(SqlNull{});
    } else if (line.starts_with('i')) {
      row.emplace_back(number);
    } else if (line.starts_with('r')) {
      row.emplace_back(static_cast<double>(number) * 1e9 / 3);
    } else if (line.starts_with('d')) {
      // What DATETIME columns can hold: 1753 to 9999.
      const auto span = std::uint64_t{253'402'300'799 + 6'847'804'800};
      const auto seconds =
          static_cast<std::int64_t>(static_cast<std::uint64_t>(number) % span) - 6'847'804'800;
      row.emplace_back(
          pons::LocalTime{std::chrono::time_point<std::chrono::system_clock, pons::seconds>(
              pons::seconds(seconds))});
    } else {
      row.emplace_back(std::string(line));
    }
  }
  return row;
}

void Judge(const bp::ItemOrBad& made) {
  if (const auto* item = std::get_if<pons::model::ClinicalItem>(&made)) {
    PONS_CHECK(!item->id.empty());
    return;
  }
  const auto& bad = std::get<bp::BadCell>(made);
  PONS_CHECK(!bad.field.empty() && bad.reason.starts_with("is "));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = pons::AsText(data, size);
  PONS_CHECK(!bp::ContentTypeOf(text).empty());
  PONS_CHECK(bp::PlainText(text).size() <= text.size());
  PONS_CHECK(!bp::PlainText(text).starts_with("{\\rtf"));
  static_cast<void>(bp::BytesOf(text));
  if (!text.empty()) {
    const auto known = bp::ContentTypeOf(text) != "application/octet-stream";
    PONS_CHECK(bp::BytesOf("0x" + pons::Hex(text)) == text);
    if (known) PONS_CHECK(bp::BytesOf(pons::Hex(text)) == text);
  }
  if (const auto id = bp::ReadDocumentId(text)) PONS_CHECK(id->number > 0);

  static const auto zone = *pons::PracticeZone::Named("Australia/Lord_Howe");
  const auto row = CellsOf(text);
  Judge(bp::ToHistory(row));
  Judge(bp::ToMedication(row));
  Judge(bp::ToReaction(row));
  Judge(bp::ToRelative(row));
  for (const auto& shelf : bp::Shelves()) Judge(bp::ToDocument(shelf, row, true));
  const auto measured = bp::ToMeasured(row, zone);
  std::vector<pons::model::ClinicalItem> items;
  if (const auto* one = std::get_if<bp::Measured>(&measured)) {
    auto other = *one;
    ++other.code;
    const bp::Measured both[] = {*one, other};
    items = bp::ToVitalSigns(both);
    PONS_CHECK(items.size() == 1 || items.size() == 2);
  }
  for (auto* from : {&bp::FromTobacco, &bp::FromAlcohol, &bp::FromSocial, &bp::FromFamily}) {
    for (auto& item : (*from)(row)) items.push_back(std::move(item));
  }
  bp::NumberDoubles(items);
  for (const auto& item : items) PONS_CHECK(!item.id.empty());
  return 0;
}
