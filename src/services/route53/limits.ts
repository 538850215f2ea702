/** Every number of AWS Route 53, with the page that it comes from. */
export const limits = {
  listPage: 100,
} as const;
