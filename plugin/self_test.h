// SPDX-License-Identifier: GPL-3.0-or-later
// What must hold before any request passes.
#pragma once

#include <functional>
#include <string>

#include "plugin/orthanc.h"

namespace glossator::plugin {

// A small object that says nothing about anybody, as a Part 10 file.
std::string NobodysObject();
// Hands such an object to Orthanc without a pass. Throws Error{kForbidden} when Orthanc keeps it.
void TestSecondLock(const Orthanc& orthanc);
// Every study that Orthanc holds must be one that `knows`. Throws Error{kForbidden} with the number
// of strangers.
void TestStudies(const Orthanc& orthanc,
                 const std::function<bool(const std::string& study_uid)>& knows);

}  // namespace glossator::plugin
