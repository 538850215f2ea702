/** Every number of Amazon EventBridge: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
export const limits = {
  listPage: 100,
  targetsPerRule: 5,
  rulesPerBus: 300,
  /** All entries of one request together. */
  requestBytes: 256 * 1024,
  tags: 50,
  /** How long a replay is STARTING; AWS says only that there is such a time, in which it can be cancelled. */
  replayStartMs: 2000,
  /** Unless an API destination says otherwise. */
  destinationRatePerSecond: 300,
  /** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html */
  retryAttempts: 185,
  retryAgeSeconds: 24 * 3600,
} as const;
