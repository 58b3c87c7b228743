// SPDX-License-Identifier: Apache-2.0
#include "print.h"

#include <algorithm>
#include <vector>

#include "base/time.h"

namespace pons {
namespace {

struct Cell {
  std::string text;
  std::string_view colour;
};

enum class Mood { kPlain, kGood, kAttention, kBad };

Mood MoodOf(std::string_view state) {
  for (const auto* good : {"ok", "active", "delivered"}) {
    if (state == good) return Mood::kGood;
  }
  for (const auto* bad : {"failed", "revoked", "disabled"}) {
    if (state == bad) return Mood::kBad;
  }
  for (const auto* attention : {"attention", "retrying", "waiting", "paused"}) {
    if (state == attention) return Mood::kAttention;
  }
  return Mood::kPlain;
}

std::string_view MarkOf(Mood mood) {
  switch (mood) {
    case Mood::kGood:
      return "✓ ";
    case Mood::kAttention:
      return "! ";
    case Mood::kBad:
      return "✗ ";
    case Mood::kPlain:
      return "· ";
  }
  return "";
}

std::string_view ColourOf(Mood mood) {
  switch (mood) {
    case Mood::kGood:
      return "\x1b[32m";
    case Mood::kAttention:
      return "\x1b[33m";
    case Mood::kBad:
      return "\x1b[31m";
    case Mood::kPlain:
      return "";
  }
  return "";
}

// Columns a terminal uses: continuation bytes none, wide scripts two.
std::size_t WidthOf(std::string_view text) {
  std::size_t width = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) == 0x80) continue;
    width += byte >= 0xE3 && byte <= 0xED ? 2 : byte >= 0xF0 ? 2 : 1;
  }
  return width;
}

// What came from elsewhere must not move the cursor or colour the rest.
std::string Tame(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    out += control ? ' ' : c;
  }
  return out;
}

std::string TextOf(const json::Value& value);

std::string Joined(const json::Array& array) {
  std::string out;
  for (const auto& item : array) {
    if (!out.empty()) out += ", ";
    out += TextOf(item);
  }
  return out.empty() ? "none" : out;
}

std::string Joined(const json::Object& object) {
  std::string out;
  for (const auto& [key, value] : object) {
    if (!out.empty()) out += ", ";
    out += Tame(key) + ": " + TextOf(value);
  }
  return out.empty() ? "none" : out;
}

std::string TextOf(const json::Value& value) {
  if (const auto* text = value.string()) {
    if (!ParseInstant(*text)) return Tame(*text);
    return text->substr(0, 10) + " " + text->substr(11, 8) +
           (text->ends_with('Z') ? " UTC" : text->substr(text->size() - 6));
  }
  if (const auto* flag = value.boolean()) return *flag ? "yes" : "no";
  if (const auto* number = value.number()) return number->text;
  if (const auto* array = value.array()) return Joined(*array);
  if (const auto* object = value.object()) return Joined(*object);
  return "";
}

Cell CellOf(const json::Value& item, std::string_view member) {
  const auto* value = item.Find(member);
  if (value == nullptr) return {};
  Cell cell{TextOf(*value), {}};
  if (member == "state") {
    const auto mood = MoodOf(cell.text);
    cell.colour = ColourOf(mood);
    cell.text = std::string(MarkOf(mood)) + cell.text;
  }
  return cell;
}

void AppendRow(std::string& out, const std::vector<Cell>& row,
               const std::vector<std::size_t>& widths, const PrintStyle& style) {
  std::string line;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (widths[i] == 0) continue;  // nothing stands in this column
    const bool coloured = style.colour && !row[i].colour.empty();
    if (coloured) line += row[i].colour;
    line += row[i].text;
    if (coloured) line += "\x1b[0m";
    line.append(widths[i] - std::min(widths[i], WidthOf(row[i].text)) + 2, ' ');
  }
  line.erase(line.find_last_not_of(' ') + 1);
  out += line + '\n';
}

std::string Table(const json::Array& items, std::span<const admin::Column> columns,
                  const PrintStyle& style) {
  std::vector<std::vector<Cell>> rows;
  std::vector<std::size_t> widths(columns.size(), 0);
  for (const auto& item : items) {
    auto& row = rows.emplace_back();
    for (std::size_t i = 0; i < columns.size(); ++i) {
      row.push_back(CellOf(item, columns[i].member));
      widths[i] = std::max(widths[i], WidthOf(row.back().text));
    }
  }
  std::vector<Cell> titles;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    titles.push_back({std::string(columns[i].title), style.colour ? "\x1b[2m" : ""});
    if (widths[i] > 0) widths[i] = std::max(widths[i], WidthOf(columns[i].title));
  }
  std::string out;
  AppendRow(out, titles, widths, style);
  for (const auto& row : rows) AppendRow(out, row, widths, style);
  return out;
}

// Findings are sentences, and do not fit a table.
std::string FindingsText(const json::Array& items, const PrintStyle& style) {
  std::string out;
  for (const auto& item : items) {
    const auto mood = MoodOf(item.Text("state"));
    if (style.colour) out += ColourOf(mood);
    out += MarkOf(mood == Mood::kPlain ? Mood::kBad : mood);
    if (style.colour) out += "\x1b[0m";
    out += Tame(item.Text("check")) + ": " + Tame(item.Text("says")) + "\n";
    if (const auto next = item.Text("next"); !next.empty()) out += "    Next: " + Tame(next) + "\n";
  }
  return out;
}

std::string Words(std::string_view key) {
  std::string out(key);
  std::replace(out.begin(), out.end(), '_', ' ');
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 32);
  return out;
}

bool IsSection(const json::Value& value) {
  return value.array() != nullptr && !value.array()->empty() && value.array()->front().is_object();
}

std::string Facts(const json::Value& answer, bool has_items) {
  std::size_t width = 0;
  const auto skip = [&](std::string_view key) {
    return key == "message" || key == "ok" || (has_items && key == "items");
  };
  for (const auto& [key, value] : *answer.object()) {
    if (!skip(key) && !IsSection(value)) width = std::max(width, key.size());
  }
  std::string out;
  for (const auto& [key, value] : *answer.object()) {
    if (skip(key) || IsSection(value)) continue;
    out +=
        "  " + Words(key) + ":" + std::string(width - key.size() + 1, ' ') + TextOf(value) + "\n";
  }
  for (const auto& [key, value] : *answer.object()) {
    if (skip(key) || !IsSection(value)) continue;
    out += "\n  " + Words(key) + "\n";
    for (const auto& item : *value.array()) out += "    " + TextOf(item) + "\n";
  }
  return out;
}

}  // namespace

std::string ForPeople(const json::Value& answer, std::span<const admin::Column> columns,
                      const PrintStyle& style) {
  std::string out = Tame(answer.Text("message")) + "\n";
  if (answer.object() == nullptr) return out;
  const auto* items = answer.Find("items");
  const bool is_list = items != nullptr && items->array() != nullptr;
  if (is_list && !items->array()->empty()) {
    const bool findings = items->array()->front().Find("says") != nullptr;
    out += "\n" + (findings ? FindingsText(*items->array(), style)
                            : Table(*items->array(), columns, style));
  }
  // A list's own facts stand in its message; programs find them with --json.
  if (is_list) return out;
  const auto facts = Facts(answer, is_list);
  if (!facts.empty()) out += "\n" + facts;
  return out;
}

}  // namespace pons
