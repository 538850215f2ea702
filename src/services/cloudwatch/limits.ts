/**
 * The numbers of CloudWatch.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html
 */

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** PutMetricData: metrics in one request, values in one metric. */
export const mostMetricsPerPut = 1000;
export const mostValuesPerDatum = 150;
/** Beyond these, PutMetricData refuses a timestamp. */
export const oldestDatumMs = 14 * dayMs;
export const newestDatumMs = 2 * hourMs;
/** "Values must be in the range of -2^360 to 2^360." */
export const largestValue = 2 ** 360;

/** GetMetricStatistics. */
export const mostDatapointsPerStatistics = 1440;
/** GetMetricData: queries, and datapoints of all of them, in one request. */
export const mostQueriesPerGet = 500;
export const mostDatapointsPerGet = 100_800;

/** ListMetrics: metrics on a page; how long after its last data a metric is listed. */
export const metricsPerPage = 500;
export const listedForMs = 14 * dayMs;
export const recentlyActiveMs = 3 * hourMs;

/** DescribeAlarms and DescribeAlarmHistory give so many at most, and unless asked otherwise. */
export const mostAlarmsPerPage = 100;
export const defaultAlarmsPerPage = 50;
/** "Alarm history is kept for 30 days." */
export const alarmHistoryMs = 30 * dayMs;
/** An alarm's action on an Auto Scaling policy is repeated this often while the state lasts. */
export const repeatedActionMs = minuteMs;
export const mostTags = 50;

/** DescribeAnomalyDetectors: "The maximum number of results to return." */
export const detectorsPerPage = 100;
/** "It can take up to 15 minutes for the band to appear"; models here are trained when first asked for. */
export const learningMs = minuteMs;

/** Contributor Insights: rules of an account in a region, and on a page of DescribeInsightRules. */
export const mostInsightRules = 100;
export const insightRulesPerPage = 500;
/** "Up to four log fields", "an array of as many as four Filters"; values that a filter compares with. */
export const mostRuleKeys = 4;
export const mostRuleFilters = 4;
export const mostFilterValues = 10;
/** "The range is 1 to 100. If you omit this, the default of 10 is used." */
export const contributorsPerReport = 10;
export const mostContributorsPerReport = 100;

/** How long datapoints of each resolution are kept, shortest resolution first. */
export interface Tier {
  /** Length of one datapoint. */
  readonly periodMs: number;
  readonly retentionMs: number;
  /** Length of the stored block that holds neighbouring datapoints of one series. */
  readonly blockMs: number;
  /** Stands for the tier in keys of its blocks. */
  readonly key: number;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#metrics-retention */
export const secondTier: Tier = {
  periodMs: 1000,
  retentionMs: 3 * hourMs,
  blockMs: 5 * minuteMs,
  key: 1000,
};
export const minuteTier: Tier = {
  periodMs: minuteMs,
  retentionMs: 15 * dayMs,
  // A block of numbers with all their digits fills one page of the store.
  blockMs: 16 * hourMs,
  key: 60_001,
};
/** Minutes that are new: short blocks, since those that grow are written again with every value. */
export const freshTier: Tier = {
  periodMs: minuteMs,
  retentionMs: 8 * hourMs,
  blockMs: 4 * hourMs,
  key: 60_000,
};
export const fiveMinuteTier: Tier = {
  periodMs: 5 * minuteMs,
  retentionMs: 63 * dayMs,
  blockMs: dayMs,
  key: 300_000,
};
export const hourTier: Tier = {
  periodMs: hourMs,
  retentionMs: 455 * dayMs,
  blockMs: 15 * dayMs,
  key: 3_600_000,
};
