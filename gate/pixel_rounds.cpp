// SPDX-License-Identifier: GPL-3.0-or-later
#include "gate/pixel_rounds.h"

#include <algorithm>

#include "deid/film.h"
#include "dicom/io.h"
#include "gate/at_rest.h"
#include "gate/png.h"
#include "model/error.h"
#include "model/log.h"
#include "pixels/worker.h"

namespace glossator::gate {
namespace {

constexpr size_t kAtOnce = 64;
// An object is in memory three times while it is cleaned. What is larger waits for a person.
constexpr int64_t kObjectBytesMax = int64_t{512} << 20;
constexpr uint32_t kPictureSideMax = 1600;  // of a picture that goes over the steward's socket

deid::Reason Unreadable() {
  return {std::string(deid::reasons::kBurnedInRisk), deid::kUnreadablePath};
}

deid::Reason NoRule() { return {std::string(deid::reasons::kBurnedInRisk), deid::kNoRulePath}; }

// Up to the pixels.
dicom::DataSet SealedHead(const Ledger& ledger, const store::QuarantineRow& row) {
  const auto& syntax = SyntaxOf(row);
  dicom::HeadScanner scanner(syntax);
  std::string head;
  ledger.ReadQuarantined(row, [&](std::string_view piece) {
    head += piece;
    const bool whole = scanner.Scan(head) == dicom::HeadScanner::State::kAtPixelData;
    if (whole) head.resize(scanner.head_size());
    return !whole;
  });
  return dicom::Read(head, syntax);
}

pixels::Reply AskWorker(pixels::Worker& worker, const pixels::Request& request) {
  auto reply = worker.Ask(request);
  if (!reply.fault.empty()) throw Error(ErrorKind::kUnsupported, reply.fault);
  return reply;
}

// Black and white in turn, so that it is seen on any ground.
void Outline(std::string& gray, uint32_t columns, uint32_t rows, const pixels::Rectangle& box) {
  const auto dot = [&](uint64_t x, uint64_t y) {
    if (x < columns && y < rows) gray[y * columns + x] = (x + y) / 4 % 2 == 0 ? '\xFF' : '\0';
  };
  for (uint64_t x = box.x; x < box.right(); ++x) {
    dot(x, box.y);
    dot(x, box.bottom() - 1);
  }
  for (uint64_t y = box.y; y < box.bottom(); ++y) {
    dot(box.x, y);
    dot(box.right() - 1, y);
  }
}

// Every `scale`th pixel of every `scale`th line, the brightest of its square: thin strokes stay.
std::string Smaller(const std::string& gray, uint32_t columns, uint32_t rows, uint32_t scale) {
  std::string small(size_t{columns / scale} * (rows / scale), '\0');
  for (uint32_t y = 0; y < rows / scale * scale; ++y) {
    for (uint32_t x = 0; x < columns / scale * scale; ++x) {
      char& to = small[size_t{y / scale} * (columns / scale) + x / scale];
      const char from = gray[size_t{y} * columns + x];
      if (static_cast<uint8_t>(from) > static_cast<uint8_t>(to)) to = from;
    }
  }
  return small;
}

}  // namespace

void PixelRounds::SetTries(const store::QuarantineRow& row, int64_t tries) {
  parts_.database.Write([&](store::Transaction& transaction) {
    store::SetPixelTries(transaction, row.number, tries);
  });
}

void PixelRounds::Round() {
  std::vector<store::QuarantineRow> rows;
  parts_.database.Read(
      [&](const store::Reader& reader) { rows = store::WaitingForPixels(reader, kAtOnce); });
  for (const auto& row : rows) {
    if (stop_) return;
    Try(row);
  }
}

// The try is counted before it is made: an object that kills the gate does so three times at most.
void PixelRounds::Try(const store::QuarantineRow& row) {
  SetTries(row, row.pixel_tries - 1);
  try {
    const Working working(row.study ? parts_.identities.Find(*row.study) : nullptr);
    Clean(row);
  } catch (const Error& error) {
    Log(LogLevel::kWarning, "gate.pixels-failed",
        {{"quarantine", row.number}, {"why", error.what()}});
    // The same instance is coming in: no fault of this object.
    if (error.kind() == ErrorKind::kBusy) SetTries(row, row.pixel_tries);
  }
}

dicom::DataSet PixelRounds::Opened(const store::QuarantineRow& row) const {
  if (row.size > kObjectBytesMax) {
    throw Error(ErrorKind::kUnsupported, "the object is too large to be looked at");
  }
  return dicom::Read(parts_.ledger.OpenQuarantined(row), SyntaxOf(row));
}

void PixelRounds::Clean(const store::QuarantineRow& row) {
  const auto& project = parts_.readmission.ProjectOf(row);
  const auto& engine = parts_.intake.EngineOf(project.id);
  const bool waited_only = row.reason == deid::reasons::kBitstream;
  if (engine.policy().seal_pixels && !waited_only) return SetTries(row, 0);
  if (deid::IsFilm(row.transfer_syntax_uid)) return CleanFilm(row);
  const Decided kept{"quarantine.kept", "gate", ""};
  if (row.size > kObjectBytesMax) return parts_.readmission.KeepSealed(row, Unreadable(), kept);
  auto object = Opened(row);
  const auto& syntax = SyntaxOf(row);
  const deid::PixelStage stage(*parts_.rules.Of(project.id), parts_.worker, &stop_);
  const auto result = stage.Clean(object, syntax, parts_.intake.Screen(project, object, syntax));
  if (stop_) return SetTries(row, row.pixel_tries);
  auto reason = result.reasons.empty() ? std::nullopt : std::optional(result.reasons.front());
  if (!reason)
    reason = parts_.readmission.Admit(row, dicom::Write(object, syntax),
                                      {.digests = {}, .pixels_ran = result.ran});
  if (reason) return parts_.readmission.KeepSealed(row, *reason, kept);
  parts_.readmission.Release(row, {"quarantine.cleaned", "gate", ""});
}

// No codec reads a film, so its head decides: who need not look at it, or whose device burns in
// nothing, is cleaned where it passes, in bounded memory.
void PixelRounds::CleanFilm(const store::QuarantineRow& row) {
  const Decided kept{"quarantine.kept", "gate", ""};
  const auto& project = parts_.readmission.ProjectOf(row);
  const bool looks = !parts_.intake.EngineOf(project.id).policy().seal_pixels;
  const auto plan =
      looks ? pixels::PlanFor(SealedHead(parts_.ledger, row), *parts_.rules.Of(project.id), true)
            : pixels::Plan();
  const bool trusted = plan.step == pixels::Step::kBlank && plan.blank.empty() && !plan.detect;
  const bool waited_only = row.reason == deid::reasons::kBitstream;
  if (!trusted && (!waited_only || plan.step != pixels::Step::kNothing)) {
    const bool unknown = plan.step == pixels::Step::kSealed;
    return parts_.readmission.KeepSealed(row, unknown ? NoRule() : Unreadable(), kept);
  }
  if (const auto reason =
          parts_.readmission.AdmitOriginal(row, {.digests = {}, .pixels_ran = trusted})) {
    return parts_.readmission.KeepSealed(row, *reason, kept);
  }
  parts_.readmission.Release(row, {"quarantine.cleaned", "gate", ""});
}

Looked PixelRounds::LookedAt(const store::QuarantineRow& row) const {
  const auto& project = parts_.readmission.ProjectOf(row);
  Looked looked{parts_.ledger.OpenQuarantined(row), false};
  if (parts_.intake.EngineOf(project.id).policy().seal_pixels || row.size > kObjectBytesMax) {
    return looked;
  }
  const auto& syntax = SyntaxOf(row);
  auto object = dicom::Read(looked.bytes, syntax);
  const deid::PixelStage stage(*parts_.rules.Of(project.id), parts_.worker, &stop_);
  const auto result = stage.Clean(object, syntax, {});
  if (!result.reasons.empty() && !row.text_decided) {
    throw Error(ErrorKind::kUnavailable, "the text in the pixels could not be looked for again");
  }
  if (result.ran && result.reasons.empty()) looked = {dicom::Write(object, syntax), true};
  return looked;
}

std::string PixelRounds::Redacted(const store::QuarantineRow& row,
                                  std::span<const pixels::Rectangle> rectangles) const {
  auto object = Opened(row);
  const auto& syntax = SyntaxOf(row);
  const deid::PixelStage stage({}, parts_.worker, &stop_);
  if (!stage.Redact(object, syntax, rectangles).ran) {
    throw Error(ErrorKind::kUnsupported, "the pixels cannot be read; reject the object");
  }
  return dicom::Write(object, syntax);
}

Picture PixelRounds::Show(const store::QuarantineRow& row, size_t frame) const {
  const auto object = Opened(row);
  const auto& syntax = SyntaxOf(row);
  const auto format = pixels::FormatOf(object);
  const auto frames = format ? pixels::FramesOf(object, *format) : std::vector<std::string>();
  if (frames.empty()) throw Error(ErrorKind::kUnsupported, "the pixels cannot be read");
  if (frame >= frames.size()) throw Error(ErrorKind::kNotFound, "no such frame");
  pixels::Worker worker(parts_.worker);
  pixels::Request request;
  request.format = *format;
  request.syntax = syntax.encapsulated ? syntax.uid : "";
  request.frame = frames[frame];
  Picture picture;
  picture.suspicious = AskWorker(worker, request).found;
  request.action = pixels::Action::kPicture;
  auto gray = AskWorker(worker, request).frame;
  if (gray.size() != format->pixels()) throw Error(ErrorKind::kInternal, "a picture of other size");
  picture.columns = format->columns;
  picture.rows = format->rows;
  picture.frames = frames.size();
  const uint32_t side = std::max(format->columns, format->rows);
  // A side may be shorter than the scale: keep at least one pixel of it.
  picture.scale =
      std::min({(side + kPictureSideMax - 1) / kPictureSideMax, format->columns, format->rows});
  for (const auto& box : picture.suspicious) Outline(gray, format->columns, format->rows, box);
  picture.png = WritePng(format->columns / picture.scale, format->rows / picture.scale,
                         Smaller(gray, format->columns, format->rows, picture.scale));
  return picture;
}

}  // namespace glossator::gate
