/** Every number of Cloud Map. https://docs.aws.amazon.com/cloud-map/latest/dg/cloud-map-limits.html */
export const limits = {
  listPage: 100,
  namespaces: 50,
  servicesPerNamespace: 1000,
  instancesPerService: 1000,
  attributesPerInstance: 30,
  attributesPerService: 30,
  tagsPerResource: 50,
  /** Of the SOA record of a namespace whose creator says nothing. */
  soaTtl: 15,
} as const;
