// SPDX-License-Identifier: Apache-2.0
#include "commands/body_json.h"

#include "json/value.h"
#include "json/writer.h"

namespace pons::commands {
namespace {

using model::VendorRef;

// Every struct is described once, in a function Fields(io, struct); a Reader and a Writer walk it,
// so that the two cannot drift apart.
class FieldWriter {
 public:
  explicit FieldWriter(json::Writer& w) : w_(w) {}

  void operator()(std::string_view key, const std::string& text) { w_.MemberIfAny(key, text); }
  void operator()(std::string_view key, bool flag) { w_.Member(key, flag); }
  void operator()(std::string_view key, Instant at) { w_.Member(key, ToMillis(at)); }
  void operator()(std::string_view key, std::chrono::minutes length) {
    w_.Member(key, static_cast<std::int64_t>(length.count()));
  }
  void operator()(std::string_view key, const std::optional<Date>& date) {
    if (date) w_.Member(key, FormatDate(*date));
  }
  void operator()(std::string_view key, const VendorRef& ref) {
    if (ref == VendorRef{}) return;
    w_.Member(key, std::string(model::StreamName(ref.stream)) + "/" + ref.id);
  }
  void operator()(std::string_view key, model::Gender gender) {
    w_.Member(key, static_cast<int>(gender));
  }
  void operator()(std::string_view key, model::AppointmentStatus status) {
    w_.Member(key, static_cast<int>(status));
  }
  void operator()(std::string_view key, const std::vector<std::string>& texts) {
    w_.Key(key);
    w_.BeginArray();
    for (const auto& text : texts) w_.String(text);
    w_.EndArray();
  }
  template <typename T>
  void operator()(std::string_view key, const std::vector<T>& items) {
    w_.Key(key);
    w_.BeginArray();
    for (const auto& item : items) Object(item);
    w_.EndArray();
  }
  template <typename T>
  requires std::is_class_v<T>
  void operator()(std::string_view key, const T& value) {
    w_.Key(key);
    Object(value);
  }
  template <typename T>
  void Object(const T& value);

 private:
  json::Writer& w_;
};

class FieldReader {
 public:
  explicit FieldReader(const json::Value& value) : value_(value) {}

  void operator()(std::string_view key, std::string& text) const { text = value_.Text(key); }
  void operator()(std::string_view key, bool& flag) const {
    const auto* found = value_.Find(key);
    if (found && found->boolean()) flag = *found->boolean();
  }
  void operator()(std::string_view key, Instant& at) const {
    at = FromMillis(value_.Integer(key).value_or(0));
  }
  void operator()(std::string_view key, std::chrono::minutes& length) const {
    length = std::chrono::minutes(value_.Integer(key).value_or(0));
  }
  void operator()(std::string_view key, std::optional<Date>& date) const {
    date = ParseDate(value_.Text(key));
  }
  void operator()(std::string_view key, VendorRef& ref) const {
    const auto text = value_.Text(key);
    const auto slash = text.find('/');
    if (slash == std::string_view::npos) return;
    const auto stream = model::StreamNamed(text.substr(0, slash));
    if (stream) ref = {*stream, std::string(text.substr(slash + 1))};
  }
  void operator()(std::string_view key, model::Gender& gender) const {
    gender = static_cast<model::Gender>(value_.Integer(key).value_or(0));
  }
  void operator()(std::string_view key, model::AppointmentStatus& status) const {
    status = static_cast<model::AppointmentStatus>(value_.Integer(key).value_or(0));
  }
  void operator()(std::string_view key, std::vector<std::string>& texts) const {
    const auto* found = value_.Find(key);
    if (!found || !found->array()) return;
    for (const auto& item : *found->array()) {
      if (item.string()) texts.push_back(*item.string());
    }
  }
  template <typename T>
  void operator()(std::string_view key, std::vector<T>& items) const {
    const auto* found = value_.Find(key);
    if (!found || !found->array()) return;
    for (const auto& item : *found->array()) FieldReader(item).Object(items.emplace_back());
  }
  template <typename T>
  requires std::is_class_v<T>
  void operator()(std::string_view key, T& value) const {
    const auto* found = value_.Find(key);
    if (found) FieldReader(*found).Object(value);
  }
  template <typename T>
  void Object(T& value) const;

 private:
  const json::Value& value_;
};

template <typename T, typename U>
concept Is = std::is_same_v<std::remove_const_t<T>, U>;

template <typename Io>
void Fields(Io& io, Is<model::Identifier> auto& v) {
  io("system", v.system);
  io("value", v.value);
  io("type_system", v.type_system);
  io("type_code", v.type_code);
  io("use", v.use);
  io("period_end", v.period_end);
  io("assigner", v.assigner);
}
template <typename Io>
void Fields(Io& io, Is<model::HumanName> auto& v) {
  io("use", v.use);
  io("prefix", v.prefix);
  io("given", v.given);
  io("middle", v.middle);
  io("family", v.family);
}
template <typename Io>
void Fields(Io& io, Is<model::ContactPoint> auto& v) {
  io("system", v.system);
  io("value", v.value);
  io("use", v.use);
}
template <typename Io>
void Fields(Io& io, Is<model::Address> auto& v) {
  io("use", v.use);
  io("type", v.type);
  io("line", v.line);
  io("city", v.city);
  io("state", v.state);
  io("postal_code", v.postal_code);
  io("country", v.country);
}
template <typename Io>
void Fields(Io& io, Is<model::Coding> auto& v) {
  io("system", v.system);
  io("code", v.code);
  io("display", v.display);
}
template <typename Io>
void Fields(Io& io, Is<model::Patient> auto& v) {
  io("identifiers", v.identifiers);
  io("active", v.active);
  io("names", v.names);
  io("telecoms", v.telecoms);
  io("gender", v.gender);
  io("birth_date", v.birth_date);
  io("deceased_date", v.deceased_date);
  io("deceased", v.deceased);
  io("addresses", v.addresses);
  io("ethnicity", v.ethnicity);
  io("indigenous_status", v.indigenous_status);
  io("general_practitioner", v.general_practitioner);
}
template <typename Io>
void Fields(Io& io, Is<model::Slot> auto& v) {
  io("practitioner", v.practitioner);
  io("location", v.location);
  io("service", v.service);
  io("start", v.start);
  io("end", v.end);
}
template <typename Io>
void Fields(Io& io, Is<model::CreatePatient> auto& v) {
  io("patient", v.patient);
}
template <typename Io>
void Fields(Io& io, Is<model::UpdatePatient> auto& v) {
  io("ref", v.ref);
  io("patient", v.patient);
}
template <typename Io>
void Fields(Io& io, Is<model::BookAppointment> auto& v) {
  io("patient", v.patient);
  io("practitioner", v.practitioner);
  io("location", v.location);
  io("service", v.service);
  io("start", v.start);
  io("length", v.length);
  io("description", v.description);
}
template <typename Io>
void Fields(Io& io, Is<model::MoveAppointment> auto& v) {
  io("ref", v.ref);
  io("practitioner", v.practitioner);
  io("location", v.location);
  io("start", v.start);
}
template <typename Io>
void Fields(Io& io, Is<model::CancelAppointment> auto& v) {
  io("ref", v.ref);
  io("reason", v.reason);
}
template <typename Io>
void Fields(Io& io, Is<model::SetAppointmentStatus> auto& v) {
  io("ref", v.ref);
  io("status", v.status);
}
template <typename Io>
void Fields(Io& io, Is<model::AttachDocument> auto& v) {
  io("document_id", v.document_id);
  io("patient", v.patient);
  io("author", v.author);
  io("location", v.location);
  io("title", v.title);
  io("type", v.type);
  io("content_type", v.content_type);
  io("date", v.date);
  io("replaces", v.replaces);
}

template <typename T>
void FieldWriter::Object(const T& value) {
  w_.BeginObject();
  Fields(*this, value);
  w_.EndObject();
}

template <typename T>
void FieldReader::Object(T& value) const {
  Fields(*this, value);
}

template <std::size_t kIndex = 0>
model::CommandBody EmptyBody(std::size_t index) {
  if constexpr (kIndex + 1 < model::kCommandKindCount) {
    if (index != kIndex) return EmptyBody<kIndex + 1>(index);
  }
  return model::CommandBody(std::in_place_index<kIndex>);
}

}  // namespace

std::string WriteBody(const model::CommandBody& body) {
  std::string out;
  json::Writer w(out);
  FieldWriter fields(w);
  std::visit([&fields](const auto& value) { fields.Object(value); }, body);
  return out;
}

Result<model::CommandBody> ReadBody(model::CommandKind kind, std::string_view json) {
  const auto parsed = json::Parse(json);
  if (!parsed || !parsed->is_object()) {
    return MakeError(Fault::kInternal, "what was asked is not kept any more, or is damaged");
  }
  auto body = EmptyBody(static_cast<std::size_t>(kind));
  const FieldReader fields(*parsed);
  std::visit([&fields](auto& value) { fields.Object(value); }, body);
  return body;
}

std::string WriteSlots(const std::vector<model::Slot>& slots) {
  std::string out;
  json::Writer w(out);
  FieldWriter fields(w);
  w.BeginArray();
  for (const auto& slot : slots) fields.Object(slot);
  w.EndArray();
  return out;
}

std::vector<model::Slot> ReadSlots(std::string_view json) {
  std::vector<model::Slot> slots;
  if (json.empty()) return slots;
  const auto parsed = json::Parse(json);
  if (!parsed || !parsed->array()) return slots;
  for (const auto& item : *parsed->array()) FieldReader(item).Object(slots.emplace_back());
  return slots;
}

}  // namespace pons::commands
