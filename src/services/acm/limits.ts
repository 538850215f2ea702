/** Every number of AWS ACM, with the page that it comes from. */
export const limits = {
  listPage: 100,
} as const;
