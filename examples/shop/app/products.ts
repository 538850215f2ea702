export interface Product {
  id: string;
  name: string;
  cents: number;
}

export const products: readonly Product[] = [
  { id: "lantern", name: "Fog lantern", cents: 4900 },
  { id: "horn", name: "Fog horn", cents: 12_900 },
  { id: "raincoat", name: "Yellow raincoat", cents: 8900 },
  { id: "compass", name: "Brass compass", cents: 3500 },
  { id: "thermos", name: "Thermos flask", cents: 2700 },
];

export function findProduct(id: string): Product | undefined {
  return products.find((product) => product.id === id);
}
