// SPDX-License-Identifier: GPL-3.0-or-later
// OpenAPI 3.1, made from the route table.
#include <algorithm>

#include "plugin/routes.h"

namespace glossator::plugin::pages {
namespace {

using Json::Value;

Value Content(std::string_view media_type) {
  Value content(Json::objectValue);
  content[std::string(media_type)]["schema"] = Value(Json::objectValue);
  return content;
}

Value ParametersOf(std::string_view pattern) {
  Value parameters(Json::arrayValue);
  for (size_t open = pattern.find('{'); open != std::string_view::npos;
       open = pattern.find('{', open + 1)) {
    Value parameter(Json::objectValue);
    parameter["name"] = std::string(pattern.substr(open + 1, pattern.find('}', open) - open - 1));
    parameter["in"] = "path";
    parameter["required"] = true;
    parameter["schema"]["type"] = "string";
    parameters.append(parameter);
  }
  return parameters;
}

Value OperationOf(const Route& route) {
  Value operation(Json::objectValue);
  operation["summary"] = std::string(route.summary);
  if (Value parameters = ParametersOf(route.pattern); !parameters.empty()) {
    operation["parameters"] = std::move(parameters);
  }
  if (!route.consumes.empty()) {
    operation["requestBody"]["content"] = Content(route.consumes);
  }
  if (!route.roles.empty() && route.roles != "*") {
    operation["description"] = "Roles: " + std::string(route.roles);
  }
  Value& responses = operation["responses"];
  Value& success = responses[std::to_string(route.success)];
  success["description"] = "Done";
  success["content"] = Content(route.produces);
  responses["default"]["description"] = "A problem document (RFC 9457)";
  responses["default"]["content"] = Content("application/problem+json");
  return operation;
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return lower;
}

}  // namespace

Answer OpenApi(const Services&, const plugin::Call&) {
  Value document(Json::objectValue);
  document["openapi"] = "3.1.0";
  document["info"]["title"] = "Glossator";
  document["info"]["version"] = GLOSSATOR_VERSION;
  Value& scheme = document["components"]["securitySchemes"]["basic"];
  scheme["type"] = "http";
  scheme["scheme"] = "basic";
  document["security"][0]["basic"] = Value(Json::arrayValue);
  for (const Route& route : Routes()) {
    document["paths"][std::string(route.pattern)][Lower(NameOf(route.method))] = OperationOf(route);
  }
  return JsonAnswer(document);
}

}  // namespace glossator::plugin::pages
