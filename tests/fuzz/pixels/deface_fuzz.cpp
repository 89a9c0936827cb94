// SPDX-License-Identifier: GPL-3.0-or-later
// Any object as a series of its own: what it says about its place in the patient is what the face
// is looked for by. The first byte says how many copies, one behind the other, are the series.
#include <cstdint>
#include <cstdlib>

#include "dicom/error.h"
#include "dicom/io.h"
#include "pixels/deface.h"
#include "pixels/image_geometry.h"
#include "pixels/visible_face.h"

namespace {

using namespace glossator;

constexpr int64_t kSideMax = 64;

// Frames as they are; there is no compression here.
class NativeFrames final : public pixels::FrameService {
 public:
  pixels::Reply Ask(const pixels::Request& request) override {
    pixels::Reply reply;
    reply.frame = request.action == pixels::Action::kReplace ? request.native : request.frame;
    return reply;
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace tags = dicom::tags;
  if (size < 2) return 0;
  try {
    const auto object = dicom::Read({reinterpret_cast<const char*>(data) + 1, size - 1},
                                    dicom::kExplicitLittleEndian);
    pixels::MayShowFace(object);
    const auto geometry = pixels::GeometryOf(object);
    if (object.GetInt(tags::Rows).value_or(0) > kSideMax) return 0;
    if (object.GetInt(tags::Columns).value_or(0) > kSideMax) return 0;
    std::vector<dicom::DataSet> objects(1 + data[0] % 80, object);
    std::vector<pixels::SeriesImage> series;
    for (size_t i = 0; i < objects.size(); ++i) {
      if (geometry.size() == 1) {
        objects[i].SetDoubles(tags::ImagePositionPatient,
                              {geometry[0].position[0], geometry[0].position[1],
                               geometry[0].position[2] - 4.0 * static_cast<double>(i)});
      }
      series.push_back({&objects[i], &dicom::kExplicitLittleEndian});
    }
    const auto before = objects;
    NativeFrames frames;
    const auto result = pixels::DefaceSeries(series, data[0], frames);
    if (!result.fault.empty() && !(objects == before)) abort();
  } catch (const Error&) {
  }
  return 0;
}
