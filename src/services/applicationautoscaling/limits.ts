/** Every number of AWS Application Auto Scaling, with the page that it comes from. */
export const limits = {
  listPage: 100,
} as const;
