/** Every number of AWS KMS, with the page that it comes from. */
export const limits = {
  listPage: 100,
} as const;
