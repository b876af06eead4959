// Merging comes before understanding: the files' clusters, users and contexts are gathered by name, the first file that
// names one wins, then one context is resolved through them. A section remembers the file that it came from, for its
// relative paths and for errors.
#include "source/kubernetes/kubeconfig.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <system_error>

#include "base/text.h"

namespace lastrun::source {
namespace {

constexpr std::uintmax_t kMostBytes = std::uintmax_t{16} << 20;  // of one kubeconfig

// A mapping of a kubeconfig with the file that it stands in.
struct Section {
  YAML::Node node;
  std::string file;

  [[nodiscard]] Error wrong(const YAML::Node& where, std::string_view what) const {
    return Error{ErrorKind::kInput, file + ":" + std::to_string(where.Mark().line + 1) + ": " + std::string(what)};
  }
  [[nodiscard]] bool has(const char* key) const { return node.IsMap() && node[key].IsDefined() && !node[key].IsNull(); }
};

struct Merged {
  std::map<std::string, Section> clusters;
  std::map<std::string, Section> users;
  std::map<std::string, Section> contexts;
  std::string current_context;
  std::vector<std::string> files;  // those that were read
};

Result<std::string> text_at(const Section& section, const char* key) {
  if (!section.has(key)) return std::string();
  const YAML::Node value = section.node[key];
  if (!value.IsScalar()) return section.wrong(value, std::string(key) + ": expected a text");
  return value.Scalar();
}

Result<bool> bool_at(const Section& section, const char* key) {
  if (!section.has(key)) return false;
  const YAML::Node value = section.node[key];
  bool truth = false;
  if (!value.IsScalar() || !YAML::convert<bool>::decode(value, truth)) {
    return section.wrong(value, std::string(key) + ": expected true or false");
  }
  return truth;
}

Result<std::vector<std::string>> texts_at(const Section& section, const char* key) {
  std::vector<std::string> texts;
  if (!section.has(key)) return texts;
  const YAML::Node value = section.node[key];
  if (!value.IsSequence()) return section.wrong(value, std::string(key) + ": expected a list of texts");
  for (const YAML::Node& each : value) {
    if (!each.IsScalar()) return section.wrong(each, std::string(key) + ": expected a list of texts");
    texts.push_back(each.Scalar());
  }
  return texts;
}

// Adds the sections of `list` that no file before named: each is {name: N, INNER: {…}}.
Result<void> merge_list(const Section& document, const char* list, const char* inner,
                        std::map<std::string, Section>& into) {
  if (!document.has(list)) return Ok{};
  const YAML::Node entries = document.node[list];
  if (!entries.IsSequence()) return document.wrong(entries, std::string(list) + ": expected a list");
  for (const YAML::Node& entry : entries) {
    const Section section{entry, document.file};
    if (!entry.IsMap()) return section.wrong(entry, std::string(list) + ": expected a mapping with a name");
    TRY_ASSIGN(const std::string name, text_at(section, "name"));
    if (section.has(inner) && !entry[inner].IsMap()) {
      return section.wrong(entry[inner], std::string(inner) + ": expected a mapping");
    }
    into.try_emplace(name, Section{section.has(inner) ? entry[inner] : YAML::Node(YAML::NodeType::Map), document.file});
  }
  return Ok{};
}

Result<void> merge_text(const std::string& text, const std::string& file, Merged& merged) {
  Section document{YAML::Load(text), file};
  merged.files.push_back(file);
  if (document.node.IsNull()) return Ok{};  // an empty file says nothing
  if (!document.node.IsMap()) return document.wrong(document.node, "expected a kubeconfig, a mapping");
  TRY(merge_list(document, "clusters", "cluster", merged.clusters));
  TRY(merge_list(document, "users", "user", merged.users));
  TRY(merge_list(document, "contexts", "context", merged.contexts));
  TRY_ASSIGN(const std::string current, text_at(document, "current-context"));
  if (merged.current_context.empty()) merged.current_context = current;
  return Ok{};
}

// YAML's own errors carry a line; a secret that stands there is not repeated.
Result<void> merge_quietly(const std::string& text, const std::string& file, Merged& merged) {
  try {
    return merge_text(text, file, merged);
  } catch (const YAML::Exception& error) {
    return Error{ErrorKind::kInput, file + ":" + std::to_string(error.mark.line + 1) + ": is no YAML: " + error.msg};
  }
}

std::string beside(const std::string& file, const std::string& path) {
  if (path.empty()) return {};
  return (std::filesystem::absolute(file).parent_path() / path).lexically_normal().string();
}

// Whether all characters are those of base64. YAML::DecodeBase64 of 0.7 reads beyond its table for bytes above 0x7f.
bool is_base64(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x80 && (std::isalnum(byte) != 0 || std::isspace(byte) != 0 || c == '+' || c == '/' || c == '=');
  });
}

// `NAME-data`, in base64, else the file that `NAME` names.
Result<DataOrFile> data_or_file(const Section& section, const std::string& name) {
  DataOrFile found;
  const std::string data_key = name + "-data";
  TRY_ASSIGN(const std::string encoded, text_at(section, data_key.c_str()));
  if (!encoded.empty()) {
    std::vector<unsigned char> bytes;
    if (is_base64(encoded)) bytes = YAML::DecodeBase64(encoded);
    if (bytes.empty()) return section.wrong(section.node[data_key], data_key + ": expected base64");
    found.data.assign(bytes.begin(), bytes.end());
    return found;
  }
  TRY_ASSIGN(const std::string path, text_at(section, name.c_str()));
  found.file = beside(section.file, path);
  return found;
}

Result<ExecPlugin> read_exec(const Section& section) {
  ExecPlugin exec;
  TRY_ASSIGN(exec.api_version, text_at(section, "apiVersion"));
  TRY_ASSIGN(exec.command, text_at(section, "command"));
  TRY_ASSIGN(exec.arguments, texts_at(section, "args"));
  TRY_ASSIGN(exec.install_hint, text_at(section, "installHint"));
  TRY_ASSIGN(exec.provide_cluster_info, bool_at(section, "provideClusterInfo"));
  constexpr std::string_view kGroup = "client.authentication.k8s.io/";
  if (exec.api_version != std::string(kGroup) + "v1" && exec.api_version != std::string(kGroup) + "v1beta1") {
    return Error{ErrorKind::kUsage, section.file + ": exec: apiVersion " + one_line(exec.api_version) +
                                        ": expected client.authentication.k8s.io/v1 or v1beta1"};
  }
  if (exec.command.empty()) return section.wrong(section.node, "exec: command is missing");
  if (exec.command.find('/') != std::string::npos) exec.command = beside(section.file, exec.command);
  if (section.has("env")) {
    const YAML::Node entries = section.node["env"];
    if (!entries.IsSequence()) return section.wrong(entries, "env: expected a list of name and value");
    for (const YAML::Node& entry : entries) {
      const Section variable{entry, section.file};
      TRY_ASSIGN(std::string name, text_at(variable, "name"));
      TRY_ASSIGN(std::string value, text_at(variable, "value"));
      exec.environment.emplace_back(std::move(name), std::move(value));
    }
  }
  return exec;
}

Result<void> read_cluster(const Section& section, ClusterAccess& access) {
  TRY_ASSIGN(access.server, text_at(section, "server"));
  TRY_ASSIGN(access.certificate_authority, data_or_file(section, "certificate-authority"));
  TRY_ASSIGN(access.tls_server_name, text_at(section, "tls-server-name"));
  TRY_ASSIGN(access.insecure_skip_tls_verify, bool_at(section, "insecure-skip-tls-verify"));
  TRY_ASSIGN(access.proxy_url, text_at(section, "proxy-url"));
  TRY_ASSIGN(access.disable_compression, bool_at(section, "disable-compression"));
  if (access.insecure_skip_tls_verify && !access.certificate_authority.empty()) {
    return section.wrong(section.node,
                         "certificate-authority and insecure-skip-tls-verify contradict each other; drop one of them");
  }
  return Ok{};
}

Result<void> read_impersonation(const Section& section, ClusterAccess& access) {
  TRY_ASSIGN(access.impersonate, text_at(section, "as"));
  TRY_ASSIGN(access.impersonate_uid, text_at(section, "as-uid"));
  TRY_ASSIGN(access.impersonate_groups, texts_at(section, "as-groups"));
  if (!section.has("as-user-extra")) return Ok{};
  const Section extra{section.node["as-user-extra"], section.file};
  if (!extra.node.IsMap()) return extra.wrong(extra.node, "as-user-extra: expected a mapping of lists");
  for (const auto& entry : extra.node) {
    const std::string key = entry.first.Scalar();
    TRY_ASSIGN(std::vector<std::string> values, texts_at(extra, key.c_str()));
    access.impersonate_extra.emplace_back(key, std::move(values));
  }
  return Ok{};
}

Result<void> read_user(const Section& section, ClusterAccess& access) {
  if (section.has("auth-provider")) {
    return Error{ErrorKind::kUsage,
                 section.file +
                     ": auth-provider is not supported (kubectl has dropped most of them); use an exec plugin "
                     "or a token"};
  }
  TRY_ASSIGN(access.client_certificate, data_or_file(section, "client-certificate"));
  TRY_ASSIGN(access.client_key, data_or_file(section, "client-key"));
  TRY_ASSIGN(access.token, text_at(section, "token"));
  TRY_ASSIGN(const std::string token_file, text_at(section, "tokenFile"));
  access.token_file = beside(section.file, token_file);
  TRY_ASSIGN(access.username, text_at(section, "username"));
  TRY_ASSIGN(access.password, text_at(section, "password"));
  TRY(read_impersonation(section, access));
  if (section.has("exec")) {
    TRY_ASSIGN(access.exec, read_exec({section.node["exec"], section.file}));
  }
  return Ok{};
}

std::string join(const std::vector<std::string>& texts) {
  std::string joined;
  for (const std::string& text : texts) joined += (joined.empty() ? "" : ", ") + text;
  return joined;
}

std::string names_of(const std::map<std::string, Section>& sections) {
  constexpr std::size_t kMost = 20;
  constexpr std::size_t kColumns = 100;
  std::vector<std::string> names;
  for (const auto& [name, section] : sections) {
    if (names.size() == kMost) {
      names.push_back("and " + std::to_string(sections.size() - kMost) + " more");
      break;
    }
    names.push_back(one_line(name, kColumns));
  }
  return names.empty() ? "there is none" : "there are: " + join(names);
}

Result<const Section*> find(const std::map<std::string, Section>& sections, const std::string& name,
                            std::string_view what, const Merged& merged) {
  const auto found = sections.find(name);
  if (found != sections.end()) return &found->second;
  return Error{ErrorKind::kNotFound, join(merged.files) + ": there is no " + std::string(what) + " " + one_line(name) +
                                         "; " + names_of(sections)};
}

Result<ClusterAccess> resolve(const Merged& merged, const std::string& wanted) {
  ClusterAccess access;
  access.context = wanted.empty() ? merged.current_context : wanted;
  if (access.context.empty()) {
    return Error{ErrorKind::kNotFound, join(merged.files) + ": no current-context is set; choose one with --context; " +
                                           names_of(merged.contexts)};
  }
  TRY_ASSIGN(const Section* context, find(merged.contexts, access.context, "context", merged));
  TRY_ASSIGN(access.cluster, text_at(*context, "cluster"));
  TRY_ASSIGN(access.namespace_name, text_at(*context, "namespace"));
  TRY_ASSIGN(const Section* cluster, find(merged.clusters, access.cluster, "cluster", merged));
  TRY(read_cluster(*cluster, access));
  if (access.server.empty()) {
    return cluster->wrong(cluster->node, "cluster " + one_line(access.cluster) + ": server is missing");
  }
  TRY_ASSIGN(const std::string user, text_at(*context, "user"));
  if (!user.empty()) {
    TRY_ASSIGN(const Section* section, find(merged.users, user, "user", merged));
    TRY(read_user(*section, access));
  }
  return access;
}

Result<ClusterAccess> resolve_quietly(const Merged& merged, const std::string& context) {
  try {
    return resolve(merged, context);
  } catch (const YAML::Exception& error) {
    return Error{ErrorKind::kInput, join(merged.files) + ": " + error.msg};
  }
}

// Empty when there is no such file.
Result<std::optional<std::string>> read_if_there(const std::string& file) {
  std::error_code failed;
  const auto size = std::filesystem::file_size(file, failed);
  if (failed == std::errc::no_such_file_or_directory) return std::optional<std::string>();
  if (!failed && size > kMostBytes) return Error{ErrorKind::kLimit, file + ": is too large for a kubeconfig"};
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  if (!failed) text << stream.rdbuf();
  if (failed || !stream) {
    const std::string why = failed ? failed.message() : std::string(std::strerror(errno));
    return Error{ErrorKind::kIo, "the kubeconfig " + file + " cannot be read: " + why};
  }
  return std::optional(text.str());
}

std::vector<std::string> files_to_read(const KubeconfigChoice& choice) {
  if (!choice.file.empty()) return {choice.file};
  std::vector<std::string> files;
  if (const char* list = std::getenv("KUBECONFIG"); list != nullptr && *list != '\0') {
    std::istringstream stream(list);
    for (std::string file; std::getline(stream, file, ':');) {
      if (!file.empty()) files.push_back(file);
    }
    return files;
  }
  const char* home = std::getenv("HOME");
  if (home != nullptr && *home != '\0') files.push_back(std::string(home) + "/.kube/config");
  return files;
}

}  // namespace

Result<ClusterAccess> load_kubeconfig(const KubeconfigChoice& choice) {
  Merged merged;
  const std::vector<std::string> files = files_to_read(choice);
  for (const std::string& file : files) {
    TRY_ASSIGN(const auto text, read_if_there(file));
    if (text) TRY(merge_quietly(*text, file, merged));
  }
  if (merged.files.empty()) {
    return Error{ErrorKind::kNotFound, files.empty() ? "there is no kubeconfig: neither KUBECONFIG nor HOME is set"
                                                     : "there is no kubeconfig: " + join(files) + " is not there"};
  }
  return resolve_quietly(merged, choice.context);
}

Result<ClusterAccess> parse_kubeconfig(const std::string& text, const std::string& file, const std::string& context) {
  Merged merged;
  TRY(merge_quietly(text, file, merged));
  return resolve_quietly(merged, context);
}

}  // namespace lastrun::source
