/** Every number of AWS Secrets Manager, with the page that it comes from. */
export const limits = {
  listPage: 100,
} as const;
