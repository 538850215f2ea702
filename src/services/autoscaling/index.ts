import { defineService } from "#services/kit/service.ts";
import { differences } from "./differences.ts";
import { describeAccountSettings, putAccountSetting } from "./operations/account-settings.ts";
import { createAutoScalingGroup } from "./operations/create-auto-scaling-group.ts";
import { deleteAutoScalingGroup } from "./operations/delete-auto-scaling-group.ts";
import {
  describeAutoScalingGroups,
  describeAutoScalingInstances,
} from "./operations/describe-auto-scaling-groups.ts";
import { describeScalingActivities } from "./operations/describe-scaling-activities.ts";
import {
  describeAccountLimits,
  describeAdjustmentTypes,
  describeLifecycleHookTypes,
  describeMetricCollectionTypes,
  describeNotificationTypes,
  describeScalingProcessTypes,
  describeTerminationPolicyTypes,
} from "./operations/describe-types.ts";
import { executePolicy } from "./operations/execute-policy.ts";
import {
  cancelInstanceRefresh,
  describeInstanceRefreshes,
  rollbackInstanceRefresh,
  startInstanceRefresh,
} from "./operations/instance-refreshes.ts";
import { getPredictiveScalingForecast } from "./operations/get-predictive-scaling-forecast.ts";
import {
  attachInstances,
  detachInstances,
  enterStandby,
  exitStandby,
  setInstanceHealth,
  setInstanceProtection,
  terminateInstance,
} from "./operations/instances.ts";
import {
  createLaunchConfiguration,
  deleteLaunchConfiguration,
  describeLaunchConfigurations,
} from "./operations/launch-configurations.ts";
import {
  completeLifecycleAction,
  deleteLifecycleHook,
  describeLifecycleHooks,
  putLifecycleHook,
  recordHeartbeat,
} from "./operations/lifecycle-hooks.ts";
import {
  disableMetricsCollection,
  enableMetricsCollection,
} from "./operations/metrics-collection.ts";
import {
  deleteNotificationConfiguration,
  describeNotificationConfigurations,
  putNotificationConfiguration,
} from "./operations/notification-configurations.ts";
import { deletePolicy, describePolicies } from "./operations/policies.ts";
import { resumeProcesses, suspendProcesses } from "./operations/processes.ts";
import { putScalingPolicy } from "./operations/put-scaling-policy.ts";
import {
  batchDeleteScheduledAction,
  batchPutScheduledAction,
  deleteScheduledAction,
  describeScheduledActions,
  putScheduledAction,
} from "./operations/scheduled-actions.ts";
import { launchInstances } from "./operations/launch-instances.ts";
import { setDesiredCapacity } from "./operations/set-desired-capacity.ts";
import { createOrUpdateTags, deleteTags, describeTagsOperation } from "./operations/tags.ts";
import {
  attachLoadBalancers,
  attachTargetGroups,
  attachTrafficSources,
  describeLoadBalancers,
  describeTargetGroups,
  describeTrafficSources,
  detachLoadBalancers,
  detachTargetGroups,
  detachTrafficSources,
} from "./operations/target-groups.ts";
import { deleteWarmPool, describeWarmPoolOperation, putWarmPool } from "./operations/warm-pool.ts";
import { updateAutoScalingGroup } from "./operations/update-auto-scaling-group.ts";
import { groupReconciler } from "./reconcilers/group.ts";
import { messageReconciler } from "./reconcilers/message.ts";
import { metricsReconciler } from "./reconcilers/metrics.ts";
import { predictiveReconciler } from "./reconcilers/predictive.ts";
import { refreshAlarmReconciler } from "./reconcilers/refresh-alarms.ts";
import { scheduledActionReconciler } from "./reconcilers/scheduled-action.ts";
import { createState, type State } from "./state.ts";

export const service = defineService<"autoscaling", State>({
  name: "autoscaling",
  operations: {
    AttachInstances: attachInstances,
    AttachLoadBalancerTargetGroups: attachTargetGroups,
    AttachLoadBalancers: attachLoadBalancers,
    AttachTrafficSources: attachTrafficSources,
    BatchDeleteScheduledAction: batchDeleteScheduledAction,
    BatchPutScheduledUpdateGroupAction: batchPutScheduledAction,
    CancelInstanceRefresh: cancelInstanceRefresh,
    CompleteLifecycleAction: completeLifecycleAction,
    CreateAutoScalingGroup: createAutoScalingGroup,
    CreateLaunchConfiguration: createLaunchConfiguration,
    CreateOrUpdateTags: createOrUpdateTags,
    DeleteAutoScalingGroup: deleteAutoScalingGroup,
    DeleteLaunchConfiguration: deleteLaunchConfiguration,
    DeleteLifecycleHook: deleteLifecycleHook,
    DeleteNotificationConfiguration: deleteNotificationConfiguration,
    DeletePolicy: deletePolicy,
    DeleteScheduledAction: deleteScheduledAction,
    DeleteTags: deleteTags,
    DeleteWarmPool: deleteWarmPool,
    DescribeAccountLimits: describeAccountLimits,
    DescribeAccountSettings: describeAccountSettings,
    DescribeAdjustmentTypes: describeAdjustmentTypes,
    DescribeAutoScalingGroups: describeAutoScalingGroups,
    DescribeAutoScalingInstances: describeAutoScalingInstances,
    DescribeAutoScalingNotificationTypes: describeNotificationTypes,
    DescribeInstanceRefreshes: describeInstanceRefreshes,
    DescribeLaunchConfigurations: describeLaunchConfigurations,
    DescribeLifecycleHookTypes: describeLifecycleHookTypes,
    DescribeLifecycleHooks: describeLifecycleHooks,
    DescribeLoadBalancerTargetGroups: describeTargetGroups,
    DescribeLoadBalancers: describeLoadBalancers,
    DescribeMetricCollectionTypes: describeMetricCollectionTypes,
    DescribeNotificationConfigurations: describeNotificationConfigurations,
    DescribePolicies: describePolicies,
    DescribeScalingActivities: describeScalingActivities,
    DescribeScalingProcessTypes: describeScalingProcessTypes,
    DescribeScheduledActions: describeScheduledActions,
    DescribeTags: describeTagsOperation,
    DescribeTerminationPolicyTypes: describeTerminationPolicyTypes,
    DescribeTrafficSources: describeTrafficSources,
    DescribeWarmPool: describeWarmPoolOperation,
    DetachInstances: detachInstances,
    DetachLoadBalancerTargetGroups: detachTargetGroups,
    DetachLoadBalancers: detachLoadBalancers,
    DetachTrafficSources: detachTrafficSources,
    DisableMetricsCollection: disableMetricsCollection,
    EnableMetricsCollection: enableMetricsCollection,
    EnterStandby: enterStandby,
    ExecutePolicy: executePolicy,
    ExitStandby: exitStandby,
    GetPredictiveScalingForecast: getPredictiveScalingForecast,
    LaunchInstances: launchInstances,
    PutAccountSetting: putAccountSetting,
    PutLifecycleHook: putLifecycleHook,
    PutNotificationConfiguration: putNotificationConfiguration,
    PutScalingPolicy: putScalingPolicy,
    PutScheduledUpdateGroupAction: putScheduledAction,
    PutWarmPool: putWarmPool,
    RecordLifecycleActionHeartbeat: recordHeartbeat,
    ResumeProcesses: resumeProcesses,
    RollbackInstanceRefresh: rollbackInstanceRefresh,
    SetDesiredCapacity: setDesiredCapacity,
    SetInstanceHealth: setInstanceHealth,
    SetInstanceProtection: setInstanceProtection,
    StartInstanceRefresh: startInstanceRefresh,
    SuspendProcesses: suspendProcesses,
    TerminateInstanceInAutoScalingGroup: terminateInstance,
    UpdateAutoScalingGroup: updateAutoScalingGroup,
  },
  createState,
  reconcilers: (env, state) => [
    groupReconciler(env, state),
    scheduledActionReconciler(env),
    messageReconciler(env),
    metricsReconciler(env),
    predictiveReconciler(env),
    refreshAlarmReconciler(env),
  ],
  stop: (_env, state) => state.rosters.stop(),
  differences,
});
