/** Every number of AWS KMS, with the page that it comes from. */
export const limits = {
  /** https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeys.html */
  keysPage: 100,
  /** https://docs.aws.amazon.com/kms/latest/APIReference/API_ListAliases.html, and the other lists */
  listPage: 50,
  /** https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html */
  deletionDays: { least: 7, most: 30, usual: 30 },
  /** https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html */
  rotationDays: { least: 90, most: 2560, usual: 365 },
  /** https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html */
  tags: 50,
  onDemandRotations: 25,
  grantsPerKey: 50_000,
} as const;

export const dayMs = 86_400_000;
