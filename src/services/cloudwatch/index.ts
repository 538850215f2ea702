import { defineService } from "#services/kit/service.ts";
import { differences } from "./differences.ts";
import { createState, recover, type State } from "./metrics/memory.ts";
import { deleteAlarms } from "./operations/delete-alarms.ts";
import { describeAlarmContributors } from "./operations/describe-alarm-contributors.ts";
import { describeAlarmHistory } from "./operations/describe-alarm-history.ts";
import { describeAlarmsForMetric } from "./operations/describe-alarms-for-metric.ts";
import { describeAlarms } from "./operations/describe-alarms.ts";
import { disableAlarmActions, enableAlarmActions } from "./operations/alarm-actions-enabled.ts";
import {
  deleteAnomalyDetector,
  describeAnomalyDetectors,
  putAnomalyDetector,
} from "./operations/anomaly-detectors.ts";
import {
  deleteDashboards,
  getDashboard,
  listDashboards,
  putDashboard,
} from "./operations/dashboards.ts";
import { getInsightRuleReport } from "./operations/get-insight-rule-report.ts";
import {
  deleteInsightRules,
  describeInsightRules,
  disableInsightRules,
  enableInsightRules,
  putInsightRule,
} from "./operations/insight-rules.ts";
import { getMetricData } from "./operations/get-metric-data.ts";
import { getMetricStatistics } from "./operations/get-metric-statistics.ts";
import { getMetricWidgetImage } from "./operations/get-metric-widget-image.ts";
import { listMetrics } from "./operations/list-metrics.ts";
import {
  deleteAlarmMuteRule,
  getAlarmMuteRule,
  listAlarmMuteRules,
  putAlarmMuteRule,
} from "./operations/mute-rules.ts";
import { putCompositeAlarm } from "./operations/put-composite-alarm.ts";
import { putMetricAlarm } from "./operations/put-metric-alarm.ts";
import { putMetricData } from "./operations/put-metric-data.ts";
import { setAlarmState } from "./operations/set-alarm-state.ts";
import { listTagsForResource, tagResource, untagResource } from "./operations/tags.ts";
import {
  alarmHistory,
  alarms,
  blocks,
  contributors,
  dueActions,
  dueEvents,
  journal,
  metrics,
  progress,
} from "./records.ts";
import { alarmReconciler } from "./reconcilers/alarm.ts";
import { dueEventReconciler } from "./reconcilers/due-event.ts";
import { dueActionReconciler } from "./reconcilers/due-action.ts";

export const service = defineService<"cloudwatch", State>({
  name: "cloudwatch",
  operations: {
    DeleteAlarmMuteRule: deleteAlarmMuteRule,
    DeleteAlarms: deleteAlarms,
    DeleteAnomalyDetector: deleteAnomalyDetector,
    DeleteDashboards: deleteDashboards,
    DeleteInsightRules: deleteInsightRules,
    DescribeAlarmContributors: describeAlarmContributors,
    DescribeAlarmHistory: describeAlarmHistory,
    DescribeAlarms: describeAlarms,
    DescribeAlarmsForMetric: describeAlarmsForMetric,
    DescribeAnomalyDetectors: describeAnomalyDetectors,
    DescribeInsightRules: describeInsightRules,
    DisableAlarmActions: disableAlarmActions,
    DisableInsightRules: disableInsightRules,
    EnableAlarmActions: enableAlarmActions,
    EnableInsightRules: enableInsightRules,
    GetAlarmMuteRule: getAlarmMuteRule,
    GetDashboard: getDashboard,
    GetInsightRuleReport: getInsightRuleReport,
    GetMetricData: getMetricData,
    GetMetricStatistics: getMetricStatistics,
    GetMetricWidgetImage: getMetricWidgetImage,
    ListAlarmMuteRules: listAlarmMuteRules,
    ListDashboards: listDashboards,
    ListMetrics: listMetrics,
    ListTagsForResource: listTagsForResource,
    PutAlarmMuteRule: putAlarmMuteRule,
    PutAnomalyDetector: putAnomalyDetector,
    PutCompositeAlarm: putCompositeAlarm,
    PutDashboard: putDashboard,
    PutInsightRule: putInsightRule,
    PutMetricAlarm: putMetricAlarm,
    PutMetricData: putMetricData,
    SetAlarmState: setAlarmState,
    TagResource: tagResource,
    UntagResource: untagResource,
  },
  createState,
  start: recover,
  async stop(_env, state) {
    state.isStopped = true;
    for (const timer of state.awaited.values()) timer.cancel();
    const memories = [...state.scopes.values()];
    for (const memory of memories) memory.foldTimer?.cancel();
    for (const { folding } of memories) await folding;
  },
  reconcilers: (env, state) => [
    alarmReconciler(env, state),
    dueActionReconciler(env),
    dueEventReconciler(env),
  ],
  // Alarms act by what they call.
  measurements: [
    metrics,
    journal,
    blocks,
    progress,
    alarms,
    alarmHistory,
    contributors,
    dueActions,
    dueEvents,
  ],
  differences,
});
