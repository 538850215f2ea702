import { fleetTags, spotFleetTags } from "./fleets/records.ts";
import { imageTags, snapshotTags } from "./images/records.ts";
import { instanceTags } from "./instances/records.ts";
import { keyPairTags } from "./key-pairs/records.ts";
import { launchTemplateTags } from "./launch-templates/records.ts";
import { networkTagOwners } from "./network/kinds.ts";
import { hostTags, placementGroupTags, reservationTags } from "./placement/records.ts";
import { spotRequestTags } from "./spot/records.ts";
import type { TagOwner } from "./tags.ts";
import { volumeTags } from "./volumes/records.ts";

/** Every kind of EC2 resource that carries tags. */
export const tagOwners: readonly TagOwner[] = [
  fleetTags,
  spotFleetTags,
  imageTags,
  instanceTags,
  keyPairTags,
  launchTemplateTags,
  hostTags,
  placementGroupTags,
  reservationTags,
  snapshotTags,
  spotRequestTags,
  volumeTags,
  ...networkTagOwners,
];
