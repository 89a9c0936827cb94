// SPDX-License-Identifier: GPL-3.0-or-later
// Faces: what an object says about them, and the masks that are kept of those that were removed.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "deid/policy.h"
#include "deid/reason.h"
#include "dicom/data_set.h"

namespace glossator::deid {

// (0028,0302) of an image that may show a face: YES, or NO and code 113102 when it was removed. For
// other objects nothing. `head` is the identified original.
void StampFace(const dicom::DataSet& head, bool removed, dicom::DataSet& out);

// Why `head` has to wait for a person, or to be defaced first; nullopt when the policy lets it
// pass.
std::optional<Reason> FaceReason(const dicom::DataSet& head, const Policy& policy);
inline constexpr const char* kFacePath = "(0028,0302)";

// A mask tells the surface of the face that it removed, so it is kept sealed (AES-256-GCM) under a
// key that derives from `key`: "GLFACE1\n", two bytes length of the UID, the pseudonymous SOP
// Instance UID, 12 bytes nonce, the deflated pictures, 16 bytes tag. The same mask, the same bytes.
std::string SealMask(std::string_view key, std::string_view uid, std::string_view pictures);
// The pictures. Throws Error{kInvalid} for what is no such file, kForbidden for another key.
std::string OpenMask(std::string_view key, std::string_view file);

}  // namespace glossator::deid
