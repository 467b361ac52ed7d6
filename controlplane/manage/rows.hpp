// The rows of rows.def as plain structs: an observer fills them, json.cpp writes them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace strowger::manage {

using Text = std::string;
using Texts = std::vector<std::string>;
using Count = std::uint64_t;
using Number = double;
using Flag = bool;

#define ROW_FIELD(field, type, unit, help) type field{};
// each(row, visit) calls visit("field", row.field) in the order of the rows.
#define ROW_VISIT(field, type, unit, help) visit(std::string_view(#field), row.field);

struct StatusRow {
#define ROW_status ROW_FIELD
#include "manage/rows.def"
};
template <typename Visit>
void each(const StatusRow& row, Visit&& visit) {
#define ROW_status ROW_VISIT
#include "manage/rows.def"
}

struct PortRow {
#define ROW_port ROW_FIELD
#include "manage/rows.def"
};
template <typename Visit>
void each(const PortRow& row, Visit&& visit) {
#define ROW_port ROW_VISIT
#include "manage/rows.def"
}

struct WorkerRow {
#define ROW_worker ROW_FIELD
#include "manage/rows.def"
};
template <typename Visit>
void each(const WorkerRow& row, Visit&& visit) {
#define ROW_worker ROW_VISIT
#include "manage/rows.def"
}

struct CallRow {
#define ROW_call ROW_FIELD
#include "manage/rows.def"
};
template <typename Visit>
void each(const CallRow& row, Visit&& visit) {
#define ROW_call ROW_VISIT
#include "manage/rows.def"
}

struct LegRow {
#define ROW_leg ROW_FIELD
#include "manage/rows.def"
};
template <typename Visit>
void each(const LegRow& row, Visit&& visit) {
#define ROW_leg ROW_VISIT
#include "manage/rows.def"
}

struct RegistrationRow {
#define ROW_registration ROW_FIELD
#include "manage/rows.def"
};
template <typename Visit>
void each(const RegistrationRow& row, Visit&& visit) {
#define ROW_registration ROW_VISIT
#include "manage/rows.def"
}

struct TrunkRow {
#define ROW_trunk ROW_FIELD
#include "manage/rows.def"
};
template <typename Visit>
void each(const TrunkRow& row, Visit&& visit) {
#define ROW_trunk ROW_VISIT
#include "manage/rows.def"
}

struct LcrRow {
#define ROW_lcr ROW_FIELD
#include "manage/rows.def"
};
template <typename Visit>
void each(const LcrRow& row, Visit&& visit) {
#define ROW_lcr ROW_VISIT
#include "manage/rows.def"
}

struct AccountRow {
#define ROW_account ROW_FIELD
#include "manage/rows.def"
};
template <typename Visit>
void each(const AccountRow& row, Visit&& visit) {
#define ROW_account ROW_VISIT
#include "manage/rows.def"
}

struct CounterValueRow {
#define ROW_counter ROW_FIELD
#include "manage/rows.def"
};
template <typename Visit>
void each(const CounterValueRow& row, Visit&& visit) {
#define ROW_counter ROW_VISIT
#include "manage/rows.def"
}

struct MessageRow {
#define ROW_message ROW_FIELD
#include "manage/rows.def"
};
template <typename Visit>
void each(const MessageRow& row, Visit&& visit) {
#define ROW_message ROW_VISIT
#include "manage/rows.def"
}

struct DecisionRow {
#define ROW_decision ROW_FIELD
#include "manage/rows.def"
};
template <typename Visit>
void each(const DecisionRow& row, Visit&& visit) {
#define ROW_decision ROW_VISIT
#include "manage/rows.def"
}

#undef ROW_FIELD
#undef ROW_VISIT

}  // namespace strowger::manage
