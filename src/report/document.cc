// SPDX-License-Identifier: Apache-2.0
// The Bundle as an index of resources, texts and dates.
#include <algorithm>

#include "base/text.h"
#include "report/read_parts.h"

namespace pons::report {
namespace {

using json::Value;

// The last two steps of "https://x/fhir/Patient/p1/_history/3" or "Patient/p1": "Patient/p1".
std::string_view TypeAndId(std::string_view url) {
  if (const auto history = url.find("/_history/"); history != std::string_view::npos) {
    url = url.substr(0, history);
  }
  const auto last = url.rfind('/');
  if (last == std::string_view::npos || last == 0) return {};
  const auto before = url.rfind('/', last - 1);
  return before == std::string_view::npos ? url : url.substr(before + 1);
}

bool IsDigits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// Names of the XHTML elements that end a line.
bool EndsLine(std::string_view tag) {
  for (const char* name :
       {"p",  "/p", "div", "/div", "br", "br/", "li",  "/li", "tr",  "/tr", "h1",
        "h2", "h3", "h4",  "h5",   "h6", "/h1", "/h2", "/h3", "/h4", "/h5", "/h6"}) {
    if (tag == name) return true;
  }
  return false;
}

// Marks that turn the direction of what follows (U+202A to U+202E, U+2066 to U+2069): one in a name
// would turn the words after it. Letters have a direction of their own.
bool TurnsText(std::string_view at) {
  if (at.size() < 3 || at[0] != '\xE2') return false;
  return (at[1] == '\x80' && at[2] >= '\xAA' && at[2] <= '\xAE') ||
         (at[1] == '\x81' && at[2] >= '\xA6' && at[2] <= '\xA9');
}

void AppendUtf8(std::uint32_t code, std::string& out) {
  if (code == 0 || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) code = 0xFFFD;
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | code >> 6);
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | code >> 12);
    out += static_cast<char>(0x80 | (code >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | code >> 18);
    out += static_cast<char>(0x80 | (code >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (code >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
}

// What "&name;" stands for, appended; names that are not known stay as they are written.
void AppendEntity(std::string_view name, std::string& out) {
  if (name == "amp") {
    out += '&';
  } else if (name == "lt") {
    out += '<';
  } else if (name == "gt") {
    out += '>';
  } else if (name == "quot") {
    out += '"';
  } else if (name == "apos") {
    out += '\'';
  } else if (name == "nbsp") {
    out += ' ';
  } else if (name.size() > 1 && name.size() <= 8 && name[0] == '#') {
    const bool hex = name[1] == 'x' || name[1] == 'X';
    AppendUtf8(static_cast<std::uint32_t>(std::strtoul(
                   std::string(name.substr(hex ? 2 : 1)).c_str(), nullptr, hex ? 16 : 10)),
               out);
  } else {
    out += '&';
    out += name;
    out += ';';
  }
}

// Runs of blanks become one, and blank lines and blanks at the ends of lines go.
std::string Tidied(std::string_view text) {
  std::string out;
  for (const std::string_view line : Split(text, '\n')) {
    std::string words;
    for (const std::string_view word : Split(line, ' ')) {
      if (Trim(word).empty()) continue;
      if (!words.empty()) words += ' ';
      words += Trim(word);
    }
    if (words.empty()) continue;
    if (!out.empty()) out += '\n';
    out += words;
  }
  return out;
}

}  // namespace

Error Refuse(std::string path, std::string text) {
  Error error = MakeError(Fault::kRejected, std::move(text));
  error.vendor_code = std::move(path);
  return error;
}

const json::Array& Items(const Value& value, std::string_view name) {
  static const json::Array kNone;
  const Value* found = value.Find(name);
  return found != nullptr && found->is_array() ? *found->array() : kNone;
}

std::string ConceptText(const Value& concept_value) {
  if (const auto text = concept_value.Text("text"); !text.empty()) return std::string(text);
  for (const char* member : {"display", "code"}) {
    for (const Value& coding : Items(concept_value, "coding")) {
      if (const auto text = coding.Text(member); !text.empty()) return std::string(text);
    }
  }
  return {};
}

std::string PlainText(std::string_view xhtml) {
  std::string out;
  while (!xhtml.empty()) {
    const char c = xhtml.front();
    if (c == '<') {
      const auto end = xhtml.find('>');
      if (end == std::string_view::npos) break;
      const auto tag = xhtml.substr(1, end - 1);
      const auto name = tag.substr(0, tag.find_first_of(" \t\r\n"));
      out += EndsLine(AsciiLower(name)) ? '\n' : ' ';
      // A tag within a word must not split it, but a cell must not join the next one.
      if (out.back() == ' ' && AsciiLower(name) != "td" && AsciiLower(name) != "/td")
        out.pop_back();
      xhtml.remove_prefix(end + 1);
    } else if (c == '&') {
      const auto end = xhtml.substr(0, 10).find(';');
      if (end == std::string_view::npos) {
        out += c;
        xhtml.remove_prefix(1);
      } else {
        AppendEntity(xhtml.substr(1, end - 1), out);
        xhtml.remove_prefix(end + 1);
      }
    } else {
      out += c == '\n' || c == '\r' || c == '\t' ? ' ' : c;
      xhtml.remove_prefix(1);
    }
  }
  return Tidied(out);
}

Result<void> Document::Index(const Value& bundle) {
  const auto& entries = Items(bundle, "entry");
  if (entries.size() > limits_.max_entries) {
    return Refuse("Bundle.entry",
                  "A report holds at most " + std::to_string(limits_.max_entries) + " entries.");
  }
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const std::string path = "Bundle.entry[" + std::to_string(i) + "]";
    const Value* resource = entries[i].Find("resource");
    if (resource == nullptr || resource->Text("resourceType").empty()) {
      return Refuse(path + ".resource", "Every entry of a document holds a resource.");
    }
    resources_.push_back({resource, path + ".resource", i});
    if (const auto url = entries[i].Text("fullUrl"); !url.empty()) {
      if (!by_url_.emplace(url, i).second) {
        return Refuse(path + ".fullUrl", "Two entries have this fullUrl.");
      }
    }
  }
  // A fullUrl that is an address also answers to its end, and an entry to its own id.
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const std::string_view type = resources_[i].value->Text("resourceType");
    const auto tail = TypeAndId(entries[i].Text("fullUrl"));
    if (tail.starts_with(std::string(type) + "/")) by_url_.emplace(tail, i);
    if (const auto id = resources_[i].value->Text("id"); !id.empty()) {
      by_url_.emplace(std::string(type) + "/" + std::string(id), i);
    }
  }
  return Ok();
}

std::optional<Resource> Document::First(std::string_view type) const {
  for (const Resource& resource : resources_) {
    if (resource.value->Text("resourceType") == type) return resource;
  }
  return std::nullopt;
}

std::optional<Resource> Document::ResolveUrl(std::string_view url, const Resource* from) const {
  if (url.starts_with('#') && from != nullptr) {
    const auto& contained = Items(*from->value, "contained");
    for (std::size_t i = 0; i < contained.size(); ++i) {
      if (contained[i].Text("id") == url.substr(1)) {
        return Resource{&contained[i], from->path + ".contained[" + std::to_string(i) + "]",
                        from->entry};
      }
    }
    return std::nullopt;
  }
  auto found = by_url_.find(url);
  if (found == by_url_.end()) found = by_url_.find(TypeAndId(url));
  if (found == by_url_.end()) return std::nullopt;
  return resources_[found->second];
}

std::optional<Resource> Document::Resolve(const Value& reference, const Resource* from) const {
  const auto url = reference.Text("reference");
  return url.empty() ? std::nullopt : ResolveUrl(url, from);
}

std::pair<std::string, std::string> Document::NamedBy(const Value& reference,
                                                      const std::optional<Resource>& target) const {
  const auto named = TypeAndId(reference.Text("reference"));
  const auto slash = named.find('/');
  if (slash != std::string_view::npos) {
    return {std::string(named.substr(0, slash)), std::string(named.substr(slash + 1))};
  }
  if (!target) return {};
  return {std::string(target->value->Text("resourceType")), std::string(target->value->Text("id"))};
}

Result<void> Document::Text(std::string text, const std::string& path, std::string& to) const {
  if (text.size() > limits_.max_text) {
    return Refuse(path, "A text holds at most " + std::to_string(limits_.max_text) + " bytes.");
  }
  if (!IsValidUtf8(text)) return Refuse(path, "The text is not UTF-8.");
  std::string kept;
  kept.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\r') continue;
    if (TurnsText(std::string_view(text).substr(i))) {
      i += 2;
      continue;
    }
    if (byte < 0x20 || byte == 0x7F) {
      kept += c == '\n' ? '\n' : ' ';
    } else {
      kept += c;
    }
  }
  if (const auto trimmed = Trim(kept); !trimmed.empty()) to = trimmed;
  return Ok();
}

Result<void> Document::Date(const Value& of, std::string_view member, const std::string& path,
                            When& to) const {
  const Value* found = of.Find(member);
  if (found == nullptr) return Ok();
  const auto when = found->string() == nullptr ? std::nullopt : ParseWhen(*found->string());
  if (!when) {
    return Refuse(path + "." + std::string(member),
                  "This is no FHIR date: write 2026, 2026-03, 2026-03-09 or "
                  "2026-03-09T15:05:06+11:00.");
  }
  to = *when;
  return Ok();
}

std::optional<When> ParseWhen(std::string_view text) {
  if (const auto instant = ParseInstant(text)) return When{When::Precision::kMoment, *instant};
  std::string day(text);
  When when;
  if (text.size() == 4 && IsDigits(text)) {
    when.precision = When::Precision::kYear;
    day += "-01-01";
  } else if (text.size() == 7) {
    when.precision = When::Precision::kMonth;
    day += "-01";
  } else {
    when.precision = When::Precision::kDay;
  }
  const auto date = ParseDate(day);
  if (!date) return std::nullopt;
  when.start = Instant(std::chrono::sys_days(*date));
  return when;
}

std::string FormatWhen(const When& when, const PracticeZone& zone) {
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (!when.known()) return {};
  const bool moment = when.precision == When::Precision::kMoment;
  const LocalTime local = moment ? zone.ToLocal(when.start)
                                 : LocalTime{std::chrono::time_point_cast<seconds>(when.start)};
  const Date date = local.day();
  std::string out = std::to_string(static_cast<int>(date.year()));
  if (when.precision == When::Precision::kYear) return out;
  const auto month = static_cast<unsigned>(date.month());
  out = std::string(kMonths[(month + 11) % 12]) + " " + out;
  if (when.precision == When::Precision::kMonth) return out;
  out = std::to_string(static_cast<unsigned>(date.day())) + " " + out;
  if (!moment) return out;
  const auto minutes =
      std::chrono::duration_cast<std::chrono::minutes>(local.reading - std::chrono::sys_days(date))
          .count();
  const auto two = [](long n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  return out + ", " + two(minutes / 60) + ":" + two(minutes % 60);
}

}  // namespace pons::report
