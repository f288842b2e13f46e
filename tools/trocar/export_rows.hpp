#pragma once
#include <vector>

#include "engine/data/guidance.hpp"
#include "engine/runtime/session_setup.hpp"
#include "tools/trocar/export_table.hpp"

namespace trocar {

// The two tables of an export: guidance, a row for each tool and structure; events.
const std::vector<Column>& guidance_columns();
const std::vector<Column>& event_columns();

// Code::malformed when it speaks of tools or structures that the set-up does not have.
Result<std::vector<std::vector<Cell>>> rows_of(const Guidance& guidance, const SessionSetup& setup);

// UTC, ns.
std::int64_t utc_ns_of(Timestamp t, const SessionSetup& setup);

}  // namespace trocar
