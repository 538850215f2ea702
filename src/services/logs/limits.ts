/** Every number of CloudWatch Logs: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html */
export const limits = {
  eventBytes: 1_048_576,
  /** Each event counts this much more than its message. */
  eventOverheadBytes: 26,
  batchBytes: 1_048_576,
  batchEvents: 10_000,
  batchSpanMs: 24 * 3_600_000,
  futureMs: 2 * 3_600_000,
  pastMs: 14 * 24 * 3_600_000,
  page: 50,
  eventsPage: 10_000,
  pageBytes: 1_048_576,
  /** Ours: how many events one call of FilterLogEvents looks at before it gives what it has. */
  searchedEvents: 200_000,
  tags: 50,
  resourcePolicies: 10,
  queryResultsMs: 7 * 24 * 3_600_000,
  queryRows: 10_000,
  liveTailMs: 3 * 3_600_000,
  liveTailEventsPerUpdate: 500,
  metricFilters: 100,
  /** Of a group. */
  subscriptionFilters: 2,
  metricDimensions: 3,
  /** Ours: messages that a function is told of at once; what cannot be compressed fits its 1 MB. */
  subscribedBytes: 500_000,
} as const;

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
export const retentionDays: ReadonlySet<number> = new Set([
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288,
  3653,
]);
