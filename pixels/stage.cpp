// SPDX-License-Identifier: GPL-3.0-or-later
#include "pixels/stage.h"

#include <algorithm>

#include "dicom/error.h"

namespace glossator::pixels {
namespace {

namespace tags = dicom::tags;

constexpr int kRoundsMax = 3;
constexpr double kDetectedShareMax = 0.35;  // more than this is no text but a misreading
constexpr size_t kFramesMax = 20'000;

size_t FrameCount(const dicom::DataSet& object) {
  const auto count = object.GetInt(tags::NumberOfFrames).value_or(1);
  return count < 1 || count > static_cast<int64_t>(kFramesMax) ? 0 : static_cast<size_t>(count);
}

uint32_t Word(const std::string& bytes, size_t at) {
  uint32_t value = 0;
  for (size_t i = 4; i > 0; --i) value = value << 8 | static_cast<uint8_t>(bytes[at + i - 1]);
  return value;
}

// By the Basic Offset Table (PS3.5 A.4): offsets count item headers of 8 bytes.
std::vector<std::string> ByOffsets(const std::vector<std::string>& fragments, size_t count) {
  const std::string& table = fragments.front();
  if (table.size() != 4 * count) return {};
  std::vector<std::string> frames(count);
  uint64_t offset = 0;
  size_t frame = 0;
  for (size_t i = 1; i < fragments.size(); ++i) {
    if (frame + 1 < count && offset >= Word(table, 4 * (frame + 1))) ++frame;
    frames[frame] += fragments[i];
    offset += 8 + fragments[i].size();
  }
  return frame + 1 == count ? frames : std::vector<std::string>();
}

std::vector<std::string> Encapsulated(const std::vector<std::string>& fragments, size_t count) {
  if (fragments.size() == count + 1) return {fragments.begin() + 1, fragments.end()};
  if (count != 1)
    return fragments.empty() ? std::vector<std::string>() : ByOffsets(fragments, count);
  std::string whole;
  for (size_t i = 1; i < fragments.size(); ++i) whole += fragments[i];
  return {whole};
}

// Throws Error with the worker's own words.
Reply MustAsk(FrameService& worker, const Request& request) {
  Reply reply = worker.Ask(request);
  if (!reply.fault.empty()) {
    throw Error(reply.unsupported ? ErrorKind::kUnsupported : ErrorKind::kInvalid, reply.fault);
  }
  return reply;
}

// The frame to compare with. The first and the last stand for themselves: a title may be one frame
// long.
std::string After(const std::vector<std::string>& frames, size_t i) {
  const bool alone = i == 0 || i + 1 >= frames.size();
  if (alone || frames[i].size() + frames[i + 1].size() > kFrameBytesMax) return {};
  return frames[i + 1];
}

class Cleaning {
 public:
  Cleaning(Format format, std::string syntax, FrameService& worker) : worker_(worker) {
    request_.format = format;
    request_.syntax = std::move(syntax);
  }

  // What looks like text in any frame, beyond what is known; constant text needs to be seen once.
  std::vector<Rectangle> Look(const std::vector<std::string>& frames,
                              const std::vector<Rectangle>& known) {
    request_.action = Action::kLook;
    request_.ignored = known;
    std::vector<Rectangle> found;
    for (size_t i = 0; i < frames.size(); ++i) {
      request_.frame = frames[i];
      request_.native = After(frames, i);
      for (const Rectangle& one : MustAsk(worker_, request_).found) {
        if (std::find(found.begin(), found.end(), one) == found.end()) found.push_back(one);
      }
      if (found.size() > kRectanglesMax / 2) {
        throw Error(ErrorKind::kInvalid, "the frames look like text everywhere");
      }
    }
    request_.native.clear();
    return found;
  }

  void Blank(std::vector<std::string>& frames, const std::vector<Rectangle>& blank) {
    request_.action = Action::kClean;
    request_.ignored.clear();
    request_.blank = blank;
    for (std::string& frame : frames) {
      request_.frame = frame;
      frame = MustAsk(worker_, request_).frame;
    }
  }

 private:
  FrameService& worker_;
  Request request_;
};

// Until nothing more is found.
void AddText(Cleaning& cleaning, const std::vector<std::string>& frames, const Format& format,
             std::vector<Rectangle>& blank) {
  const uint64_t planned = Area(blank, format.columns, format.rows);
  for (int round = 0; round < kRoundsMax; ++round) {
    const auto found = cleaning.Look(frames, blank);
    if (found.empty()) return;
    blank.insert(blank.end(), found.begin(), found.end());
    const auto more = static_cast<double>(Area(blank, format.columns, format.rows) - planned);
    if (more > kDetectedShareMax * static_cast<double>(format.pixels())) {
      // In many frames misreadings add up; in one it is a page of text.
      throw Error(frames.size() > 1 ? ErrorKind::kUnsupported : ErrorKind::kInvalid,
                  "the frames look like text everywhere");
    }
  }
}

}  // namespace

void PutFrames(dicom::DataSet& object, const std::vector<std::string>& frames, bool encapsulated) {
  dicom::Element& element = *object.Find(tags::PixelData);
  if (!encapsulated) {
    size_t at = 0;
    for (const std::string& frame : frames) {
      element.value.replace(at, frame.size(), frame);
      at += frame.size();
    }
    return;
  }
  element.fragments.assign(1, "");
  element.fragments.insert(element.fragments.end(), frames.begin(), frames.end());
  // They count the bytes of the old frames (PS3.3 C.7.6.3.1.8).
  object.Erase(tags::ExtendedOffsetTable);
  object.Erase(tags::ExtendedOffsetTableLengths);
}

std::vector<std::string> FramesOf(const dicom::DataSet& object, const Format& format) {
  const dicom::Element* element = object.Find(tags::PixelData);
  const size_t count = FrameCount(object);
  if (element == nullptr || count == 0) return {};
  if (element->encapsulated) return Encapsulated(element->fragments, count);
  const size_t size = format.frame_bytes();
  if (element->value.size() / size < count) return {};
  std::vector<std::string> frames;
  for (size_t i = 0; i < count; ++i) frames.push_back(element->value.substr(i * size, size));
  return frames;
}

Outcome CleanPixels(dicom::DataSet& object, const dicom::TransferSyntax& syntax, const Plan& plan,
                    FrameService& worker) {
  Outcome outcome;
  if (!plan.detect && plan.blank.empty()) return outcome;  // a device that burns in nothing
  const auto format = FormatOf(object);
  auto frames = format ? FramesOf(object, *format) : std::vector<std::string>();
  if (frames.empty()) {
    outcome.fault = "the frames cannot be told apart";
    return outcome;
  }
  try {
    Cleaning cleaning(*format, syntax.encapsulated ? std::string(syntax.uid) : "", worker);
    outcome.blank = Clip(plan.blank, format->columns, format->rows);
    if (plan.detect) AddText(cleaning, frames, *format, outcome.blank);
    if (!outcome.blank.empty()) {
      cleaning.Blank(frames, outcome.blank);
      PutFrames(object, frames, syntax.encapsulated);
    }
  } catch (const Error& error) {
    outcome.fault = error.what();
    outcome.unsupported = error.kind() == ErrorKind::kUnsupported;
    return outcome;
  }
  outcome.share = static_cast<double>(Area(outcome.blank, format->columns, format->rows)) /
                  static_cast<double>(format->pixels());
  return outcome;
}

}  // namespace glossator::pixels
