/** Amazon EC2: instances, images, launch templates, key pairs and the network they stand in. */
import { defineService } from "#services/kit/service.ts";
import type { Ec2State } from "./state.ts";

export const service = defineService<"ec2", Ec2State>({
  name: "ec2",
  createState: () => ({}),
  operations: {},
});
