/** Every number of DynamoDB: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html */
export const limits = {
  itemBytes: 400 * 1024,
  partitionKeyBytes: 2048,
  sortKeyBytes: 1024,
  /** What Query, Scan and the batch reads give at once. */
  pageBytes: 1024 * 1024,
  batchGetBytes: 16 * 1024 * 1024,
  batchWriteItems: 25,
  batchGetItems: 100,
  transactionItems: 100,
  transactionBytes: 4 * 1024 * 1024,
  globalIndexes: 20,
  localIndexes: 5,
  nestingLevels: 32,
  expressionBytes: 4096,
  /** A read unit is 4 KB strongly consistent, a write unit 1 KB. */
  readUnitBytes: 4096,
  writeUnitBytes: 1024,
  /** So much unused throughput is kept. */
  burstSeconds: 300,
  /** Provisioned throughput may go down so often a day, and then once an hour. */
  freeDecreasesPerDay: 4,
  laterDecreaseMs: 3_600_000,
  tags: 50,
  /** For so long a ClientRequestToken is remembered. */
  idempotencyMs: 10 * 60_000,
} as const;
