/** Every number of SNS: https://docs.aws.amazon.com/general/latest/gr/sns.html and the API reference. */
export const limits = {
  messageBytes: 262_144,
  batchEntries: 10,
  subjectCharacters: 100,
  listPage: 100,
  mostTags: 50,
  /** For so long a FIFO topic remembers deduplication ids. */
  deduplicationMs: 5 * 60_000,
  /** How long a subscription waits for its confirmation. */
  confirmationMs: 2 * 24 * 3_600_000,
} as const;
