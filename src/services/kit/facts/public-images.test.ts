import assert from "node:assert/strict";
import { test } from "node:test";
import { publicImages } from "./public-images.ts";

test("a region offers the same images in every cloud, another region others", () => {
  const here = publicImages("us-east-1");
  assert.deepEqual(publicImages("us-east-1"), here);
  const there = new Set(publicImages("eu-west-1").map((image) => image.imageId));
  assert.equal(
    here.some((image) => there.has(image.imageId)),
    false,
  );
});

test("every image and every parameter name is there once", () => {
  const images = publicImages("us-east-1");
  assert.equal(new Set(images.map((image) => image.imageId)).size, images.length);
  const names = images.flatMap((image) => image.parameterNames);
  assert.equal(new Set(names).size, names.length);
  assert.ok(
    names.includes("/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"),
  );
});
