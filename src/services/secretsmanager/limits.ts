/** Every number of Secrets Manager. https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html */
export const limits = {
  listPage: 100,
  batchPage: 20,
  valueBytes: 65_536,
  /** Those without a label that are kept beside the labelled ones. */
  versions: 100,
  labelsPerSecret: 20,
  recoveryDays: { least: 7, most: 30, usual: 30 },
  tokenLength: { least: 32, most: 64 },
  password: { least: 1, most: 4096, usual: 32 },
  tags: 50,
} as const;

export const dayMs = 86_400_000;
