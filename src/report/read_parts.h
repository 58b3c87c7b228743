// SPDX-License-Identifier: Apache-2.0
// Inside ReadTimeline: the Bundle as an index of resources, and what its files share.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "json/value.h"
#include "report/timeline.h"

namespace pons::report {

// kRejected, with the FHIRPath in vendor_code.
Error Refuse(std::string path, std::string text);

// The list of that name; empty where it is absent or no list.
const json::Array& Items(const json::Value& value, std::string_view name);
// text, else the first coding's display, else its code.
std::string ConceptText(const json::Value& concept_value);
// The words of a narrative's XHTML, one line per block.
std::string PlainText(std::string_view xhtml);

// A resource of the Bundle and where it stands.
struct Resource {
  const json::Value* value = nullptr;
  std::string path;  // "Bundle.entry[3].resource"
  std::size_t entry = 0;
  bool operator==(const Resource& other) const { return value == other.value; }
};

class Document {
 public:
  explicit Document(const ReadLimits& limits) : limits_(limits) {}

  Result<void> Index(const json::Value& bundle);

  std::optional<Resource> First(std::string_view type) const;
  const std::vector<Resource>& resources() const { return resources_; }
  // What a Reference points at: an entry by its fullUrl or by "Type/id", or a contained resource
  // of `from`.
  std::optional<Resource> Resolve(const json::Value& reference,
                                  const Resource* from = nullptr) const;
  std::optional<Resource> ResolveUrl(std::string_view url, const Resource* from) const;
  // Type and id as the API knows them: those that the reference says, else those of the entry.
  std::pair<std::string, std::string> NamedBy(const json::Value& reference,
                                              const std::optional<Resource>& target) const;

  // Takes text within the limits, without the control characters that no text needs.
  Result<void> Text(std::string text, const std::string& path, std::string& to) const;
  // Leaves `to` alone where the member is absent.
  Result<void> Date(const json::Value& of, std::string_view member, const std::string& path,
                    When& to) const;
  const ReadLimits& limits() const { return limits_; }

 private:
  ReadLimits limits_;
  std::vector<Resource> resources_;
  std::map<std::string, std::size_t, std::less<>> by_url_;  // fullUrl and "Type/id"
};

// What a spot and a section have in common.
struct Parts {
  std::vector<Diagnosis>& diagnoses;
  std::vector<Image>& images;
  std::vector<Entry>& entries;
};

std::string TypeOf(const Resource& resource);
// Puts what the resource says where it belongs; types that no report shows are passed over.
Result<void> AddResource(const Document& document, const Resource& from, const Parts& parts);

// Spots and other sections, in the document's order, with what belongs to them.
Result<void> ReadSections(Document& document, const Resource& composition, TimelineReport& report);

}  // namespace pons::report
