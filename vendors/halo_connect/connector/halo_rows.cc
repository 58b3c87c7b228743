// SPDX-License-Identifier: Apache-2.0
#include "vendors/halo_connect/connector/halo_rows.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/text.h"
#include "crypto/crypto.h"

namespace pons::halo_connect {
namespace {

constexpr std::size_t kMostColumns = 4096;

Error Unreadable(std::string_view what) {
  return MakeError(Fault::kProtocol, "Halo Connect's rows cannot be read: " + std::string(what));
}

std::optional<net::SqlValue> ReadNumber(const std::string& text) {
  std::int64_t integer = 0;
  const char* const end = text.data() + text.size();
  const auto whole = std::from_chars(text.data(), end, integer);
  if (whole.ec == std::errc() && whole.ptr == end) return net::SqlValue(integer);
  double real = 0;
  const auto read = std::from_chars(text.data(), end, real);
  if (read.ec != std::errc() || read.ptr != end || !std::isfinite(real)) return std::nullopt;
  return net::SqlValue(real);
}

std::optional<net::SqlValue> ReadCell(const json::Value& value) {
  if (value.is_null()) return net::SqlValue(net::SqlNull{});
  if (const auto* text = value.string()) return net::SqlValue(*text);
  if (const auto* flag = value.boolean()) return net::SqlValue(std::int64_t{*flag ? 1 : 0});
  if (const auto* number = value.number()) return ReadNumber(number->text);
  return std::nullopt;  // two columns of one name, folded into a list; or nothing a cell can hold
}

}  // namespace

RowReader::RowReader(std::span<const std::string_view> columns,
                     const net::SqlColumnsSink& columns_sink, const net::SqlRowSink& row_sink)
    : names_(columns.begin(), columns.end()),
      fixed_(!columns.empty()),
      columns_sink_(columns_sink),
      row_sink_(row_sink) {}

void RowReader::TellColumns() {
  if (told_ || names_.empty()) return;
  told_ = true;
  if (!columns_sink_) return;
  std::vector<net::SqlColumn> columns;
  columns.reserve(names_.size());
  for (const auto& name : names_) columns.push_back({name});
  columns_sink_(columns);
}

std::optional<std::size_t> RowReader::Place(std::size_t member, std::string_view name) {
  if (member < places_.size() && places_[member].first == name) return places_[member].second;
  const auto found = std::find_if(names_.begin(), names_.end(), [&](const std::string& one) {
    return EqualsIgnoringAsciiCase(one, name);
  });
  std::optional<std::size_t> place;
  if (found != names_.end()) place = static_cast<std::size_t>(found - names_.begin());
  if (places_.size() <= member) places_.resize(member + 1);
  places_[member] = {std::string(name), place};
  return place;
}

Result<void> RowReader::Fill(const json::Object& row) {
  if (row.size() > kMostColumns) return Unreadable("too many columns");
  if (names_.empty()) {
    for (const auto& [name, value] : row) names_.push_back(name);
  }
  cells_.assign(names_.size(), net::SqlNull{});
  filled_.assign(names_.size(), false);
  std::size_t known = 0;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const auto place = Place(i, row[i].first);
    if (!place) {
      // Without names of our own, a column that the first row lacks has no place.
      if (!fixed_) return Unreadable("a row has another column than the first");
      continue;
    }
    if (filled_[*place]) return Unreadable("two columns have one name");
    auto cell = ReadCell(row[i].second);
    if (!cell) return Unreadable("a cell is neither text nor number");
    cells_[*place] = std::move(*cell);
    filled_[*place] = true;
    ++known;
  }
  if (known == 0 && !row.empty()) return Unreadable("its columns have other names");
  return Ok();
}

Result<bool> RowReader::Read(const json::Value* data, std::optional<std::int64_t> count) {
  const auto* encoded = data == nullptr ? nullptr : data->string();
  if (data != nullptr && !data->is_null() && encoded == nullptr) return Unreadable("no base64");
  if (encoded == nullptr || encoded->empty()) {
    // INFERRED: from a result's schema, that a statement without rows has no data.
    if (count.value_or(0) != 0) return Unreadable("rows are missing");
    return true;
  }
  auto text = crypto::FromBase64(*encoded);
  if (!text) return Unreadable("no base64");
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text->starts_with(kByteOrderMark)) text->erase(0, kByteOrderMark.size());
  PONS_ASSIGN(const auto parsed, json::Parse(*text));
  const auto* rows = parsed.array();
  if (rows == nullptr) return Unreadable("no list of rows");
  if (count && *count != static_cast<std::int64_t>(rows->size())) {
    return Unreadable("not as many rows as promised");
  }
  for (const auto& one : *rows) {
    const auto* row = one.object();
    if (row == nullptr) return Unreadable("a row is no object");
    PONS_TRY(Fill(*row));
    TellColumns();
    ++rows_;
    if (!row_sink_(cells_)) return false;
  }
  return true;
}

}  // namespace pons::halo_connect
