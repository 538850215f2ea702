/** Every number of AWS Lambda, with the page that it comes from. */
export const limits = {
  listPage: 100,
} as const;
