/**
 * Every number of SQS, from
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-quotas.html and
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
 */
export const limits = {
  /** A message's body and attributes together; MaximumMessageSize may be set below it. */
  messageBytes: 1_048_576,
  smallestMaximumMessageSize: 1024,
  batchEntries: 10,
  batchIdCharacters: 80,
  messageAttributes: 10,
  longestVisibilitySeconds: 43_200,
  longestDelaySeconds: 900,
  longestWaitSeconds: 20,
  shortestRetentionSeconds: 60,
  longestRetentionSeconds: 1_209_600,
  longestDataKeyReuseSeconds: 86_400,
  shortestDataKeyReuseSeconds: 60,
  listPage: 1000,
  largestMaxReceiveCount: 1000,
  purgeIntervalMs: 60_000,
  receiveMessages: 10,
  queueTags: 50,
  /** For so long a FIFO queue remembers deduplication ids and receive attempts. */
  deduplicationMs: 5 * 60_000,
} as const;
