#include "app/post_command.h"

#include <fmt/format.h>

#include <utility>

#include "app/log.h"
#include "app/output.h"
#include "app/stop_signals.h"
#include "sink/cloud_monitoring/client.h"
#include "sink/cloud_monitoring/names.h"

namespace lastrun::app {
namespace {

namespace monitoring = cloud_monitoring;

Result<monitoring::MonitoringClient> open_client(const PostOptions& options, GoogleWorld& world) {
  const google::Credentials& who = world.credentials;
  monitoring::Settings settings;
  settings.project = options.project.empty() ? who.project_id : options.project;
  if (settings.project.empty()) {
    return Error{ErrorKind::kUsage, "--project is missing, and the credentials name none"};
  }
  settings.metric = options.metric;
  settings.resource = options.resource;
  if (!options.endpoint.empty()) {
    settings.endpoint = options.endpoint;
  } else if (!who.universe_domain.empty()) {
    settings.endpoint = monitoring::endpoint_of_universe(who.universe_domain);
  }
  settings.seed = static_cast<std::uint32_t>(world.clock.now().time_since_epoch().count());
  return monitoring::MonitoringClient::open(std::move(settings), *world.http, who.tokens.get(), world.clock);
}

// In the order in which they would be sent. Whether the descriptor must be created is known by its answer alone, so the
// request is printed as for one that is missing.
Result<void> print_requests(const monitoring::MonitoringClient& client, const std::vector<monitoring::Point>& points,
                            Time end_time, monitoring::CreateDescriptor create) {
  TRY_ASSIGN(const std::string requests, client.dry_send(points, end_time));
  TRY(write_out(client.dry_read_descriptor()));
  if (create == monitoring::CreateDescriptor::kYes) TRY(write_out(client.dry_create_descriptor(points)));
  return write_out(requests);
}

// A descriptor that is missing, or lacks labels, is what everyone meets first.
Error with_advice(Error error, const PostOptions& options) {
  const bool may_help = error.kind == ErrorKind::kNotFound || error.kind == ErrorKind::kRejected;
  if (may_help && !options.create_descriptor) {
    while (error.message.ends_with('.')) error.message.pop_back();
    error.message += "; --create-descriptor creates a descriptor that is missing and adds labels that one lacks";
  }
  return error;
}

}  // namespace

Result<int> run_post(const PostOptions& options) {
  const Time now = options.now.value_or(std::chrono::floor<Seconds>(SystemClock().now()));
  auto read = judge_dump(options.dump, now);
  if (!read.ok()) return Error{ErrorKind::kInput, read.error().message};  // whatever it was: there is nothing to send
  const JudgedDump judged = std::move(read).value();
  for (const std::string& warning : judged.warnings) log(Severity::kWarning, warning);
  if (judged.incomplete) {
    return Error{ErrorKind::kInput,
                 "nothing is sent: a zero for a batch that was judged by half of its runs may be wrong"};
  }
  monitoring::LabelMapping mapping;
  if (!options.labels.empty()) {
    TRY_ASSIGN(mapping, monitoring::parse_label_mapping(options.labels));
  }
  TRY_ASSIGN(const monitoring::MappedPoints mapped,
             monitoring::map_verdicts(judged.verdicts, mapping, options.reduction));

  GoogleOptions google = options.google;
  google.no_auth = google.no_auth || options.dry_run;
  TRY_ASSIGN(const auto world, GoogleWorld::open(google));
  TRY_ASSIGN(monitoring::MonitoringClient client, open_client(options, *world));
  // The points say how things are now, whatever time the dump was judged as of.
  const Time end_time = std::chrono::floor<Seconds>(world->clock.now());
  const auto create =
      options.create_descriptor ? monitoring::CreateDescriptor::kYes : monitoring::CreateDescriptor::kNo;
  if (options.dry_run) {
    TRY(print_requests(client, mapped.points, end_time, create));
    return 0;
  }
  const StopSignals signals;  // from here on, what was delivered is told even when we are stopped
  const std::stop_token stop = signals.token();
  const auto ensured = client.ensure_descriptor(mapped.points, create, stop);
  if (!ensured.ok()) return with_advice(ensured.error(), options);
  TRY_ASSIGN(const monitoring::DeliveryReport report, client.send(mapped.points, end_time, stop));
  TRY(monitoring::check_complete(report));
  if (mapped.unknown > 0) {
    log(Severity::kWarning,
        fmt::format("{} batches are unknown and were not sent; lastrun check tells why", mapped.unknown));
  }
  if (terminal_width() > 0) {
    TRY(write_out(fmt::format("{} points delivered to {}\n", report.delivered, client.metric_type())));
  }
  return 0;
}

}  // namespace lastrun::app
