/** Amazon EventBridge: buses, rules and what they set in motion. https://docs.aws.amazon.com/eventbridge/latest/APIReference/ */
import { publishMinuteCounters } from "#services/kit/minute-counters.ts";
import { defineService } from "#services/kit/service.ts";
import { differences } from "./differences.ts";
import {
  createArchive,
  deleteArchive,
  describeArchive,
  listArchives,
  updateArchive,
} from "./operations/archives.ts";
import {
  createEventBus,
  deleteEventBus,
  describeEventBus,
  listEventBuses,
  updateEventBus,
} from "./operations/buses.ts";
import { putPermission, removePermission } from "./operations/permissions.ts";
import {
  createApiDestination,
  deleteApiDestination,
  describeApiDestination,
  listApiDestinations,
  updateApiDestination,
} from "./operations/api-destinations.ts";
import {
  createConnection,
  deauthorizeConnection,
  deleteConnection,
  describeConnection,
  listConnections,
  updateConnection,
} from "./operations/connections.ts";
import { putEvents } from "./operations/put-events.ts";
import { putRule } from "./operations/put-rule.ts";
import { cancelReplay, describeReplay, listReplays, startReplay } from "./operations/replays.ts";
import {
  deleteRule,
  describeRuleOperation,
  disableRule,
  enableRule,
  listRuleNamesByTarget,
  listRules,
} from "./operations/rules.ts";
import { listTagsForResource, tagResource, untagResource } from "./operations/tags.ts";
import { listTargetsByRule, putTargets, removeTargets } from "./operations/targets.ts";
import { testEventPattern } from "./operations/test-event-pattern.ts";
import { createArchiveKeeper } from "./reconcilers/archive.ts";
import { createDelivery } from "./reconcilers/delivery.ts";
import { createReplayer } from "./reconcilers/replay.ts";
import { createSchedule } from "./reconcilers/schedule.ts";
import { createEventsState, type EventsState } from "./state.ts";

export const service = defineService<"events", EventsState>({
  name: "events",
  operations: {
    CancelReplay: cancelReplay,
    CreateApiDestination: createApiDestination,
    CreateArchive: createArchive,
    CreateConnection: createConnection,
    CreateEventBus: createEventBus,
    DeauthorizeConnection: deauthorizeConnection,
    DeleteApiDestination: deleteApiDestination,
    DeleteArchive: deleteArchive,
    DeleteConnection: deleteConnection,
    DeleteEventBus: deleteEventBus,
    DeleteRule: deleteRule,
    DescribeApiDestination: describeApiDestination,
    DescribeArchive: describeArchive,
    DescribeConnection: describeConnection,
    DescribeEventBus: describeEventBus,
    DescribeReplay: describeReplay,
    DescribeRule: describeRuleOperation,
    DisableRule: disableRule,
    EnableRule: enableRule,
    ListApiDestinations: listApiDestinations,
    ListArchives: listArchives,
    ListConnections: listConnections,
    ListEventBuses: listEventBuses,
    ListReplays: listReplays,
    ListRuleNamesByTarget: listRuleNamesByTarget,
    ListRules: listRules,
    ListTagsForResource: listTagsForResource,
    ListTargetsByRule: listTargetsByRule,
    PutEvents: putEvents,
    PutPermission: putPermission,
    PutRule: putRule,
    PutTargets: putTargets,
    RemovePermission: removePermission,
    RemoveTargets: removeTargets,
    StartReplay: startReplay,
    TagResource: tagResource,
    TestEventPattern: testEventPattern,
    UntagResource: untagResource,
    UpdateApiDestination: updateApiDestination,
    UpdateArchive: updateArchive,
    UpdateConnection: updateConnection,
    UpdateEventBus: updateEventBus,
  },
  createState: createEventsState,
  reconcilers: (env, state) => [
    createDelivery(env, state),
    createSchedule(env, state),
    createArchiveKeeper(env),
    createReplayer(env, state),
  ],
  start: (env, state) => {
    state.sensors = publishMinuteCounters(env, state.counters, {
      namespace: "AWS/Events",
      service: "events.amazonaws.com",
    });
  },
  stop: (_env, state) => state.stop(),
  differences,
});
