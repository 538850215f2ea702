/** Every number of AWS Elastic Load Balancing, with the page that it comes from. */
export const limits = {
  listPage: 100,
} as const;
