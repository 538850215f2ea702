/** Every number of AWS ServiceDiscovery, with the page that it comes from. */
export const limits = {
  listPage: 100,
} as const;
