// SPDX-License-Identifier: GPL-3.0-or-later
#include "model/error.h"

#include <array>

namespace glossator {
namespace {

struct Row {
  ErrorKind kind;
  const char* name;
  int http;
  uint16_t dimse;
};

constexpr std::array<Row, 8> kTable{{
    {ErrorKind::kInvalid, "invalid", 400, 0xA900},
    {ErrorKind::kNotFound, "not-found", 404, 0x0112},
    {ErrorKind::kConflict, "conflict", 409, 0x0110},
    {ErrorKind::kForbidden, "forbidden", 403, 0x0124},
    {ErrorKind::kBusy, "busy", 503, 0xA700},
    {ErrorKind::kUnsupported, "unsupported", 422, 0x0122},
    {ErrorKind::kUnavailable, "unavailable", 503, 0xA700},
    {ErrorKind::kInternal, "internal", 500, 0x0110},
}};

const Row& RowOf(ErrorKind kind) { return kTable.at(static_cast<size_t>(kind)); }

}  // namespace

int HttpStatusOf(ErrorKind kind) { return RowOf(kind).http; }
uint16_t DimseStatusOf(ErrorKind kind) { return RowOf(kind).dimse; }
const char* NameOf(ErrorKind kind) { return RowOf(kind).name; }

}  // namespace glossator
