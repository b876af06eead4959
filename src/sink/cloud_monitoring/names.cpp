#include "sink/cloud_monitoring/names.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace lastrun::cloud_monitoring {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

Error usage(std::string message) {
  return Error{ErrorKind::kUsage, std::move(message)};
}

bool is_label_key(std::string_view key) {
  if (key.empty() || !is_letter(key.front())) return false;
  return std::all_of(key.begin(), key.end(), [](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
}

// The monitored resources that user-defined metrics may be written to, and the labels that make one up.
// Source: https://cloud.google.com/monitoring/custom-metrics/creating-metrics#custom-metric-resources
struct ResourceType {
  std::string_view type;
  std::array<std::string_view, 7> labels;  // all of them needed; unused places empty
};

constexpr std::array<ResourceType, 11> kResourceTypes{{
    {"global", {"project_id"}},
    {"generic_task", {"project_id", "location", "namespace", "job", "task_id"}},
    {"generic_node", {"project_id", "location", "namespace", "node_id"}},
    {"gce_instance", {"project_id", "zone", "instance_id"}},
    {"k8s_cluster", {"project_id", "location", "cluster_name"}},
    {"k8s_node", {"project_id", "location", "cluster_name", "node_name"}},
    {"k8s_pod", {"project_id", "location", "cluster_name", "namespace_name", "pod_name"}},
    {"k8s_container", {"project_id", "location", "cluster_name", "namespace_name", "pod_name", "container_name"}},
    {"gke_container",
     {"project_id", "zone", "cluster_name", "namespace_id", "instance_id", "pod_id", "container_name"}},
    {"dataflow_job", {"project_id", "region", "job_name", "job_id"}},
    {"aws_ec2_instance", {"project_id", "region", "aws_account", "instance_id"}},
}};

std::string resource_types() {
  std::vector<std::string_view> types;
  types.reserve(kResourceTypes.size());
  for (const auto& known : kResourceTypes) types.push_back(known.type);
  return fmt::format("{}", fmt::join(types, ", "));
}

bool is_loopback(std::string_view authority) {
  std::string_view host = authority.substr(0, authority.rfind(':'));
  if (authority.starts_with('[')) host = authority.substr(0, authority.find(']') + 1);
  if (host == "localhost" || host == "[::1]") return true;
  return host.starts_with("127.") &&
         std::all_of(host.begin(), host.end(), [](char c) { return is_digit(c) || c == '.'; });
}

}  // namespace

std::string endpoint_of_universe(std::string_view universe_domain) {
  return fmt::format("https://monitoring.{}", universe_domain);
}

Result<std::string> check_endpoint(std::string_view endpoint, Auth auth) {
  const bool http = endpoint.starts_with("http://");
  if (!http && !endpoint.starts_with("https://")) {
    return usage(fmt::format("endpoint '{}': expected http://HOST[:PORT] or https://HOST[:PORT]", one_line(endpoint)));
  }
  std::string_view rest = endpoint.substr(endpoint.find("://") + 3);
  while (rest.ends_with('/')) rest.remove_suffix(1);
  const std::string_view authority = rest.substr(0, rest.find('/'));
  if (authority.empty()) return usage(fmt::format("endpoint '{}': a host is missing", one_line(endpoint)));
  // What stands before an '@' may be a password: not repeated in the message.
  if (authority.find('@') != rest.npos) return usage("endpoint: a user or password in it is not supported");
  const bool odd = std::any_of(rest.begin(), rest.end(), [](char c) { return is_control(c) || c == ' '; });
  if (odd || rest.find_first_of("?#") != rest.npos) {
    return usage(fmt::format("endpoint '{}': expected scheme, host, port and path only", one_line(endpoint)));
  }
  if (http && auth == Auth::kToken && !is_loopback(authority)) {
    return usage(
        fmt::format("endpoint '{}': a token is not sent over plain http to another machine; use https, or "
                    "send without credentials",
                    one_line(endpoint)));
  }
  return fmt::format("{}://{}", http ? "http" : "https", rest);
}

Result<void> check_project(std::string_view project) {
  const bool plain = std::all_of(project.begin(), project.end(), [](char c) {
    return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.' || c == ':';
  });
  if (project.empty()) return usage("the project is empty: expected a project id such as my-project-123456");
  if (!plain || project.find_first_not_of('.') == project.npos || project.size() > 100) {
    return usage(fmt::format("project '{}' is no project id: expected letters, digits and '-'", one_line(project)));
  }
  return Ok{};
}

Result<std::string> metric_type_of(std::string_view name) {
  static constexpr std::array<std::string_view, 3> kWritable{"custom.googleapis.com/", "external.googleapis.com/",
                                                             "workload.googleapis.com/"};
  const bool prefixed = std::any_of(kWritable.begin(), kWritable.end(),
                                    [&](std::string_view prefix) { return name.starts_with(prefix); });
  if (name.empty()) return usage("the metric's name is empty");
  if (std::any_of(name.begin(), name.end(), is_control) || !count_code_points(name)) {
    return usage(fmt::format("metric '{}' has control characters or is not UTF-8", one_line(name)));
  }
  for (std::string_view rest = name;;) {
    const auto slash = rest.find('/');
    const std::string_view segment = rest.substr(0, slash);
    if (segment.empty() || segment == "." || segment == "..") {
      return usage(fmt::format("metric '{}': a part between slashes is empty, '.' or '..'", one_line(name)));
    }
    if (slash == rest.npos) break;
    rest.remove_prefix(slash + 1);
  }
  if (prefixed) return std::string(name);
  if (name.substr(0, name.find('/')).ends_with(".googleapis.com")) {
    return usage(fmt::format("metric '{}' cannot be written: expected a plain name, or one that begins with {}",
                             one_line(name), fmt::join(kWritable, ", ")));
  }
  return fmt::format("{}{}", kWritable.front(), name);
}

Result<void> check_labels(const Labels& labels) {
  const auto refuse = [](std::string message) { return Error{ErrorKind::kInput, std::move(message)}; };
  if (labels.size() > kMostLabels) {
    return refuse(fmt::format("{} labels; Cloud Monitoring allows {}", labels.size(), kMostLabels));
  }
  for (const auto& [key, value] : labels) {
    if (!is_label_key(key)) {
      return refuse(fmt::format("label key '{}': expected a letter, then letters, digits and '_'", one_line(key)));
    }
    if (key.size() > kLongestLabelKey) {
      return refuse(fmt::format("label key '{}' has {} characters; Cloud Monitoring allows {}", one_line(key, 40),
                                key.size(), kLongestLabelKey));
    }
    const auto characters = count_code_points(value);
    if (!characters) return refuse(fmt::format("the value of label '{}' is not UTF-8", key));
    if (*characters > kLongestLabelValue) {
      return refuse(fmt::format("the value of label '{}' has {} characters; Cloud Monitoring allows {}", key,
                                *characters, kLongestLabelValue));
    }
  }
  return Ok{};
}

Result<Resource> check_resource(Resource resource, std::string_view project) {
  const auto* known = std::find_if(kResourceTypes.begin(), kResourceTypes.end(),
                                   [&](const ResourceType& candidate) { return candidate.type == resource.type; });
  if (known == kResourceTypes.end()) {
    return usage(fmt::format("monitored resource '{}' cannot be written to; these can: {}", one_line(resource.type),
                             resource_types()));
  }
  resource.labels.try_emplace("project_id", project);
  for (const std::string_view label : known->labels) {
    if (!label.empty() && resource.labels.find(std::string(label)) == resource.labels.end()) {
      return usage(fmt::format("monitored resource {} needs a value for its label {}", resource.type, label));
    }
  }
  for (const auto& [key, value] : resource.labels) {
    if (std::find(known->labels.begin(), known->labels.end(), key) == known->labels.end()) {
      return usage(fmt::format("monitored resource {} has no label '{}'", resource.type, one_line(key)));
    }
  }
  if (auto checked = check_labels(resource.labels); !checked.ok()) {
    return usage(fmt::format("monitored resource {}: {}", resource.type, checked.error().message));
  }
  return resource;
}

std::string describe(const Labels& labels) {
  std::vector<std::string> pairs;
  for (const auto& [key, value] : labels) pairs.push_back(fmt::format("{}=\"{}\"", one_line(key), one_line(value, 80)));
  return fmt::format("{{{}}}", fmt::join(pairs, ", "));
}

std::string percent_encode_path(std::string_view path) {
  std::string encoded;
  for (const char c : path) {
    if (is_letter(c) || is_digit(c) || std::string_view("-._~/").find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

std::string descriptors_url(std::string_view endpoint, std::string_view project) {
  return fmt::format("{}/v3/projects/{}/metricDescriptors", endpoint, percent_encode_path(project));
}

std::string descriptor_url(std::string_view endpoint, std::string_view project, std::string_view type) {
  return fmt::format("{}/{}", descriptors_url(endpoint, project), percent_encode_path(type));
}

std::string time_series_url(std::string_view endpoint, std::string_view project) {
  return fmt::format("{}/v3/projects/{}/timeSeries", endpoint, percent_encode_path(project));
}

}  // namespace lastrun::cloud_monitoring
